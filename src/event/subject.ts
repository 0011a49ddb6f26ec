import { take } from './decode.js';
import { toJson } from './format.js';
import type { JsonValue } from './json.js';
import type { Row } from './row.js';
import type { StreamSchema } from './schema.js';
import type { Type, Value } from './value.js';

/** Columns and the values that they have, as JSON. */
export type SubjectKey = Readonly<Record<string, JsonValue>>;

interface Wanted {
  readonly column: string;
  readonly type: Type;
  /** The value's JSON. */
  readonly text: string;
}

const ANY: Type = { kind: 'ANY' };

/** Those events of a stream whose columns have certain values: what is held of a person, a card, a machine. */
export class Subject {
  readonly stream: string;
  /** The columns, in the order of the key. */
  readonly columns: readonly string[];
  readonly #wanted: readonly Wanted[];

  constructor(schema: StreamSchema, key: SubjectKey) {
    this.stream = schema.name;
    this.columns = Object.keys(key);
    this.#wanted = Object.entries(key).map(([column, value]) => ({
      ...{ column, type: typeOf(schema, column), text: JSON.stringify(value) },
    }));
  }

  /** Whether the row is the subject's. */
  has({ stream, values }: Row): boolean {
    return stream === this.stream && this.hasValues(values);
  }

  /** Whether values in run-time form are the subject's. */
  hasValues(values: Readonly<Record<string, Value>>): boolean {
    for (const { column, type, text } of this.#wanted) {
      if (JSON.stringify(toJson(own(values, column) ?? null, type)) !== text) return false;
    }
    return true;
  }

  /** Whether an event as JSON is the subject's, be it whole or not: one that does not fit the stream any more too. */
  hasJson(json: JsonValue): boolean {
    if (json === null || typeof json !== 'object' || Array.isArray(json)) return false;
    const fields = json as Readonly<Record<string, JsonValue>>;
    return this.#wanted.every(({ column, type, text }) => {
      const given = own(fields, column) ?? null;
      const value = given === null ? null : take(given, type);
      return JSON.stringify(value === undefined ? given : toJson(value, type)) === text;
    });
  }

  /** Whether values as JSON, in the order of `columns`, are the subject's. */
  isKey(values: readonly JsonValue[]): boolean {
    return this.#wanted.every(({ text }, index) => JSON.stringify(values[index] ?? null) === text);
  }

  /** Whether one of the columns is a text, and this is it. */
  isText(value: JsonValue): boolean {
    if (typeof value !== 'string') return false;
    const own = JSON.stringify(value);
    return this.#wanted.some(
      ({ type, text }) => (type.kind === 'VARCHAR' || type.kind === 'ANY') && text === own,
    );
  }
}

/**
 * Reads which events are meant: the value of the stream's one key column as it is, or a JSON object of columns and values,
 * which every text that begins with `{` is taken for. Gives the key with its values in the form of their types, or what is
 * wrong with the text, as a sentence.
 */
export function readSubject(schema: StreamSchema, text: string): SubjectKey | string {
  if (text.startsWith('{')) return readObject(schema, text);
  const [column] = schema.key;
  if (column === undefined || schema.key.length > 1) {
    const why = column === undefined ? 'has no key' : `has a key of ${schema.key.length} columns`;
    const names = column === undefined ? ['column'] : schema.key;
    const form = names.map((name) => `${JSON.stringify(name)}: ...`).join(', ');
    return `the stream '${schema.name}' ${why}: say which events by a JSON object such as {${form}}`;
  }
  return typed(schema, { [column]: bare(text, typeOf(schema, column)) });
}

function readObject(schema: StreamSchema, text: string): SubjectKey | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `the key begins like a JSON object and is none: ${(error as Error).message.slice(0, 200)}`;
  }
  const key = json as Record<string, JsonValue>;
  if (Object.keys(key).length === 0) return 'the key names no column: it would mean every event';
  return typed(schema, key);
}

/** Each value in the form of its column's type. */
function typed(schema: StreamSchema, key: SubjectKey): SubjectKey | string {
  const entries: [string, JsonValue][] = [];
  for (const [column, given] of Object.entries(key)) {
    if (schema.declared && !schema.columns.some(({ name }) => name === column)) {
      const near = schema.columns.find(({ name }) => name.toLowerCase() === column.toLowerCase());
      const hint = near === undefined ? '' : `; did you mean '${near.name}'?`;
      return `the stream '${schema.name}' has no column '${column}'${hint}`;
    }
    const type = typeOf(schema, column);
    const value = given === null ? null : take(given, type);
    if (value === undefined) return `'${column}' is ${type.kind}, which the value given for it is not`;
    entries.push([column, toJson(value, type)]);
  }
  return Object.fromEntries(entries);
}

/** A value that stands for itself: texts need no quotes. */
function bare(text: string, type: Type): JsonValue {
  if (type.kind === 'DOUBLE') return text.trim() === '' ? text : Number(text);
  if (type.kind === 'BOOLEAN') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function typeOf({ columns }: StreamSchema, column: string): Type {
  return columns.find(({ name }) => name === column)?.type ?? ANY;
}

function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
