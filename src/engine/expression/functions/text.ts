import type { Value } from '../../../event/value.js';
import { castTo } from '../cast.js';
import { isList, isWhole } from '../compare.js';
import type { FunctionBodies } from '../evaluator.js';
import type { Faults } from '../faults.js';

/** The longest text or array that a function makes, in UTF-16 units or elements: a rule cannot fill the memory. */
const MAX_LENGTH = 1_000_000;

/** Characters are code points, as in SQL, not UTF-16 units. */
function points(text: string): readonly string[] {
  return [...text];
}

/** Whether units and code points are the same, as in nearly every text. */
function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}

/** A function of texts alone. */
function ofTexts(body: (...texts: string[]) => Value): FunctionBodies[string] {
  return (values, faults) =>
    values.every((value) => typeof value === 'string')
      ? body(...(values as readonly string[]))
      : faults.note('type_mismatch');
}

export const TEXT_FUNCTIONS: FunctionBodies = {
  CHAR_LENGTH: ofTexts((text) => lengthOf(text!)),
  UPPER: ofTexts((text) => text!.toUpperCase()),
  LOWER: ofTexts((text) => text!.toLowerCase()),
  TRIM: ofTexts((text, set) => trim(text!, set, true, true)),
  LTRIM: ofTexts((text, set) => trim(text!, set, true, false)),
  RTRIM: ofTexts((text, set) => trim(text!, set, false, true)),
  SUBSTRING: ([text, from, count], faults) => {
    if (typeof text !== 'string' || !isWhole(from)) return faults.note('type_mismatch');
    if (count !== undefined && (!isWhole(count) || count < 0)) return faults.note('invalid_argument');
    return substring(text, from, count ?? Number.POSITIVE_INFINITY);
  },
  POSITION: ofTexts((part, text) => place(text!, part!)),
  STRPOS: ofTexts((text, part) => place(text!, part!)),
  CONCAT: (values, faults, types) => {
    const texts = values.map((value, i) => castTo(types[i]!, { kind: 'VARCHAR' })(value!, faults));
    return limited(texts.join(''), faults);
  },
  REPLACE: ([text, from, to = ''], faults) => {
    if (typeof text !== 'string' || typeof from !== 'string' || typeof to !== 'string')
      return faults.note('type_mismatch');
    if (from === '') return text;
    const parts = text.split(from);
    const length = text.length + (parts.length - 1) * (to.length - from.length);
    return length > MAX_LENGTH ? faults.note('overflow') : parts.join(to);
  },
  LPAD: ([text, length, fill], faults) => pad(text!, length!, fill ?? ' ', faults, true),
  RPAD: ([text, length, fill], faults) => pad(text!, length!, fill ?? ' ', faults, false),
  REVERSE: ofTexts((text) => [...text!].reverse().join('')),
  STARTS_WITH: ofTexts((text, start) => text!.startsWith(start!)),
  SPLIT_PART: ([text, separator, n], faults) => {
    if (typeof text !== 'string' || typeof separator !== 'string' || !isWhole(n))
      return faults.note('type_mismatch');
    return n < 1 || separator === ''
      ? faults.note('invalid_argument')
      : (text.split(separator)[n - 1] ?? null);
  },
};

/** `||` of two texts or two arrays. */
export function concatenate(a: Value, b: Value, faults: Faults): Value {
  if (typeof a === 'string' && typeof b === 'string') return limited(a + b, faults);
  if (!isList(a) || !isList(b)) return faults.note('type_mismatch');
  return a.length + b.length > MAX_LENGTH ? faults.note('overflow') : [...a, ...b];
}

function limited(text: string, faults: Faults): Value {
  return text.length > MAX_LENGTH ? faults.note('overflow') : text;
}

function lengthOf(text: string): number {
  if (isPlain(text)) return text.length;
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** From 1; a negative start counts from the end, as in Trino, Oracle, Snowflake and Flink. Nothing stands at 0. */
function substring(text: string, from: number, count: number): string {
  const list = isPlain(text) ? text : points(text);
  const start = from > 0 ? from - 1 : list.length + from;
  if (from === 0 || start < 0) return '';
  const part = list.slice(start, start + count);
  return typeof part === 'string' ? part : part.join('');
}

function trim(text: string, set: string | undefined, atStart: boolean, atEnd: boolean): string {
  const characters = new Set(points(set ?? ' '));
  const list = points(text);
  let from = 0;
  let end = list.length;
  while (atStart && from < end && characters.has(list[from]!)) from++;
  while (atEnd && end > from && characters.has(list[end - 1]!)) end--;
  return from === 0 && end === list.length ? text : list.slice(from, end).join('');
}

function place(text: string, part: string): number {
  const at = text.indexOf(part);
  return at < 0 ? 0 : lengthOf(text.slice(0, at)) + 1;
}

function pad(text: Value, length: Value, fill: Value, faults: Faults, atStart: boolean): Value {
  if (typeof text !== 'string' || !isWhole(length) || typeof fill !== 'string')
    return faults.note('type_mismatch');
  if (length < 0 || length > MAX_LENGTH || fill === '') return faults.note('invalid_argument');
  const list = points(text);
  if (list.length >= length) return list.slice(0, length).join('');
  const unit = points(fill);
  const padding = Array.from({ length: length - list.length }, (_, i) => unit[i % unit.length]!).join('');
  return atStart ? padding + text : text + padding;
}
