import { toJson } from '../event/format.js';
import type { JsonValue } from '../event/json.js';
import type { StreamSchema } from '../event/schema.js';
import type { Value } from '../event/value.js';

/**
 * The texts by which the store tells repeats, apart by stream and by where the id comes from. A stream's id column decides
 * where it has one; else the CloudEvent's identity; else nothing tells repeats.
 */
export function eventId(
  schema: StreamSchema,
  values: Readonly<Record<string, Value>>,
  given: string | undefined,
): string | null {
  if (schema.id === null && given === undefined) return null;
  const column = schema.columns.find(({ name }) => name === schema.id);
  const value = column === undefined ? null : toJson(values[column.name] ?? null, column.type);
  if (value !== null) return join(schema.name, 'column', plain(value));
  return given === undefined ? null : join(schema.name, 'event', given);
}

/** A request's two ids: of its key, and of its key with its body. The same key with another body is known by the first alone. */
export function requestIds(stream: string, key: string, digest: string): readonly [string, string] {
  return [join(stream, 'request', key), join(stream, 'body', key, digest)];
}

function join(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function plain(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
