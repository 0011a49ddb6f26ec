/** What JSON.parse gives. Keys are data: `__proto__` is an own property like any other. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type JsonErrorCode = 'invalid_json' | 'invalid_utf8' | 'too_deep' | 'number_out_of_range';

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

/** Parses one JSON text. Throws JsonError: not JSON, nested deeper than 64, or with a number past the range of a double (RFC 8259). */
export function parseJson(text: string): JsonValue {
  if (depthOf(text) > MAX_DEPTH) {
    throw new JsonError('too_deep', `the JSON nests deeper than ${MAX_DEPTH} levels; send flatter data`);
  }
  let infinite = false;
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
    // A number such as 1e400 is read as Infinity. Only a text with an exponent or 309 digits can hold one.
    if (/[eE]\+?\d{2}|\d{309}/.test(text)) infinite = hasInfinity(value);
  } catch (error) {
    throw new JsonError('invalid_json', `this is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  if (infinite)
    throw new JsonError('number_out_of_range', 'a number is past the range of a double (about 1.8e308)');
  return value;
}

/** Bytes to text. Throws JsonError `invalid_utf8`; a byte order mark is taken off. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new JsonError('invalid_utf8', 'the body is not valid UTF-8');
  }
}

/** How deep objects and arrays nest, by counting brackets outside of strings. Stops counting past the limit. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth++;
        if (depth > deepest) deepest = depth;
        if (deepest > MAX_DEPTH) return deepest;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return deepest;
}

function hasInfinity(value: JsonValue): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(hasInfinity);
}
