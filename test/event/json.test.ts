import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeUtf8,
  depthOf,
  JsonError,
  type JsonErrorCode,
  MAX_DEPTH,
  parseJson,
} from '../../src/event/json.js';
import { hold } from '../support/property.js';

const refusedAs = (code: JsonErrorCode) => (error: unknown) =>
  error instanceof JsonError && error.code === code;

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

test('property: parses what JSON.parse parses, to the same', (t) => {
  hold(
    t,
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      assert.deepEqual(parseJson(text), JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test('property: any text is parsed as JSON.parse does, or refused with a code', (t) => {
  const text = fc.string({ unit: fc.constantFrom(...'[]{}",:\\1e.-tn ul'), maxLength: 12 });
  hold(
    t,
    fc.property(text, (content) => {
      let expected: unknown;
      try {
        expected = JSON.parse(content);
      } catch {
        assert.throws(() => parseJson(content), refusedAs('invalid_json'));
        return;
      }
      assert.deepEqual(parseJson(content), expected);
    }),
    { numRuns: 1_000 },
  );
});

test('nesting is counted outside of strings, and refused past the limit before it is parsed', () => {
  assert.equal(depthOf('5'), 0);
  assert.equal(depthOf('[{"a": []}]'), 3);
  assert.equal(depthOf('[[], {}, [], {}]'), 2);
  assert.equal(depthOf('["[[[", "\\"[[", "\\\\", []]'), 2);
  assert.deepEqual(parseJson(nested(3)), [[[]]]);
  assert.ok(parseJson(nested(MAX_DEPTH)));
  assert.throws(() => parseJson(nested(MAX_DEPTH + 1)), refusedAs('too_deep'));
  assert.throws(() => parseJson('{"a":'.repeat(500_000)), refusedAs('too_deep'));
});

test('a number past a double is refused, wherever it is; a text that looks like one is not', () => {
  for (const text of ['1e400', '-1e400', '[1, {"a": 1E+309}]', '9'.repeat(400)]) {
    assert.throws(() => parseJson(text), refusedAs('number_out_of_range'), text);
  }
  assert.equal(parseJson('1.7e308'), 1.7e308);
  assert.equal(parseJson('1e-400'), 0);
  assert.equal(parseJson('"1e400"'), '1e400');
});

test('keys are data', () => {
  const value = parseJson('{"__proto__": {"admin": true}, "constructor": 1}') as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
  assert.equal(value['admin'], undefined);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test('bytes that are not UTF-8 are refused; a byte order mark is taken off', () => {
  assert.equal(decodeUtf8(Buffer.from('\ufeff"é😀"')), '"é😀"');
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
    assert.throws(() => decodeUtf8(Uint8Array.from(bytes)), refusedAs('invalid_utf8'));
  }
});
