import type { Type } from '../../event/value.js';
import type { Accumulator } from './accumulator.js';
import { compareValues } from './compare.js';
import { plainForm, type State } from './plain.js';

type Seen = readonly [values: readonly State[], inner: State];

/** DISTINCT: the values seen stand in order beside the inner state, which is given each once. */
export function distinct(
  inner: Accumulator,
  type: Type,
  keepsNull: boolean,
  key: (state: State) => string,
): Accumulator {
  const form = plainForm(type);
  return {
    initial: [[], inner.initial],
    add(state, value, faults) {
      if (value === null && !keepsNull) return state;
      const [values, rest] = state as Seen;
      const at = placeOf(values, (each) => compareValues(form.toValue(each), value, type));
      if (at < 0) return state;
      return [
        [...values.slice(0, at), form.toState(value), ...values.slice(at)],
        inner.add(rest, value, faults),
      ];
    },
    result: (state, faults) => inner.result((state as Seen)[1], faults),
    key,
  };
}

/** Where the value goes, by binary search; -1 when it is there. */
function placeOf(values: readonly State[], compare: (each: State) => number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compare(values[middle]!);
    if (order === 0) return -1;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
