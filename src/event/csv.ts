import { JsonError, type JsonValue, parseJson } from './json.js';
import type { StreamSchema } from './schema.js';
import type { Type } from './value.js';

/** The longest record that is taken, in characters: one event is never this large, a file with an open quote may be. */
export const LONGEST_RECORD = 16 * 1024 * 1024;

/** One record as JSON by its column names, or why it is none. `line`: where it begins, from 1, the header's line included. */
export type CsvRow =
  | { readonly line: number; readonly values: Readonly<Record<string, JsonValue>> }
  | ({ readonly line: number } & CsvProblem);

/** A stable code and a message. */
export interface CsvProblem {
  readonly code:
    | 'missing_header'
    | 'duplicate_column'
    | 'wrong_field_count'
    | 'text_after_quote'
    | 'unclosed_quote'
    | 'record_too_long'
    | 'not_utf8';
  readonly message: string;
}

/** A header's column; its type is ANY where the stream declares none of that name. */
interface CsvColumn {
  readonly name: string;
  readonly type: Type;
}

/** `closed`: behind a quote that ends the field or is the first of two. `return`: behind the CR that follows such a quote. */
type Position = 'start' | 'plain' | 'quoted' | 'closed' | 'return';

const ANY: Type = { kind: 'ANY' };
const BYTE_ORDER_MARK = '\ufeff';
/** Stands in a text for bytes that are no UTF-8: half of a surrogate pair, which no UTF-8 gives. A record that has it is refused. */
export const UNREADABLE = '\ud800';
const LONE_SURROGATE = /\p{Surrogate}/u;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/**
 * CSV to JSON, in pieces of any size (RFC 4180): a header line, then one record an event. Lines end with LF or CRLF, blank
 * ones are skipped, a quote inside a field that does not begin with one is text, a byte order mark is taken off.
 *
 * A value is what its column declares; else what is a JSON number, `true` or `false` is that, and all else text: `007`, and an
 * integer past 2^53, which keeps its digits. An empty field is null, a quoted empty one the empty text where text is
 * taken. A record that cannot be read spoils no other; without a header that can be read there are no rows.
 */
export class CsvDecoder {
  readonly #types: ReadonlyMap<string, Type>;
  /** Null before the header; 'unread' when it is none. */
  #columns: readonly CsvColumn[] | 'unread' | null = null;
  #isBegun = false;
  #position: Position = 'start';
  #field = '';
  #isQuoted = false;
  /** The record's fields so far; null is an empty one without quotes. */
  #fields: (string | null)[] = [];
  #length = 0;
  #problem: CsvProblem | null = null;
  #line = 1;
  #firstLine = 1;

  /** @param schema the declared stream that the records belong to, or null */
  constructor(schema: StreamSchema | null) {
    this.#types = new Map(schema?.columns.map(({ name, type }) => [name, type]));
  }

  /** The records that end in this piece. */
  push(text: string): CsvRow[] {
    const rows: CsvRow[] = [];
    if (text === '') return rows;
    let at = !this.#isBegun && text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    this.#isBegun = true;
    while (at < text.length && this.#columns !== 'unread') at = this.#step(text, at, rows);
    return rows;
  }

  /** The last record, when no line break ends it, and what is wrong with the end. */
  end(): CsvRow[] {
    const rows: CsvRow[] = [];
    if (this.#position === 'quoted') {
      this.#problem = {
        code: 'unclosed_quote',
        message: 'a quoted field is not closed before the end of the input',
      };
    }
    if (this.#position !== 'start' || this.#fields.length > 0) this.#endRecord(rows);
    if (this.#columns === null) {
      const message = 'the input is empty: CSV begins with a header line';
      rows.push({ line: 1, code: 'missing_header', message });
    }
    return rows;
  }

  /** Reads on from `at`; gives where it stopped. */
  #step(text: string, at: number, rows: CsvRow[]): number {
    const char = text[at];
    switch (this.#position) {
      case 'start':
        this.#isQuoted = char === '"';
        this.#position = this.#isQuoted ? 'quoted' : 'plain';
        return this.#isQuoted ? at + 1 : at;
      case 'plain': {
        const end = delimiter(text, at);
        this.#keep(text.slice(at, end));
        if (end < text.length) this.#delimit(text[end]!, rows);
        return end + 1;
      }
      case 'quoted': {
        const quote = text.indexOf('"', at);
        const end = quote < 0 ? text.length : quote;
        const part = text.slice(at, end);
        for (let i = part.indexOf('\n'); i >= 0; i = part.indexOf('\n', i + 1)) this.#line++;
        this.#keep(part);
        if (quote >= 0) this.#position = 'closed';
        return end + 1;
      }
      case 'closed':
        if (char === '"') {
          this.#keep('"');
          this.#position = 'quoted';
        } else if (char === '\r') this.#position = 'return';
        else if (char === ',' || char === '\n') this.#delimit(char, rows);
        else return this.#textAfterQuote(at);
        return at + 1;
      case 'return':
        if (char !== '\n') return this.#textAfterQuote(at);
        this.#delimit(char, rows);
        return at + 1;
    }
  }

  #textAfterQuote(at: number): number {
    this.#problem ??= {
      code: 'text_after_quote',
      message: `text follows the closing quote of field ${this.#fields.length + 1}: a quote inside a quoted field is written twice`,
    };
    this.#position = 'plain';
    return at;
  }

  #keep(part: string): void {
    this.#length += part.length;
    if (this.#length <= LONGEST_RECORD) {
      this.#field += part;
      return;
    }
    this.#problem ??= {
      code: 'record_too_long',
      message: `the record is longer than ${LONGEST_RECORD} characters`,
    };
    this.#field = '';
    this.#fields = [];
  }

  #delimit(char: string, rows: CsvRow[]): void {
    if (char === '\n') {
      this.#endRecord(rows);
      this.#line++;
      this.#firstLine = this.#line;
      return;
    }
    this.#length++;
    this.#endField();
  }

  #endField(): void {
    if (this.#field.includes(UNREADABLE) && LONE_SURROGATE.test(this.#field)) {
      this.#problem ??= { code: 'not_utf8', message: 'the record is not UTF-8' };
    }
    this.#fields.push(this.#field === '' && !this.#isQuoted ? null : this.#field);
    this.#field = '';
    this.#isQuoted = false;
    this.#position = 'start';
  }

  #endRecord(rows: CsvRow[]): void {
    if (!this.#isQuoted && this.#field.endsWith('\r')) this.#field = this.#field.slice(0, -1);
    this.#endField();
    const fields = this.#fields;
    const problem = this.#problem;
    this.#fields = [];
    this.#problem = null;
    this.#length = 0;
    const isBlank = problem === null && fields.length === 1 && fields[0] === null;
    if (isBlank || this.#columns === 'unread') return;
    if (this.#columns !== null) {
      rows.push({ line: this.#firstLine, ...(problem ?? readRecord(fields, this.#columns)) });
      return;
    }
    const header = problem ?? readHeader(fields, this.#types);
    this.#columns = 'code' in header ? 'unread' : header;
    if ('code' in header) rows.push({ line: this.#firstLine, ...header });
  }
}

function readHeader(
  fields: readonly (string | null)[],
  types: ReadonlyMap<string, Type>,
): readonly CsvColumn[] | CsvProblem {
  const columns = new Map<string, CsvColumn>();
  for (const field of fields) {
    const name = field ?? '';
    if (columns.has(name)) {
      const message = `the header names the column '${name}' twice: no record can be read`;
      return { code: 'duplicate_column', message };
    }
    columns.set(name, { name, type: types.get(name) ?? ANY });
  }
  return [...columns.values()];
}

function readRecord(
  fields: readonly (string | null)[],
  columns: readonly CsvColumn[],
): { readonly values: Readonly<Record<string, JsonValue>> } | CsvProblem {
  if (fields.length !== columns.length) {
    const message = `the record has ${count(fields.length)} where the header has ${columns.length}`;
    return { code: 'wrong_field_count', message };
  }
  // fromEntries: a column may be called `__proto__`.
  return {
    values: Object.fromEntries(
      columns.map(({ name, type }, i) => [name, toJsonForm(fields[i] ?? null, type)]),
    ),
  };
}

function count(fields: number): string {
  return fields === 1 ? '1 field' : `${fields} fields`;
}

/** The next comma or line feed from `at`, or the text's end. */
function delimiter(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === COMMA || code === NEWLINE) return i;
  }
  return text.length;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const LOOSE_NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INTEGER = /^-?\d+$/;

/** A field in the JSON form of its type; what is none of that type stays text, which `decode` refuses. */
function toJsonForm(field: string | null, type: Type): JsonValue {
  if (field === null || type.kind === 'VARCHAR') return field;
  if (type.kind === 'ANY') return guess(field);
  const text = field.trim();
  if (text === '') return null;
  switch (type.kind) {
    case 'BOOLEAN': {
      const folded = text.toLowerCase();
      return folded === 'true' ? true : folded === 'false' ? false : text;
    }
    case 'DOUBLE':
      return numberOr(text, LOOSE_NUMBER);
    case 'BIGINT':
      // Digits alone stay text, which keeps all of them; 12.0 and 1e3 are whole numbers too.
      return INTEGER.test(text) ? text : numberOr(text, LOOSE_NUMBER);
    case 'TIMESTAMP':
      return numberOr(text, INTEGER);
    case 'ARRAY':
    case 'ROW':
      return parsed(text);
    default:
      return text;
  }
}

/** The value of a column that is not declared. */
function guess(text: string): JsonValue {
  if (text === 'true') return true;
  if (text === 'false') return false;
  const value = numberOr(text, NUMBER);
  return INTEGER.test(text) && !Number.isSafeInteger(value) ? text : value;
}

/** A text of that form as a number; other text, and a number past the range of a double, as it is. */
function numberOr(text: string, form: RegExp): number | string {
  if (!form.test(text)) return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** A nested value is written as JSON. */
function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return text;
    throw error;
  }
}
