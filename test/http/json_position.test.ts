import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonErrorAt } from '../../src/http/json_position.js';
import { hold } from '../support/property.js';

test('the place of the first character that cannot stand there', () => {
  const cases: [string, number | null][] = [
    ['{"a": [1, true, null, "x\\u00e9\\n", -1.5e+3, {}, []]}', null],
    [' 0 ', null],
    ['', 0],
    ['  ', 2],
    ['not json', 0],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['{a:1}', 1],
    ['{"a" 1}', 5],
    ['{"a":1', 6],
    ['[1]]', 3],
    ['01', 1],
    ['1.', 1],
    ['"a\nb"', 2],
    ['"\\x"', 2],
    ['"\\u12g4"', 5],
    ['"open', 5],
    ['{"a":1}{"b":2}', 7],
    ["{'a':1}", 1],
    ['nul', 0],
  ];
  for (const [text, expected] of cases) assert.equal(jsonErrorAt(text), expected, text);
});

test('it is JSON exactly when JSON.parse takes it, and what stands before the place could have been', (t) => {
  const mutated = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom('', ',', '}', ']', '"', '\\', '0', 'e', ':', '\u0001', '-', '.'),
    )
    .map(([text, where, put]) => {
      const at = where % (text.length + 1);
      return text.slice(0, at) + put + text.slice(at + (where % 2));
    });
  hold(
    t,
    fc.property(mutated, (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      const at = jsonErrorAt(text);
      assert.equal(at === null, valid);
      // The end alone is wrong with what stands before it, so an earlier character was not.
      if (at !== null) assert.ok((jsonErrorAt(text.slice(0, at)) ?? at) >= at - 5);
    }),
    { numRuns: 2_000 },
  );
});
