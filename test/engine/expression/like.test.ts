import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { likeMatcher } from '../../../src/engine/expression/like.js';
import { likeProblem } from '../../../src/language/constant-form.js';
import { hold } from '../../support/property.js';
import { BOOLEAN, column, constant, faultOf, gives, NULL, rawCall, row, VARCHAR } from './nodes.js';

/** LIKE by its definition: each wildcard tried in every way. */
function naive(text: readonly string[], pattern: readonly string[], escaped: string | null): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === escaped) return text[0] === rest[0] && naive(text.slice(1), rest.slice(1), escaped);
  if (first === '%')
    return naive(text, rest, escaped) || (text.length > 0 && naive(text.slice(1), pattern, escaped));
  return text.length > 0 && (first === '_' || first === text[0]) && naive(text.slice(1), rest, escaped);
}

const letters = fc.array(fc.constantFrom('a', 'b', '\u{1f514}'), { maxLength: 6 });
const pieces = fc.array(fc.constantFrom('a', 'b', '\u{1f514}', '%', '%', '_', '!%', '!_', '!!'), {
  maxLength: 7,
});

test('LIKE is what trying every way gives', (t) => {
  hold(
    t,
    fc.property(
      letters,
      pieces,
      fc.array(fc.constantFrom('%', '_', '!'), { maxLength: 2 }),
      (text, pattern, tail) => {
        const characters = [...text, ...tail];
        const written = pattern.join('');
        assert.equal(likeMatcher(written, '!')!(characters.join('')), naive(characters, [...written], '!'));
        const plain = written.replaceAll('!', '');
        assert.equal(likeMatcher(plain, null)!(characters.join('')), naive(characters, [...plain], null));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('LIKE: the pieces of a pattern do not overlap', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['a', '%a%a', false],
    ['aa', '%a%a', true],
    ['ab', '%ab%b', false],
    ['abb', '%ab%b', true],
    ['aba', 'ab%ba', false],
    ['', '%', true],
    ['', '_', false],
    ['', '', true],
    ['a', '', false],
    ['a%', 'a!%', true],
    ['abc', '%%c', true],
    ['\u{1f514}', '_', true],
    ['\u{1f514}', '__', false],
    ['\u{1f514}\u{1f515}', '%_\u{1f515}', true],
  ];
  for (const [text, pattern, wanted] of cases) {
    assert.equal(likeMatcher(pattern, '!')!(text), wanted, `'${text}' LIKE '${pattern}'`);
  }
});

test('LIKE does not blow up on hostile patterns', () => {
  const text = `${'a'.repeat(2_000)}b`;
  assert.equal(likeMatcher(`${'%a'.repeat(500)}%c`, null)!(text), false);
  assert.equal(likeMatcher(`${'%a_'.repeat(200)}%c`, null)!(text), false);
});

test('LIKE: the binder refuses the patterns that can match nothing', (t) => {
  hold(
    t,
    fc.property(
      fc.array(fc.constantFrom('a', '%', '_', '!'), { maxLength: 5 }),
      fc.constantFrom(null, '!', '!!', ''),
      (pattern, escapeWith) => {
        const written = pattern.join('');
        assert.equal(
          likeProblem(written, escapeWith) === null,
          likeMatcher(written, escapeWith) !== null,
          written,
        );
      },
    ),
    { numRuns: 300 },
  );
  assert.equal(
    likeProblem('a!b', '!'),
    "in the pattern the escape '!' stands before 'b': it takes %, _ or itself",
  );
  assert.equal(likeProblem('a', 'xy'), "ESCAPE takes one character, not 'xy'");
});

test('LIKE: NULL, escapes and what is no text', () => {
  const like = (pattern: string | null, escapeWith: string | null = null) =>
    rawCall(
      'LIKE',
      BOOLEAN,
      column('t', VARCHAR),
      constant(pattern, VARCHAR),
      constant(escapeWith, escapeWith === null ? NULL : VARCHAR),
    );
  assert.equal(gives(like('a%'), row({ t: 'abc' })), true);
  assert.equal(gives(like('A%'), row({ t: 'abc' })), false);
  assert.equal(gives(like('a%'), row({ t: null })), null);
  assert.equal(gives(like(null), row({ t: 'abc' })), null);
  assert.equal(gives(like('100\\%', '\\'), row({ t: '100%' })), true);
  assert.equal(gives(like('100\\%', '\\'), row({ t: '1000' })), false);
  assert.equal(faultOf(like('a\\b', '\\'), row({ t: 'ab' })), 'invalid_argument');
  assert.equal(faultOf(like('a\\', '\\'), row({ t: 'ab' })), 'invalid_argument');
  assert.equal(faultOf(like('a', 'xx'), row({ t: 'ab' })), 'invalid_argument');
  assert.equal(faultOf(like('a%'), row({ t: 5 })), 'type_mismatch');
  const fromData = rawCall('LIKE', BOOLEAN, column('t', VARCHAR), column('p', VARCHAR), constant(null, NULL));
  assert.equal(gives(fromData, row({ t: 'abc', p: '_b_' })), true);
  assert.equal(gives(fromData, row({ t: 'abc', p: null })), null);
  const twoOperands = rawCall('LIKE', BOOLEAN, column('t', VARCHAR), constant('%c', VARCHAR));
  assert.equal(gives(twoOperands, row({ t: 'abc' })), true);
});
