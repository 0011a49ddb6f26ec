import { Decimal } from './decimal.js';
import { parseInterval } from './interval.js';
import type { JsonValue } from './json.js';
import type { Column, StreamSchema } from './schema.js';
import { isTimestamp, MAX_TIMESTAMP, parseTimestamp } from './timestamp.js';
import type { Type, Value } from './value.js';

/** An event in run-time form. */
export interface Decoded {
  /** The event-time column's value in milliseconds since the epoch; null where the stream declares none: the arrival counts. */
  readonly time: number | null;
  /** The event's fields: declared columns in the form of their types, NULL where they are missing; others as JSON gave them. */
  readonly values: Readonly<Record<string, Value>>;
}

/**
 * Why an event is none of the stream's. `wrong_type`: a value of another type than declared; `out_of_range`: of the right
 * type, and more than the type holds; `missing_value`: NULL in a NOT NULL column; `missing_time`: NULL as event time.
 */
export interface Refusal {
  readonly code: 'not_an_object' | 'wrong_type' | 'out_of_range' | 'missing_value' | 'missing_time';
  /** In the user's terms: the column, what it takes, what came. */
  readonly message: string;
}

type JsonObject = { readonly [name: string]: JsonValue };
type DecimalType = Type & { readonly kind: 'DECIMAL' };
type Field = { readonly name: string; readonly type: Type };

/**
 * One event's parsed JSON by its stream's schema (`language.md`, 1 and 5): the values, or the first thing that is wrong with
 * it. Field names match exactly; nothing is coerced or rounded. On a stream that is not declared the values are the JSON itself,
 * and there is no time.
 */
export function decode(json: JsonValue, schema: StreamSchema): Decoded | Refusal {
  if (!isObject(json))
    return { code: 'not_an_object', message: `an event is a JSON object, not ${shown(json)}` };
  if (!schema.declared) return { time: null, values: json };
  const values: Record<string, Value> = { ...json };
  let time: number | null = null;
  for (const column of schema.columns) {
    const { name, type } = column;
    const given = ownField(json, name);
    let value: Value = null;
    if (given !== undefined && given !== null) {
      const taken = take(given, type);
      if (taken === undefined) return misfit(name, given, type);
      value = taken;
    }
    if (name === schema.eventTime) {
      if (value === null) return missing(json, column, true);
      time = value as number;
    }
    if (value === null && !column.nullable) return missing(json, column, false);
    if (!Object.is(value, given)) put(values, name, value);
  }
  return { time, values };
}

/** A value that is not null in the run-time form of its type, or undefined: it is none of that type. */
export function take(json: JsonValue, type: Type): Value | undefined {
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof json === 'boolean' ? json : undefined;
    case 'BIGINT':
      return takeInteger(json);
    case 'DOUBLE':
      return typeof json === 'number' && Number.isFinite(json) ? json : undefined;
    case 'DECIMAL':
      return takeDecimal(json, type);
    case 'VARCHAR':
      return typeof json === 'string' ? json : undefined;
    case 'TIMESTAMP':
      // + 0: there is one zero, not -0 too.
      if (typeof json === 'number') return isTimestamp(json) ? json + 0 : undefined;
      return typeof json === 'string' ? (parseTimestamp(json) ?? undefined) : undefined;
    case 'INTERVAL':
      return typeof json === 'string' ? (parseInterval(json) ?? undefined) : undefined;
    case 'ARRAY':
      return Array.isArray(json) ? takeElements(json as readonly JsonValue[], type.element) : undefined;
    case 'ROW':
      return isObject(json) ? takeFields(json, type.fields) : undefined;
    default:
      return json;
  }
}

/** The longest text that is read as a number, in characters: no number needs more. */
const MAX_NUMBER_LENGTH = 400;

/** Decimal digits that a double always keeps: more may have been rounded when the JSON was read. */
const SURE_DIGITS = 15;

/** BIGINT: a whole number up to 2^53, or any of 64 bits as text. */
function takeInteger(json: JsonValue): number | bigint | undefined {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? json + 0 : undefined;
  if (!isIntegerText(json)) return undefined;
  const number = Number(json);
  if (Number.isSafeInteger(number)) return number + 0;
  const integer = BigInt(json);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

function isIntegerText(json: JsonValue): json is string {
  return typeof json === 'string' && json.length <= MAX_NUMBER_LENGTH && /^-?\d+$/.test(json);
}

/** DECIMAL at its declared scale: text, or a number of at most 15 digits. */
function takeDecimal(json: JsonValue, { precision, scale }: DecimalType): Decimal | undefined {
  const decimal = readDecimal(json);
  if (decimal === null || (typeof json === 'number' && decimal.precision > SURE_DIGITS)) return undefined;
  const rescaled = decimal.rescale(scale);
  return rescaled.precision <= precision && rescaled.compare(decimal) === 0 ? rescaled : undefined;
}

function readDecimal(json: JsonValue): Decimal | null {
  if (typeof json === 'number') return Decimal.fromNumber(json);
  return typeof json === 'string' && json.length <= MAX_NUMBER_LENGTH ? Decimal.parse(json) : null;
}

function takeElements(json: readonly JsonValue[], element: Type): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const given of json) {
    const value = given === null ? null : take(given, element);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function takeFields(json: JsonObject, fields: readonly Field[]): Record<string, Value> | undefined {
  const values: Record<string, Value> = { ...json };
  for (const { name, type } of fields) {
    const given = ownField(json, name);
    const value = given === undefined || given === null ? null : take(given, type);
    if (value === undefined) return undefined;
    if (!Object.is(value, given)) put(values, name, value);
  }
  return values;
}

/** Sets an own property: a plain assignment to `__proto__` would set the prototype. */
function put(values: Record<string, Value>, name: string, value: Value): void {
  if (name !== '__proto__') values[name] = value;
  else Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
}

function ownField(json: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(json, name) ? json[name] : undefined;
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function missing(json: JsonObject, { name }: Column, isTime: boolean): Refusal {
  const code = isTime ? 'missing_time' : 'missing_value';
  const what = isTime ? `the event time '${name}'` : `'${name}' is NOT NULL and`;
  if (Object.hasOwn(json, name)) return { code, message: `${what} is null` };
  const other = Object.keys(json).find((each) => each.toLowerCase() === name.toLowerCase());
  const hint = other === undefined ? '' : `; the event has ${shown(other)}: names match exactly`;
  return { code, message: `${what} is missing${hint}` };
}

/** What is wrong with a value that `take` does not take. `path` leads to it as a rule would write it: arrays count from 1. */
function misfit(path: string, json: JsonValue, type: Type): Refusal {
  const inner = innerMisfit(path, json, type);
  if (inner !== null) return inner;
  const what = `'${path}' is ${typeText(type)}`;
  const reason = rangeOf(json, type);
  return reason === null
    ? { code: 'wrong_type', message: `${what} and takes ${expected(type)}, not ${shown(json)}` }
    : { code: 'out_of_range', message: `${what}: ${shown(json)} ${reason}` };
}

/** The first element or field that does not fit, or null where the value itself is no array or object. */
function innerMisfit(path: string, json: JsonValue, type: Type): Refusal | null {
  if (type.kind === 'ARRAY' && Array.isArray(json)) {
    for (const [index, each] of (json as readonly JsonValue[]).entries()) {
      if (each !== null && take(each, type.element) === undefined) {
        return misfit(`${path}[${index + 1}]`, each, type.element);
      }
    }
  }
  if (type.kind === 'ROW' && isObject(json)) {
    for (const field of type.fields) {
      const each = ownField(json, field.name) ?? null;
      if (each !== null && take(each, field.type) === undefined) {
        return misfit(`${path}.${field.name}`, each, field.type);
      }
    }
  }
  return null;
}

/** Why a value of the right kind is more than its type holds, as the end of a sentence; null: it is of another kind. */
function rangeOf(json: JsonValue, type: Type): string | null {
  if (type.kind === 'BIGINT') {
    if (isIntegerText(json)) return 'does not fit into 64 bits';
    if (typeof json === 'number' && Number.isInteger(json))
      return 'is past 2^53, where JSON numbers lose digits: send it as text';
  }
  if (type.kind === 'TIMESTAMP' && typeof json === 'number' && Number.isInteger(json)) {
    return `lies outside the years 1 to 9999 (${MAX_TIMESTAMP} milliseconds)`;
  }
  return type.kind === 'DECIMAL' ? decimalRange(json, type) : null;
}

function decimalRange(json: JsonValue, { precision, scale }: DecimalType): string | null {
  const decimal = readDecimal(json);
  if (decimal === null) return null;
  if (typeof json === 'number' && decimal.precision > SURE_DIGITS) {
    return `has more than ${SURE_DIGITS} digits, which JSON numbers may lose: send it as text`;
  }
  const rescaled = decimal.rescale(scale);
  if (rescaled.compare(decimal) !== 0)
    return `has more than ${scale} digits behind the point: round it before`;
  return `has more than ${precision - scale} digits before the point`;
}

function expected(type: Type): string {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'true or false';
    case 'BIGINT':
      return 'a whole number';
    case 'DOUBLE':
      return 'a number';
    case 'DECIMAL':
      return 'a number, as text or bare';
    case 'TIMESTAMP':
      return 'ISO 8601 text or epoch milliseconds';
    case 'INTERVAL':
      return 'an ISO 8601 duration such as "PT10M"';
    case 'ARRAY':
      return 'an array';
    case 'ROW':
      return 'an object';
    default:
      return 'text';
  }
}

function typeText(type: Type): string {
  return type.kind === 'DECIMAL' ? `DECIMAL(${type.precision}, ${type.scale})` : type.kind;
}

const SHOWN_CHARACTERS = 60;

/** What came, short enough for a message. */
function shown(json: JsonValue): string {
  if (Array.isArray(json)) return 'an array';
  if (isObject(json)) return 'an object';
  if (typeof json !== 'string') return String(json);
  if (json.length <= SHOWN_CHARACTERS) return JSON.stringify(json);
  return `${JSON.stringify(json.slice(0, SHOWN_CHARACTERS))}...`;
}
