import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CsvReader, type Item, NdjsonReader, type Reader } from '../../src/cli/reader.js';

/** The items of a text, byte by byte. */
function items(reader: Reader, text: string | Buffer): Item[] {
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

/** Latin-1 text as bytes: `\xff` is one. */
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test('CSV: a record that is not UTF-8 is refused with its line, and no other', () => {
  const text = bytes('a,b\n1,caf\xe9\n2,\xef\xbf\xbd\n"\xc3","x\ny"\n3,\xc3\xa9\n4,\xf0\x9f');
  const expected = [
    [2, 'not_utf8'],
    [3, { a: 2, b: '\ufffd' }],
    [4, 'not_utf8'],
    [6, { a: 3, b: 'é' }],
    [7, 'not_utf8'],
  ];
  assert.deepEqual(items(new CsvReader(null), text).map(brief), expected);
  const whole = new CsvReader(null);
  assert.deepEqual([...whole.push(text), ...whole.end()].map(brief), expected);
});

test('CSV: without a header that is UTF-8 there are no rows', () => {
  const utf16 = Buffer.from('\ufeffa,b\n1,2\n', 'utf16le');
  assert.deepEqual(items(new CsvReader(null), utf16).map(brief), [[1, 'not_utf8']]);
});
