import type { Type, Value } from '../../event/value.js';
import type { AggregateNode } from '../../language/plan.js';
import type { Accumulator } from './accumulator.js';
import { compareValues } from './compare.js';
import { distinct } from './distinct.js';
import type { Faults } from './faults.js';
import { type PlainForm, plainForm, type State } from './plain.js';
import { append, EMPTY_SEQUENCE, type Sequence, valuesOf } from './sequence.js';
import { exactSpread, type Spread, welford } from './spread.js';
import { average, summation } from './sum.js';

export type { Accumulator } from './accumulator.js';
export type { State } from './plain.js';

/** The accumulator of a bound aggregate (ISO/IEC 9075-2, 10.9): over no rows COUNT is 0, the rest NULL. */
export function accumulator(node: AggregateNode): Accumulator {
  const type: Type = node.operand?.type ?? { kind: 'BOOLEAN' };
  const plain = plainAccumulator(node, type);
  // Repeats do not change the least, the greatest, or any.
  const isRepeatable = node.name === 'MIN' || node.name === 'MAX' || node.name === 'ANY_VALUE';
  return node.distinct && !isRepeatable ? distinct(plain, type, node.name === 'ARRAY_AGG', keyOf) : plain;
}

function plainAccumulator(node: AggregateNode, type: Type): Accumulator {
  const form = plainForm(type);
  switch (node.name) {
    case 'COUNT':
      return skippingNull(
        0,
        (count) => (count as number) + 1,
        (count) => count as number,
      );
    case 'SUM': {
      const sum = summation(type);
      return skippingNull(
        null,
        (state, value, faults) => (sum.takes(value, faults) ? sum.add(state, value) : state),
        (state, faults) => sum.result(state, node.type, faults),
      );
    }
    case 'AVG': {
      const sum = summation(type);
      return skippingNull(
        null,
        (state, value, faults) => {
          const [total, count] = (state ?? [null, 0]) as readonly [State, number];
          return sum.takes(value, faults) ? [sum.add(total, value), count + 1] : state;
        },
        (state, faults) => average(sum, state as readonly [State, number] | null, node.type, faults),
      );
    }
    case 'MIN':
      return extremeOf(-1, form, type);
    case 'MAX':
      return extremeOf(1, form, type);
    case 'ANY_VALUE':
      return skippingNull(null, (state, value) => state ?? form.toState(value), form.toValue);
    case 'ARRAY_AGG':
      return {
        initial: EMPTY_SEQUENCE as State,
        add: (state, value) => append(state as Sequence, form.toState(value)) as State,
        result(state) {
          const values = valuesOf(state as Sequence);
          return values.length === 0 ? null : values.map(form.toValue);
        },
        key: keyOf,
      };
    default:
      return ofSpread(type.kind === 'DECIMAL' ? exactSpread(node, type.scale) : welford(node));
  }
}

function skippingNull(
  initial: State,
  add: (state: State, value: NonNullable<Value>, faults?: Faults) => State,
  result: (state: State, faults?: Faults) => Value,
): Accumulator {
  return {
    initial,
    add: (state, value, faults) => (value === null ? state : add(state, value, faults)),
    result,
    key: keyOf,
  };
}

function extremeOf(sign: 1 | -1, form: PlainForm, type: Type): Accumulator {
  return skippingNull(
    null,
    (state, value) =>
      state === null || sign * compareValues(value, form.toValue(state), type) > 0
        ? form.toState(value)
        : state,
    form.toValue,
  );
}

function ofSpread(spread: Spread): Accumulator {
  return skippingNull(null, spread.add, spread.result);
}

/** States are plain and shallow; -0 and 0 read alike. */
function keyOf(state: State): string {
  if (typeof state === 'number') return String(state);
  return JSON.stringify(state, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}
