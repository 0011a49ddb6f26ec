import type { StreamSchema } from '../event/schema.js';
import type { Type } from '../event/value.js';

/**
 * Why a declared stream cannot change like this while it lives, or null: columns may be added where they take NULL, delay
 * and options may change; key, event time and types may not (`architecture.md`, The journey of a rule).
 */
export function incompatibility(before: StreamSchema, after: StreamSchema): string | null {
  if (before.key.join('\n') !== after.key.join('\n')) {
    return `its key is (${before.key.join(', ')}) and would be (${after.key.join(', ')})`;
  }
  if (before.eventTime !== after.eventTime) {
    const time = (name: string | null): string => (name === null ? 'the arrival' : `'${name}'`);
    return `its event time is ${time(before.eventTime)} and would be ${time(after.eventTime)}`;
  }
  const columns = new Map(after.columns.map((column) => [column.name, column]));
  for (const { name, type, nullable } of before.columns) {
    const now = columns.get(name);
    if (now === undefined) return `its column '${name}' would go`;
    if (!sameType(type, now.type)) return `the type of its column '${name}' would change`;
    if (nullable !== now.nullable) {
      return `its column '${name}' would ${nullable ? 'refuse' : 'take'} NULL`;
    }
  }
  const known = new Set(before.columns.map(({ name }) => name));
  const strict = after.columns.find(({ name, nullable }) => !known.has(name) && !nullable);
  if (strict !== undefined) return `its new column '${strict.name}' is NOT NULL, and events before have none`;
  return null;
}

function sameType(a: Type, b: Type): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
