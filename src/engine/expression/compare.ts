import { Decimal } from '../../event/decimal.js';
import type { Type, Value } from '../../event/value.js';

/**
 * A total order of values of one type: negative, 0 or positive. FALSE comes before TRUE, text goes by code point, arrays by
 * their elements and then their length, objects by their fields in order of name. NULL (inside an array or object) comes
 * first. Values of several JSON types go by type: boolean, number, text, array, object.
 */
export function compareValues(a: Value, b: Value, type: Type): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const rank = rankOf(a);
  if (rank !== rankOf(b)) return rank - rankOf(b);
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (isList(a) && isList(b)) {
    const element = elementType(type);
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) {
      const order = compareValues(a[i]!, b[i]!, element);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  return a === null || b === null ? 0 : compareObjects(a as Fields, b as Fields, type);
}

/** Whether two values are one, NULL equal to NULL. */
export function equalValues(a: Value, b: Value, type: Type): boolean {
  return a === b || compareValues(a, b, type) === 0;
}

/**
 * The order of two values that are not NULL as SQL knows it: null, unknown, where a NULL inside of them decides (ISO/IEC
 * 9075-2, 8.2).
 */
export function orderOf(a: Value, b: Value, type: Type): number | null {
  if (!isList(a) || !isList(b)) return compareValues(a, b, type);
  const element = elementType(type);
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] === null || b[i] === null) return null;
    const order = orderOf(a[i]!, b[i]!, element);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Whether two values that are not NULL are equal; null, unknown, where only a NULL inside of them could tell. */
export function equality(a: Value, b: Value, type: Type): boolean | null {
  if (isList(a) && isList(b)) {
    if (a.length !== b.length) return false;
    return every(a.map((each, i) => [each, b[i]!, elementType(type)]));
  }
  if (isFields(a) && isFields(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return every([...names].map((name) => [field(a, name), field(b, name), fieldType(type, name)]));
  }
  return compareValues(a, b, type) === 0;
}

function every(pairs: readonly (readonly [Value, Value, Type])[]): boolean | null {
  let unknown = false;
  for (const [a, b, type] of pairs) {
    const equal = a === null || b === null ? null : equality(a, b, type);
    if (equal === false) return false;
    if (equal === null) unknown = true;
  }
  return unknown ? null : true;
}

export function isNumeric(value: Value): value is number | bigint | Decimal {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal;
}

/** Whether a value of an undeclared stream can be a place or a count. */
export function isWhole(value: Value | undefined): value is number {
  return Number.isSafeInteger(value);
}

/** A number as a Decimal. Throws RangeError when it is not finite. */
export function toDecimal(value: number | bigint | Decimal): Decimal {
  if (value instanceof Decimal) return value;
  const decimal = typeof value === 'bigint' ? Decimal.fromInteger(value) : Decimal.fromNumber(value);
  if (decimal === null) throw new RangeError(`${String(value)} is no decimal`);
  return decimal;
}

/** A number as a double. */
export function toDouble(value: number | bigint | Decimal): number {
  return value instanceof Decimal ? value.toNumber() : Number(value);
}

/** The type that JSON knows a value by. */
export function jsonType(value: Value): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  return JSON_TYPES[rankOf(value)]!;
}

const JSON_TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const;

export type Fields = { readonly [name: string]: Value };

export function isFields(value: Value): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Decimal);
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** The type of an array's elements; of what else there is, ANY. */
export function elementType(type: Type): Type {
  return type.kind === 'ARRAY' ? type.element : { kind: 'ANY' };
}

/** The type of a field of that name; ANY where it is not known. */
export function fieldType(type: Type, name: string): Type {
  const found = type.kind === 'ROW' ? type.fields.find((each) => each.name === name) : undefined;
  return found?.type ?? { kind: 'ANY' };
}

/** An own field of an object, or NULL: names on Object.prototype are data like any other. */
export function field(value: Fields, name: string): Value {
  return Object.hasOwn(value, name) ? (value[name] ?? null) : null;
}

function rankOf(value: Value): number {
  switch (typeof value) {
    case 'boolean':
      return 1;
    case 'number':
    case 'bigint':
      return 2;
    case 'string':
      return 3;
    default:
      return value === null ? 0 : value instanceof Decimal ? 2 : Array.isArray(value) ? 4 : 5;
  }
}

function compareNumbers(a: number | bigint | Decimal, b: number | bigint | Decimal): number {
  if (a instanceof Decimal || b instanceof Decimal) return toDecimal(a).compare(toDecimal(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareObjects(a: Fields, b: Fields, type: Type): number {
  const left = Object.keys(a).sort(compareText);
  const right = Object.keys(b).sort(compareText);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const name = left[i]!;
    const order =
      compareText(name, right[i]!) || compareValues(field(a, name), field(b, name), fieldType(type, name));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** By code point: UTF-16 units put surrogates before U+E000, which code points do not. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const isHigh = x >= 0xd800 && x < 0xe000;
    return isHigh === (y >= 0xd800 && y < 0xe000) ? x - y : isHigh ? 1 : -1;
  }
  return a.length - b.length;
}
