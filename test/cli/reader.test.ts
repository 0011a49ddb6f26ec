import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CsvReader, type Item, NdjsonReader, type Reader } from '../../src/cli/reader.js';

/** The items of a text, byte by byte. */
function items(reader: Reader, text: string): Item[] {
  const bytes = Buffer.from(text);
  return [...[...bytes.keys()].flatMap((at) => reader.push(bytes.subarray(at, at + 1))), ...reader.end()];
}

/** Line and JSON, or line and code. */
function brief(item: Item): unknown[] {
  return 'problem' in item ? [item.line, item.problem.code] : [item.line, item.json];
}

test('NDJSON: an object a line, blank lines skipped, bad ones said', () => {
  assert.deepEqual(items(new NdjsonReader(), '{"a": "é"}\n\nx\n[1]').map(brief), [
    [1, { a: 'é' }],
    [3, 'invalid_json'],
    [4, [1]],
  ]);
});

test('CSV: a record becomes JSON, one that is none a problem with its line', () => {
  const found = items(new CsvReader(null), '\ufeffa,b\r\n1,é😀\r\n1\r\n"x');
  assert.deepEqual(found.map(brief), [
    [2, { a: 1, b: 'é😀' }],
    [3, 'wrong_field_count'],
    [4, 'unclosed_quote'],
  ]);
  assert.deepEqual(found[1], {
    line: 3,
    problem: { code: 'wrong_field_count', message: 'the record has 1 field where the header has 2' },
  });
});
