import { CsvDecoder, type CsvRow } from '../event/csv.js';
import { JsonError, type JsonValue, parseJson } from '../event/json.js';
import type { StreamSchema } from '../event/schema.js';
import { CsvText } from './csv-text.js';
import { type Line, Lines } from './lines.js';

/** Why a line was not taken: a stable code and a message. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What one line of input holds: an event's JSON, or why there is none. */
export type Item =
  | { readonly line: number; readonly json: JsonValue }
  | { readonly line: number; readonly problem: Refusal };

/** Bytes to events, in pieces of any size. */
export interface Reader {
  push(chunk: Buffer): Item[];
  end(): Item[];
}

/** NDJSON: one JSON object a line; blank lines are skipped (https://github.com/ndjson/ndjson-spec). */
export class NdjsonReader implements Reader {
  private readonly lines = new Lines();

  push(chunk: Buffer): Item[] {
    return read(this.lines.push(chunk));
  }

  end(): Item[] {
    return read(this.lines.end());
  }
}

function read(lines: readonly Line[]): Item[] {
  const items: Item[] = [];
  for (const line of lines) {
    if ('problem' in line) items.push(line);
    else if (line.text.trim() !== '') items.push(readLine(line.line, line.text));
  }
  return items;
}

function readLine(line: number, text: string): Item {
  try {
    return { line, json: parseJson(text) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { line, problem: { code: error.code, message: error.message } };
  }
}

/** CSV with a header line (RFC 4180; interfaces.md, "CSV"). */
export class CsvReader implements Reader {
  private readonly text = new CsvText();
  private readonly rows: CsvDecoder;

  /** @param schema the declared stream that the lines belong to, or null */
  constructor(schema: StreamSchema | null) {
    this.rows = new CsvDecoder(schema);
  }

  push(chunk: Buffer): Item[] {
    return this.rows.push(this.text.push(chunk)).map(item);
  }

  end(): Item[] {
    return [...this.rows.push(this.text.end()), ...this.rows.end()].map(item);
  }
}

function item(row: CsvRow): Item {
  const { line } = row;
  return 'code' in row
    ? { line, problem: { code: row.code, message: row.message } }
    : { line, json: row.values };
}
