import type { JsonValue } from '../../event/json.js';
import { Output } from '../output.js';
import type { Terminal } from '../terminal.js';
import type { JsonObject } from './problem.js';

/** A column of a table: its title, and what stands in it. */
export type Column = readonly [title: string, value: (item: JsonObject) => JsonValue | undefined];

/** The widest text of a cell, in characters: a table is for eyes, `--json` gives all. */
const WIDEST = 60;

/** What a command shows: tables and plain lines for people, one JSON object a line for programs. */
export class Listing {
  readonly isJson: boolean;
  readonly #output: Output;

  /** JSON where it is asked for, and where standard output is no terminal. */
  constructor({ stdout }: Terminal, json: boolean) {
    this.isJson = json || stdout.isTTY !== true;
    this.#output = new Output(stdout);
  }

  /** Items as a table, under its head; nothing where there are none. */
  async table(items: readonly JsonObject[], columns: readonly Column[]): Promise<void> {
    if (this.isJson) {
      for (const item of items) this.#output.line(JSON.stringify(item));
    } else if (items.length > 0) {
      const rows = [
        columns.map(([title]) => title.toUpperCase()),
        ...items.map((item) => columns.map(([, value]) => cell(value(item)))),
      ];
      const widths = columns.map((_, at) => Math.max(...rows.map((row) => width(row[at] ?? ''))));
      for (const row of rows) this.#output.line(line(row, widths));
    }
    await this.#output.flush();
  }

  /** One thing, a line for each field; texts of several lines stand below. */
  async one(item: JsonObject): Promise<void> {
    if (this.isJson) {
      this.#output.line(JSON.stringify(item));
    } else {
      const entries = Object.entries(item);
      const widest = Math.max(...entries.map(([name]) => width(name)));
      const isBlock = (value: JsonValue): boolean => typeof value === 'string' && value.includes('\n');
      for (const [name, value] of entries) {
        if (!isBlock(value)) this.#output.line(line([`${name}:`, clean(plain(value))], [widest + 1, 0]));
      }
      for (const [name, value] of entries) {
        if (!isBlock(value)) continue;
        this.#output.line(`${name}:`);
        for (const each of String(value).split('\n')) this.#output.line(`  ${clean(each)}`);
      }
    }
    await this.#output.flush();
  }

  /** One thing that happened: a line of its own, at once. */
  async happened(item: JsonObject, text: (item: JsonObject) => string): Promise<void> {
    this.#output.line(this.isJson ? JSON.stringify(item) : clean(text(item)));
    await this.#output.flush();
  }
}

/** A value in one line: text as it is, nothing for null, the rest as JSON. */
export function plain(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An alert's key or row: `card=4000, amount=900`. */
export function pairs(value: JsonValue | undefined): string {
  if (value === null || value === undefined || typeof value !== 'object' || Array.isArray(value)) {
    return plain(value);
  }
  return Object.entries(value)
    .map(([name, each]) => `${name}=${typeof each === 'string' ? each : JSON.stringify(each)}`)
    .join(', ');
}

function cell(value: JsonValue | undefined): string {
  const text = clean(plain(value));
  const characters = [...text];
  return characters.length <= WIDEST ? text : `${characters.slice(0, WIDEST - 3).join('')}...`;
}

/** What comes from elsewhere must not steer the terminal. */
function clean(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => (character === '\t' ? ' ' : '\ufffd'));
}

function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((text, at) => text + ' '.repeat(Math.max(0, (widths[at] ?? 0) - width(text))))
    .join('  ')
    .trimEnd();
}

function width(text: string): number {
  return [...text].length;
}
