import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tocsin } from '../cli/capture.js';
import { type Cell, type Table, table } from './table.js';

/** What a source publishes: a rule over rows, and the rows that come out or the refusal. */
export type Case = {
  readonly name: string;
  /** The rows of the stream that the rule reads, in order of arrival (see `table`). */
  readonly on: string;
  /** As published, but for the names of tables and for types; it reads one stream, which is declared without a WATERMARK. */
  readonly rule: string;
} & (
  | {
      /** The rows that come out, in order (see `table`). A timestamp at midnight is written as its date. */
      readonly gives: string;
      /** The rows are compared as a set: the source does not say their order. */
      readonly anyOrder?: true;
      /** Counted on standard error besides, such as a skip to a row that there is not. */
      readonly says?: RegExp;
      /** The rule runs a second time on a stream with a WATERMARK for this column, where it gives the same rows. */
      readonly eventTime?: string;
    }
  /** The code of the error with which the rule is refused. */
  | { readonly refused: string }
);

/** Makes a test of each case. `source` names the publication, as in `Trino documentation, MATCH_RECOGNIZE`. */
export function published(source: string, cases: readonly Case[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-conformance-'));
  after(() => rmSync(folder, { recursive: true }));
  const names = new Set(cases.map(({ name }) => name));
  assert.equal(names.size, cases.length, `two cases of ${source} have one name`);
  for (const [i, each] of cases.entries()) {
    test(`${source}: ${each.name}`, () => check(each, null, join(folder, `${i}.sql`)));
    if ('gives' in each && each.eventTime !== undefined) {
      const { eventTime } = each;
      test(`${source}: ${each.name}, as a stream`, () =>
        check(each, eventTime, join(folder, `${i}-stream.sql`)));
    }
  }
}

async function check(each: Case, eventTime: string | null, file: string): Promise<void> {
  const input = table(each.on);
  writeFileSync(file, `${declaration(each.rule, input, eventTime)}\n${each.rule};\n`);
  const { code, stdout, stderr } = await tocsin(['run', file], ndjson(input));
  if ('refused' in each) {
    assert.match(stderr, new RegExp(`error\\[${each.refused}\\]`));
    assert.equal(code, 1);
    return;
  }
  assert.match(stderr, each.says ?? /^$/);
  const actual = stdout.split('\n').filter(Boolean).map(shown);
  const published = table(each.gives);
  const expected = objects(published);
  for (const row of actual) assert.deepEqual(Object.keys(row), published.columns);
  if (each.anyOrder) assert.deepEqual(inOneOrder(actual), inOneOrder(expected));
  else assert.deepEqual(actual, expected);
  assert.equal(code, 0);
}

/** `CREATE STREAM` for the stream behind FROM. `eventTime`: the column that has a WATERMARK, if any. */
function declaration(rule: string, { columns, types }: Table, eventTime: string | null): string {
  const stream = /\bFROM\s+("[^"]+"|\w+)/i.exec(rule)?.[1];
  assert.ok(stream, 'the rule reads a stream');
  const parts = columns.map((name, i) => `"${name}" ${types[i]}`);
  if (eventTime !== null) parts.push(`WATERMARK FOR ${eventTime} AS ${eventTime}`);
  return `CREATE STREAM ${stream} (${parts.join(', ')});`;
}

function ndjson(input: Table): string {
  return objects(input)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
}

function objects({ columns, rows }: Table): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])));
}

/** A row that came out, with timestamps at midnight as dates. */
function shown(line: string): Record<string, Cell> {
  return JSON.parse(line, (_, value: Cell) =>
    typeof value === 'string' ? value.replace(/T00:00:00\.000Z$/, '') : value,
  ) as Record<string, Cell>;
}

function inOneOrder(rows: readonly Record<string, Cell>[]): Record<string, Cell>[] {
  const text = (row: Record<string, Cell>): string => JSON.stringify(Object.entries(row).sort());
  return [...rows].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}
