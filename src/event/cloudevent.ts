import { decodeUtf8, JsonError, type JsonValue, parseJson } from './json.js';
import type { StreamSchema } from './schema.js';
import { parseTimestamp } from './timestamp.js';
import type { Type } from './value.js';

type JsonObject = { readonly [name: string]: JsonValue };

/** Context attributes by name, each as its canonical text (CloudEvents 1.0.2, Type System): the same in every mode. */
export type Context = ReadonlyMap<string, string>;

/** A CloudEvent that is one: its data's fields are the event's columns. */
export interface CloudEvent {
  readonly context: Context;
  readonly data: JsonObject;
}

/** Why something is no CloudEvent that a stream can take. */
export interface CloudEventRefusal {
  readonly code:
    | 'not_an_object'
    | 'unsupported_specversion'
    | 'missing_attribute'
    | 'invalid_attribute'
    | 'missing_data'
    | 'unsupported_data'
    | JsonError['code'];
  readonly message: string;
}

const REQUIRED = ['id', 'source', 'specversion', 'type'];
/** Optional attributes that may not be empty. */
const FILLED = ['subject', 'datacontenttype', 'dataschema'];
const NAME = /^[a-z0-9]+$/;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;
/** What no URI-reference holds (RFC 3986, 2): the rest is for its reader to judge. */
const NOT_IN_A_URI = /[\s<>"{}|\\^`]/;
/** CloudEvents 1.0.2, Type System, String: no control characters, no half of a surrogate pair, no noncharacter. */
const NOT_IN_A_STRING = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;
/** The prefix of columns that take a context attribute: `ce_type`, `ce_subject`. */
const COLUMN = 'ce_';

/** A CloudEvent in the JSON format (CloudEvents 1.0.2, JSON Event Format, 2 and 3). */
export function cloudEventOf(json: JsonValue): CloudEvent | CloudEventRefusal {
  if (!isObject(json)) return { code: 'not_an_object', message: 'a CloudEvent is a JSON object' };
  const context = new Map<string, string>();
  for (const [name, value] of Object.entries(json)) {
    if (name === 'data' || name === 'data_base64' || value === null) continue;
    const text = canonical(value);
    if (text === null) {
      const message = `the attribute '${name.slice(0, 60)}' must be text, true, false or a whole number of 32 bits`;
      return { code: 'invalid_attribute', message };
    }
    context.set(name, text);
  }
  const wrong = contextRefusal(context);
  if (wrong !== null) return wrong;
  const encoded = ownField(json, 'data_base64') ?? null;
  const plain = ownField(json, 'data') ?? null;
  if (encoded === null) return withData(context, plain);
  if (plain !== null) {
    return { code: 'unsupported_data', message: 'data and data_base64 are both there: send one of them' };
  }
  return typeRefusal(context) ?? withEncoded(context, encoded);
}

/** A CloudEvent whose attributes came beside its data, as in binary mode. `data` null: there is none. */
export function cloudEventFrom(context: Context, data: JsonValue): CloudEvent | CloudEventRefusal {
  return contextRefusal(context) ?? withData(context, data);
}

/** What tells repeats: producers must not give two events the same source and id. Equal texts for equal pairs. */
export function identityOf(context: Context): string {
  return JSON.stringify([context.get('source'), context.get('id')]);
}

/**
 * The data with what its stream asks of the context: `time` where the event-time column is missing, and the attribute `x`
 * where a declared column `ce_x` is. What data says itself wins. The same object when nothing is added.
 */
export function withContext(data: JsonValue, context: Context, schema: StreamSchema): JsonValue {
  if (!isObject(data)) return data;
  const added: [string, JsonValue][] = [];
  for (const { name, type } of schema.columns) {
    const attribute = name === schema.eventTime ? 'time' : attributeOf(name);
    const text = attribute === null ? undefined : context.get(attribute);
    if (text === undefined || (ownField(data, name) ?? null) !== null) continue;
    added.push([name, typed(text, type)]);
  }
  return added.length === 0 ? data : Object.fromEntries([...Object.entries(data), ...added]);
}

function attributeOf(column: string): string | null {
  return column.toLowerCase().startsWith(COLUMN) ? column.slice(COLUMN.length).toLowerCase() : null;
}

/** Canonical text in the JSON that the column's type takes; what does not fit is left to the column to refuse. */
function typed(text: string, type: Type): JsonValue {
  if (type.kind === 'BOOLEAN' && (text === 'true' || text === 'false')) return text === 'true';
  if (type.kind === 'DOUBLE' && /^-?\d{1,15}$/.test(text)) return Number(text);
  return text;
}

function canonical(value: JsonValue): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && (value | 0) === value ? String(value) : null;
}

function contextRefusal(context: Context): CloudEventRefusal | null {
  const version = context.get('specversion');
  if (version !== undefined && version !== '1.0') {
    const message = `the specversion is '${version.slice(0, 20)}': version 1.0 of CloudEvents is taken`;
    return { code: 'unsupported_specversion', message };
  }
  const missing = REQUIRED.filter((name) => (context.get(name) ?? '') === '');
  if (missing.length > 0) {
    return { code: 'missing_attribute', message: `a CloudEvent must have ${list(missing)}` };
  }
  for (const [name, text] of context) {
    const why = attributeRefusal(name, text);
    if (why !== null) {
      return { code: 'invalid_attribute', message: `the attribute '${name.slice(0, 60)}' ${why}` };
    }
  }
  return null;
}

/** What is wrong with an attribute, as the end of a sentence. */
function attributeRefusal(name: string, text: string): string | null {
  if (!NAME.test(name) || name === 'data') {
    return 'cannot be one: names are made of lower-case letters a to z and digits, and data is none';
  }
  if (NOT_IN_A_STRING.test(text)) return 'holds a character that no attribute may hold';
  if (text === '' && FILLED.includes(name)) return 'is empty: leave it out';
  if (name === 'time' && (!RFC_3339.test(text) || parseTimestamp(text) === null)) {
    return `is '${text.slice(0, 40)}', which is no time of RFC 3339 such as 2026-11-23T21:05:00Z`;
  }
  if ((name === 'source' || name === 'dataschema') && NOT_IN_A_URI.test(text)) {
    return `is '${text.slice(0, 60)}', which is no URI`;
  }
  return null;
}

function withData(context: Context, data: JsonValue): CloudEvent | CloudEventRefusal {
  if (data === null) {
    return { code: 'missing_data', message: "there is no data: its fields are the event's columns" };
  }
  const wrong = typeRefusal(context);
  if (wrong !== null) return wrong;
  if (isObject(data)) return { context, data };
  const what = Array.isArray(data) ? 'an array' : typeof data === 'string' ? 'text' : String(data);
  return { code: 'not_an_object', message: `the data must be a JSON object, not ${what}` };
}

/** JSON as bytes (JSON Event Format, 3.1). */
function withEncoded(context: Context, encoded: JsonValue): CloudEvent | CloudEventRefusal {
  const isBase64 =
    typeof encoded === 'string' &&
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded);
  if (!isBase64) return { code: 'unsupported_data', message: 'data_base64 is no base64 text (RFC 4648, 4)' };
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return withData(context, bytes.length === 0 ? null : parseJson(decodeUtf8(bytes)));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { code: error.code, message: `data_base64 holds no JSON: ${error.message}` };
  }
}

function typeRefusal(context: Context): CloudEventRefusal | null {
  const type = context.get('datacontenttype');
  if (type === undefined || isJsonType(type)) return null;
  const message = `the data is said to be ${type.slice(0, 60)}: a stream takes JSON objects`;
  return { code: 'unsupported_data', message };
}

/** Whether a media type is one of JSON: its subtype is `json` or ends in `+json` (JSON Event Format, 3.1). */
export function isJsonType(type: string): boolean {
  const subtype = type.split(';')[0]?.trim().split('/')[1]?.toLowerCase() ?? '';
  return subtype === 'json' || subtype.endsWith('+json');
}

function ownField(json: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(json, name) ? json[name] : undefined;
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
