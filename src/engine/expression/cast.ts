import { Decimal } from '../../event/decimal.js';
import { parseDuration } from '../../event/duration.js';
import { toJson } from '../../event/format.js';
import { formatInterval, parseInterval } from '../../event/interval.js';
import { formatTimestamp, isTimestamp, parseTimestamp } from '../../event/timestamp.js';
import type { Type, Value } from '../../event/value.js';
import { elementType, field, fieldType, isFields, isList, isNumeric, toDecimal } from './compare.js';
import type { Faults } from './faults.js';
import { toBigint } from './integer.js';

/** A value that is not NULL in another type, or null when that cannot be. */
type Conversion = (value: NonNullable<Value>) => Value;

/**
 * CAST (ISO/IEC 9075-2, 6.13) of a value that is not NULL. What cannot be converted is NULL and counted.
 *
 * TIMESTAMP comes from ISO 8601 text and from epoch milliseconds and goes to both; numbers are rounded half away from zero;
 * text is trimmed; from BOOLEAN come 1 and 0, and any number but 0 is TRUE; ANY is converted by what it is.
 */
export function castTo(from: Type, to: Type): (value: NonNullable<Value>, faults: Faults) => Value {
  const convert = conversion(from, to);
  return (value, faults) => convert(value) ?? faults.note('failed_cast');
}

/** The conversion of values from a static type to another. */
export function conversion(from: Type, to: Type): Conversion {
  if (from.kind === to.kind && !['DECIMAL', 'ARRAY', 'ROW'].includes(to.kind)) return (value) => value;
  switch (to.kind) {
    case 'BOOLEAN':
      return from.kind === 'TIMESTAMP' || from.kind === 'INTERVAL' ? () => null : toBoolean;
    case 'BIGINT':
      return toInteger;
    case 'DOUBLE':
      return toFloat;
    case 'DECIMAL':
      return (value) => toExact(value, to.precision, to.scale);
    case 'VARCHAR':
      return (value) => toText(value, from);
    case 'TIMESTAMP':
      return from.kind === 'INTERVAL' ? () => null : toTimestamp;
    case 'INTERVAL':
      return from.kind === 'VARCHAR' || from.kind === 'ANY' ? toInterval : () => null;
    case 'ARRAY': {
      const convert = nested(conversion(elementType(from), to.element));
      return (value) => (isList(value) ? convertAll(value, convert) : null);
    }
    case 'ROW': {
      const fields = to.fields.map(({ name, type }) => ({
        name,
        convert: nested(conversion(fieldType(from, name), type)),
      }));
      return (value) => (isFields(value) ? convertFields(value, fields) : null);
    }
    default:
      return (value) => value;
  }
}

/** A conversion that lets NULL through; undefined: it failed. */
function nested(convert: Conversion): (value: Value) => Value | undefined {
  return (value) => (value === null ? null : (convert(value) ?? undefined));
}

function convertAll(values: readonly Value[], convert: (value: Value) => Value | undefined): Value {
  const converted: Value[] = [];
  for (const value of values) {
    const each = convert(value);
    if (each === undefined) return null;
    converted.push(each);
  }
  return converted;
}

function convertFields(
  value: { readonly [name: string]: Value },
  fields: readonly { readonly name: string; readonly convert: (value: Value) => Value | undefined }[],
): Value {
  const entries: (readonly [string, Value])[] = [];
  for (const { name, convert } of fields) {
    const each = convert(field(value, name));
    if (each === undefined) return null;
    entries.push([name, each]);
  }
  return Object.fromEntries(entries);
}

function toBoolean(value: Value): Value {
  if (typeof value === 'boolean') return value;
  if (value instanceof Decimal) return value.unscaled !== 0n;
  if (isNumeric(value)) return value !== 0;
  if (typeof value !== 'string') return null;
  const text = value.trim().toLowerCase();
  if (text === 'true' || text === 't' || text === '1') return true;
  return text === 'false' || text === 'f' || text === '0' ? false : null;
}

/** The longest text that is read as a number: no number needs more digits. */
const MAX_NUMBER_LENGTH = 400;

function toInteger(value: Value): Value {
  switch (typeof value) {
    case 'number': {
      const rounded = roundHalfUp(value);
      if (Number.isSafeInteger(rounded)) return rounded;
      return Number.isFinite(rounded) ? toBigint(BigInt(rounded)) : null;
    }
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'string': {
      const text = value.trim();
      return text.length <= MAX_NUMBER_LENGTH && /^[+-]?\d+$/.test(text)
        ? toBigint(BigInt(text.replace(/^\+/, '')))
        : null;
    }
    default:
      return value instanceof Decimal ? toBigint(value.rescale(0).unscaled) : null;
  }
}

/** Half away from zero, as SQL rounds; never -0. */
export function roundHalfUp(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value)) + 0;
}

function toFloat(value: Value): Value {
  switch (typeof value) {
    case 'number':
      return value;
    case 'bigint':
      return Number(value);
    case 'boolean':
      return value ? 1 : 0;
    case 'string': {
      const text = value.trim();
      if (text.length > MAX_NUMBER_LENGTH || !/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text))
        return null;
      return Number.isFinite(Number(text)) ? Number(text) : null;
    }
    default:
      return value instanceof Decimal ? value.toNumber() : null;
  }
}

function toExact(value: Value, precision: number, scale: number): Value {
  let decimal: Decimal | null = null;
  if (typeof value === 'string')
    decimal = value.length <= MAX_NUMBER_LENGTH ? Decimal.parse(value.trim()) : null;
  else if (typeof value === 'boolean') decimal = Decimal.fromInteger(value ? 1 : 0);
  else if (isNumeric(value))
    decimal = typeof value === 'number' && !Number.isFinite(value) ? null : toDecimal(value);
  if (decimal === null) return null;
  const rounded = decimal.rescale(scale);
  return rounded.precision > precision ? null : rounded;
}

function toText(value: Value, from: Type): Value {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (from.kind === 'TIMESTAMP') return isTimestamp(value) ? formatTimestamp(value) : null;
    if (from.kind === 'INTERVAL') return formatInterval(value);
  }
  if (value instanceof Decimal || typeof value !== 'object') return String(value);
  return JSON.stringify(toJson(value, from));
}

function toTimestamp(value: Value): Value {
  if (typeof value === 'string') return parseTimestamp(value.trim());
  if (!isNumeric(value)) return null;
  const time = roundHalfUp(Number(value instanceof Decimal ? value.toNumber() : value));
  return isTimestamp(time) ? time : null;
}

function toInterval(value: Value): Value {
  return typeof value === 'string' ? (parseInterval(value.trim()) ?? parseDuration(value)) : null;
}
