import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeUtf8,
  elementsOf,
  JsonError,
  type JsonErrorCode,
  type JsonValue,
  MAX_DEPTH,
  measure,
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
  const depthOf = (text: string) => measure(text).depth;
  assert.equal(depthOf('5'), 0);
  assert.equal(depthOf('[{"a": []}]'), 3);
  assert.equal(depthOf('[[], {}, [], {}]'), 2);
  assert.equal(depthOf('["[[[", "\\"[[", "\\\\", []]'), 2);
  assert.deepEqual(parseJson(nested(3)), [[[]]]);
  assert.ok(parseJson(nested(MAX_DEPTH)));
  assert.throws(() => parseJson(nested(MAX_DEPTH + 1)), refusedAs('too_deep'));
  assert.throws(() => parseJson('{"a":'.repeat(500_000)), refusedAs('too_deep'));
});

function valuesIn(value: JsonValue): number {
  if (value === null || typeof value !== 'object') return 1;
  return 1 + Object.values(value).reduce((sum: number, each) => sum + valuesIn(each as JsonValue), 0);
}

test('property: values are counted exactly, and more than are taken are refused', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', '  ', '\t', '\n'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      const values = valuesIn(JSON.parse(text) as JsonValue);
      assert.equal(measure(text).values, values);
      assert.ok(parseJson(text, values) !== undefined);
      assert.throws(() => parseJson(text, values - 1), refusedAs('too_many_values'));
    }),
    { numRuns: 500 },
  );
  assert.throws(() => parseJson(`[${'0,'.repeat(1_234)}0]`, 1_000), /more than 1,000 values/);
});

/** As `JSON.parse` gives an array, from the texts of its elements; undefined: it is none. */
function parsedByElement(text: string): unknown {
  try {
    return [...elementsOf(text)].map((each) => parseJson(each));
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

test('property: the elements of an array are JSON exactly when the array is, and the same', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'[[]]{}"",,:\\1 \n'), maxLength: 12 });
  const json = fc.json({ maxDepth: 4 }).map((text) => `[${text},${text}]`);
  const cut = fc.tuple(json, fc.nat(40), hostile).map(([text, at, more]) => text.slice(0, at) + more);
  fc.assert(
    fc.property(fc.oneof(hostile, json, cut), (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expected = undefined;
      }
      assert.deepEqual(parsedByElement(text), Array.isArray(expected) ? expected : undefined);
    }),
    { numRuns: 3_000 },
  );
  assert.deepEqual(parsedByElement(' [ ] '), []);
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
