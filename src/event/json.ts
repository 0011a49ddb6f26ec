/** What JSON.parse gives. Keys are data: `__proto__` is an own property like any other. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type JsonErrorCode =
  | 'invalid_json'
  | 'invalid_utf8'
  | 'too_deep'
  | 'too_many_values'
  | 'number_out_of_range';

/** A text that is no JSON, or none that is taken. */
export class JsonError extends Error {
  constructor(
    readonly code: JsonErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'JsonError';
  }
}

/** Nesting past this is refused before parsing: parsing survives more than writing back would. */
export const MAX_DEPTH = 64;

/** How many values one event may have: fields and elements, at any depth. */
export const MAX_VALUES = 10_000;

/**
 * Parses one JSON text of at most `maxValues` values, itself counted. Throws JsonError: not JSON, nested deeper than 64, of
 * more values, or with a number past the range of a double (RFC 8259).
 */
export function parseJson(text: string, maxValues = Number.POSITIVE_INFINITY): JsonValue {
  // A value takes a character at least: few texts are long enough to be counted.
  if (text.length > maxValues || mayNestDeep(text)) {
    const { depth, values } = measure(text, maxValues);
    if (depth > MAX_DEPTH) {
      throw new JsonError('too_deep', `the JSON nests deeper than ${MAX_DEPTH} levels; send flatter data`);
    }
    if (values > maxValues) {
      const most = maxValues.toLocaleString('en-US');
      const message = `the JSON has more than ${most} values, counted at any depth: divide it`;
      throw new JsonError('too_many_values', message);
    }
  }
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new JsonError('invalid_json', `this is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  // A number such as 1e400 is read as Infinity.
  if (hasInfinity(value))
    throw new JsonError('number_out_of_range', 'a number is past the range of a double (about 1.8e308)');
  return value;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes to text. Throws JsonError `invalid_utf8`; a byte order mark is taken off. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new JsonError('invalid_utf8', 'the body is not valid UTF-8');
  }
}

/** Whether a text has more brackets than may nest, those in strings included: few do, and only they need to be read by character. */
function mayNestDeep(text: string): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > MAX_DEPTH) return true;
    }
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** How deep objects and arrays nest, and how many values there are; exact for what is JSON. Stops past either limit. */
export function measure(
  text: string,
  maxValues = Number.POSITIVE_INFINITY,
): { readonly depth: number; readonly values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  for (let i = 0; i < text.length && values <= maxValues; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth++;
        if (depth > deepest) deepest = depth;
        if (deepest > MAX_DEPTH) return { depth: deepest, values };
        if (!isClosing(text, i + 1)) values++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case COMMA:
        values++;
        break;
    }
  }
  return { depth: deepest, values };
}

/**
 * The elements of an array, each as its text, of which none is parsed: when all of them are JSON the whole is. Throws
 * JsonError `invalid_json` when the text is no array, or goes on behind it.
 */
export function* elementsOf(text: string): Generator<string> {
  const open = skipSpace(text, 0);
  if (text[open] !== '[') throw new JsonError('invalid_json', 'this is no JSON array');
  let depth = 1;
  let start = open + 1;
  if (text[skipSpace(text, start)] === ']') {
    checkEnd(text, skipSpace(text, start) + 1);
    return;
  }
  for (let i = start; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        if (depth > 0) break;
        if (text[i] === '}') throw new JsonError('invalid_json', 'the array ends with a brace');
        yield text.slice(start, i);
        checkEnd(text, i + 1);
        return;
      case COMMA:
        if (depth > 1) break;
        yield text.slice(start, i);
        start = i + 1;
        break;
    }
  }
  throw new JsonError('invalid_json', 'the array has no end');
}

/** Where the string that begins at `at` ends: its closing quote, or the text's end. */
function endOfString(text: string, at: number): number {
  let i = at + 1;
  for (; i < text.length && text.charCodeAt(i) !== QUOTE; i++) if (text.charCodeAt(i) === BACKSLASH) i++;
  return i;
}

function isClosing(text: string, from: number): boolean {
  const next = text[skipSpace(text, from)];
  return next === ']' || next === '}';
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}

function checkEnd(text: string, from: number): void {
  if (skipSpace(text, from) < text.length)
    throw new JsonError('invalid_json', 'text follows the end of the array');
}

function hasInfinity(value: JsonValue): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.some(hasInfinity);
  const fields = value as { readonly [key: string]: JsonValue };
  // All that JSON gives is own and enumerable.
  for (const name in fields) if (hasInfinity(fields[name] as JsonValue)) return true;
  return false;
}
