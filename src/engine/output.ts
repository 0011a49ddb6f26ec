import { toJson } from '../event/format.js';
import type { JsonValue } from '../event/json.js';
import type { Value } from '../event/value.js';
import type { OutputColumn } from '../language/plan.js';

/** One row of a rule's output, as JSON by the columns' types. A spread column gives each field of its value a column. */
export function outputRow(
  columns: readonly OutputColumn[],
  values: readonly Value[],
): Record<string, JsonValue> {
  const row: Record<string, JsonValue> = {};
  columns.forEach(({ name, type, spread }, i) => {
    const value = toJson(values[i] ?? null, type);
    if (spread !== true) {
      setOwn(row, name, value);
    } else if (value !== null) {
      for (const [field, each] of Object.entries(value))
        if (!Object.hasOwn(row, field)) setOwn(row, field, each as JsonValue);
    }
  });
  return row;
}

/** Output names are data: `__proto__` is a name like any other. */
export function setOwn(target: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}
