import { Decimal } from './decimal.js';
import { formatInterval } from './interval.js';
import type { JsonValue } from './json.js';
import { formatTimestamp, isTimestamp } from './timestamp.js';
import type { Type, Value } from './value.js';

/**
 * A value as JSON by its type (`language.md` 5): TIMESTAMP as ISO 8601 text, INTERVAL as ISO 8601 duration, DECIMAL as text,
 * BIGINT as a number while it is safe and as text beyond. A number that JSON has no form for is null.
 */
export function toJson(value: Value, type: Type): JsonValue {
  if (value === null) return null;
  switch (type.kind) {
    case 'TIMESTAMP':
      return typeof value === 'number' && isTimestamp(value) ? formatTimestamp(value) : plain(value);
    case 'INTERVAL':
      return typeof value === 'number' ? formatInterval(value) : plain(value);
    case 'ARRAY':
      return Array.isArray(value)
        ? (value as readonly Value[]).map((each) => toJson(each, type.element))
        : plain(value);
    case 'ROW':
      return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Decimal)
        ? fieldsToJson(value as { readonly [key: string]: Value }, type.fields)
        : plain(value);
    default:
      return plain(value);
  }
}

function fieldsToJson(
  value: { readonly [key: string]: Value },
  fields: readonly { readonly name: string; readonly type: Type }[],
): JsonValue {
  const types = new Map(fields.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const type = types.get(name);
      return [name, type === undefined ? plain(each) : toJson(each, type)];
    }),
  );
}

function plain(value: Value): JsonValue {
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'object':
      if (value === null) return null;
      if (value instanceof Decimal) return value.toString();
      if (Array.isArray(value)) return (value as readonly Value[]).map(plain);
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each as Value)]));
    default:
      return value;
  }
}
