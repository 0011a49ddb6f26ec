import type { Decoded } from './decode.js';
import type { JsonValue } from './json.js';
import type { Span } from './lines.js';
import type { StreamSchema } from './schema.js';
import { isTimestamp, readUsual } from './timestamp.js';
import type { Type, Value } from './value.js';

/** A field that events of the stream have; `type` null: it is not declared. */
interface Field {
  readonly name: string;
  /** Its name as JSON has it, quotes included. */
  readonly key: Uint8Array;
  readonly type: Type['kind'] | null;
  /** Whether it may be null. */
  readonly nullable: boolean;
  readonly isTime: boolean;
  /** The event that it was last seen in, by its number. */
  seen: number;
  /** The field that came behind it last time. */
  next: Field | null;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
const ZERO = 0x30;
const [TRUE, FALSE, NULL] = ['true', 'false', 'null'].map((word) => Buffer.from(word)) as [
  Buffer,
  Buffer,
  Buffer,
];

/** Bytes that end the plain part of a text: the quote, the backslash and what JSON does not take in a text. */
const ENDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || byte === QUOTE || byte === 0x5c ? 1 : 0,
);

/** A whole number of so many digits is exact in a double, and so is each of these powers: their quotient is rounded once (Clinger 1990). */
const SURE_DIGITS = 15;
const POWERS = Array.from({ length: SURE_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** Names that a stream's events have beside its columns: more are not remembered. */
const MOST_OTHERS = 64;
/** After so many events in a row that were not plain most are not tried. */
const PATIENCE = 8;
const RETRY = 32;

/**
 * Reads plain events of a declared stream from their bytes: a flat object of known names, texts without escapes, numbers
 * without exponents and of few digits. It takes a part of what JSON.parse and `decode` take, and to the same values; of
 * everything else, wrong or right, it says nothing.
 */
export class Scanner {
  readonly #isUsable: boolean;
  readonly #columns: readonly Field[];
  readonly #fields: Field[];
  #first: Field | null = null;
  #event = 0;
  #failures = 0;
  /** Behind what was read last, and its value. */
  #at = 0;
  #value: Value = null;

  constructor(schema: StreamSchema) {
    this.#columns = schema.columns.map(({ name, type, nullable }) => {
      const isTime = name === schema.eventTime;
      return fieldOf(name, { type: type.kind, nullable: nullable && !isTime, isTime });
    });
    this.#fields = [...this.#columns];
    this.#isUsable = schema.declared && this.#columns.every(({ name }) => isPlain(name));
  }

  /** The event of a span without white space around it; null: not a plain one. The bytes must be UTF-8. */
  read({ bytes, from, to }: Span): Decoded | null {
    if (!this.#isUsable) return null;
    if (this.#failures >= PATIENCE && this.#failures++ % RETRY !== 0) return null;
    const decoded = this.#read(bytes, from, to);
    if (decoded !== null) this.#failures = 0;
    else this.#failures++;
    return decoded;
  }

  /** Remembers the names of an event that was read otherwise. */
  learn(json: JsonValue): void {
    if (!this.#isUsable || json === null || typeof json !== 'object' || Array.isArray(json)) return;
    for (const name in json) {
      if (this.#fields.length >= this.#columns.length + MOST_OTHERS) return;
      if (!isPlain(name) || this.#fields.some((field) => field.name === name)) continue;
      this.#fields.push(fieldOf(name, { type: null, nullable: true, isTime: false }));
    }
  }

  #read(bytes: Buffer, from: number, to: number): Decoded | null {
    const event = ++this.#event;
    const values: Record<string, Value> = {};
    let time: number | null = null;
    let columns = 0;
    let before: Field | null = null;
    let at = from;
    if (bytes[at++] !== OPEN) return null;
    for (;;) {
      while (bytes[at] === SPACE) at++;
      const field: Field | null = this.#fieldAt(bytes, at, before === null ? this.#first : before.next);
      // Of names that come twice JSON.parse keeps the last.
      if (field === null || field.seen === event) return null;
      field.seen = event;
      if (before === null) this.#first = field;
      else before.next = field;
      before = field;
      at += field.key.length;
      while (bytes[at] === SPACE) at++;
      if (bytes[at++] !== COLON) return null;
      while (bytes[at] === SPACE) at++;
      if (!this.#readValue(bytes, at, field)) return null;
      at = this.#at;
      const value = this.#value;
      if (value === null && !field.nullable) return null;
      values[field.name] = value;
      if (field.isTime) time = value as number;
      if (field.type !== null) columns++;
      while (bytes[at] === SPACE) at++;
      const byte = bytes[at++];
      if (byte === CLOSE) break;
      if (byte !== COMMA) return null;
    }
    if (at !== to) return null;
    if (columns < this.#columns.length && !this.#fill(values, event)) return null;
    return { time, values };
  }

  /** NULL for the columns that the event does not have; false where one must not be NULL. */
  #fill(values: Record<string, Value>, event: number): boolean {
    for (const { name, seen, nullable } of this.#columns) {
      if (seen === event) continue;
      if (!nullable) return false;
      values[name] = null;
    }
    return true;
  }

  /** The field whose name stands at `at`; `expected` is tried first. */
  #fieldAt(bytes: Buffer, at: number, expected: Field | null): Field | null {
    if (expected !== null && standsAt(bytes, at, expected.key)) return expected;
    for (const field of this.#fields) if (standsAt(bytes, at, field.key)) return field;
    return null;
  }

  /** Whether a value stands at `at` that fits the field; leaves it, and where it ends. */
  #readValue(bytes: Buffer, at: number, { type }: Field): boolean {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return this.#readText(bytes, at + 1, type);
    if (byte === MINUS || (byte >= ZERO && byte <= ZERO + 9)) return this.#readNumber(bytes, at, type);
    const isAny = type === null || type === 'BOOLEAN';
    if (standsAt(bytes, at, NULL)) return this.#leave(null, at + NULL.length);
    if (isAny && standsAt(bytes, at, TRUE)) return this.#leave(true, at + TRUE.length);
    return isAny && standsAt(bytes, at, FALSE) && this.#leave(false, at + FALSE.length);
  }

  #readText(bytes: Buffer, from: number, type: Field['type']): boolean {
    let at = from;
    let all = 0;
    for (let byte = bytes[at] as number; ENDS[byte] === 0; byte = bytes[++at] as number) all |= byte;
    if (bytes[at] !== QUOTE) return false;
    if (type === 'TIMESTAMP') {
      const time = readUsual(bytes, from, at);
      return time !== null && this.#leave(time, at + 1);
    }
    if (type !== 'VARCHAR' && type !== null) return false;
    const text = all < 0x80 ? asciiText(bytes, from, at) : bytes.toString('utf8', from, at);
    return this.#leave(text, at + 1);
  }

  #readNumber(bytes: Buffer, from: number, type: Field['type']): boolean {
    let at = bytes[from] === MINUS ? from + 1 : from;
    const first = at;
    let whole = 0;
    for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at)) whole = whole * 10 + digit;
    let digits = at - first;
    // 0 is the only number that begins with one.
    if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return false;
    let decimals = 0;
    if (bytes[at] === POINT) {
      const point = at++;
      for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at))
        whole = whole * 10 + digit;
      decimals = at - point - 1;
      digits += decimals;
      if (decimals === 0) return false;
    }
    // An exponent is no end of a value and is met by the caller.
    if (digits > SURE_DIGITS) return false;
    const size = decimals === 0 ? whole : whole / (POWERS[decimals] as number);
    const number = first === from ? size : -size;
    switch (type) {
      case 'DOUBLE':
      case null:
        return this.#leave(number, at);
      case 'BIGINT':
        return Number.isSafeInteger(number) && this.#leave(number + 0, at);
      case 'TIMESTAMP':
        return isTimestamp(number) && this.#leave(number + 0, at);
      default:
        return false;
    }
  }

  #leave(value: Value, at: number): true {
    this.#value = value;
    this.#at = at;
    return true;
  }
}

/** Texts that were read before, so that those that come again and again are not made anew. */
const MET: string[] = new Array(1_024).fill('');
const LONGEST_MET = 24;

function asciiText(bytes: Buffer, from: number, to: number): string {
  const length = to - from;
  if (length === 0 || length > LONGEST_MET) return bytes.toString('latin1', from, to);
  const hash =
    (bytes[from] as number) * 31 + (bytes[to - 1] as number) * 17 + (bytes[(from + to) >> 1] as number) * 7;
  const place = (hash + length * 131) & (MET.length - 1);
  const met = MET[place] as string;
  if (met.length === length && isText(bytes, from, met)) return met;
  const text = bytes.toString('latin1', from, to);
  MET[place] = text;
  return text;
}

function isText(bytes: Buffer, from: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

function fieldOf(name: string, kind: Pick<Field, 'type' | 'nullable' | 'isTime'>): Field {
  return { name, key: Buffer.from(JSON.stringify(name)), ...kind, seen: -1, next: null };
}

/** Whether a name may be looked for by its bytes and set by assignment. */
function isPlain(name: string): boolean {
  return /^[\w $@.:/-]{1,100}$/.test(name) && name !== '__proto__';
}

function standsAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Below zero where there is no digit. */
function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] as number) - ZERO;
  return digit <= 9 ? digit : -1;
}
