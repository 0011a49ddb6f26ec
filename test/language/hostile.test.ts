import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from '../../src/language/parser.js';
import { hold } from '../support/property.js';

const inPattern = (pattern: string) => `SELECT * FROM s MATCH_RECOGNIZE (PATTERN (${pattern}))`;
const where = (expression: string) => `SELECT a FROM s WHERE ${expression}`;
const many = (text: string, times: number) => text.repeat(times);

const REFUSED: readonly (readonly [name: string, text: string, code: string])[] = [
  ['megabytes', where(many('a ', 2_000_000)), 'text_too_long'],
  ['33 kB of letters that take three bytes', where(`'${many('€', 11_500)}'`), 'text_too_long'],
  ['9,000 tokens', where(`a${many('+1', 4_500)}`), 'too_many_tokens'],
  ['5,000 parentheses', where(many('(', 5_000)), 'too_deep'],
  ['65 parentheses', where(`${many('(', 65)}a${many(')', 65)}`), 'too_deep'],
  ['65 CASEs', where(`${many('CASE WHEN ', 65)}a${many(' THEN 1 END', 65)}`), 'too_deep'],
  ['65 brackets', where(`${many('a[', 65)}1${many(']', 65)}`), 'too_deep'],
  ['groups in groups', inPattern(`${many('(', 70)}a${many(')*', 70)}`), 'too_deep'],
  ['a thousand NOTs', where(`${many('NOT ', 1_000)}a`), 'too_deep'],
  ['a thousand signs', where(`${many('- ', 1_000)}a`), 'too_deep'],
  ['a chain of 3,000 ORs', where(`a${many(' OR a', 3_000)}`), 'too_deep'],
  ['a chain of 3,000 steps', where(`a${many('||a', 3_000)}`), 'too_deep'],
  ['a bound of a milliard', inPattern('a{1000000000}'), 'quantifier_too_large'],
  ['a bound of 300 digits', inPattern(`a{1,${many('9', 300)}}`), 'quantifier_too_large'],
  ['a bound of 10,001', inPattern('a{10001}'), 'quantifier_too_large'],
  ['bounds that multiply', inPattern('((a{10}){100}){101}'), 'pattern_too_large'],
  ['open bounds that multiply', inPattern('(a{1000,}){1000,}'), 'pattern_too_large'],
  ['many large bounds', inPattern(many('a{10000} ', 11)), 'pattern_too_large'],
  ['openings of comments', where(many('/*', 16_000)), 'unterminated_comment'],
  ['one quote', where(`a ${many("'", 15_001)}`), 'unterminated_text'],
  ['only operators', many('+', 7_000), 'too_deep'],
  ['alternation without end', inPattern(`${many('(a|', 60)}a`), 'syntax_error'],
  ['a long list without end', where(`a IN (${many('1,', 3_900)}`), 'syntax_error'],
];

for (const [name, text, code] of REFUSED) {
  test(`refused: ${name}`, () => {
    const { statements, diagnostics } = parse(text);
    assert.deepEqual([statements.length, diagnostics.map((each) => each.code)], [0, [code]]);
    assert.ok(diagnostics[0]!.message.length < 400 && !diagnostics[0]!.message.includes('\n'));
  });
}

const TAKEN: readonly (readonly [name: string, text: string])[] = [
  ['64 parentheses', where(`${many('(', 64)}a${many(')', 64)}`)],
  ['ambiguous in a careless grammar', where(`a${many(' + a', 900)}`)],
  ['all operators, many times', where(many('a + b * c || d = e AND NOT f OR ', 300).concat('g'))],
  ['a list of 3,900', where(`a IN (1${many(',1', 3_900)})`)],
  ['an alternation of 3,900', inPattern(`a${many('|a', 3_900)}`)],
  ['a concatenation of 7,900', inPattern(many('a ', 7_900))],
  ['nested alternations', inPattern(`${many('(a|', 60)}a${many(')*', 60)}`)],
  ['the largest bound', inPattern('a{10000}')],
  ['the largest product', inPattern('(a{1000}){100}')],
  ['signs between operands', where(`a${many(' - - a', 900)}`)],
];

for (const [name, text] of TAKEN) {
  test(`taken: ${name}`, () => {
    const { statements, diagnostics } = parse(text);
    assert.deepEqual([statements.length, diagnostics], [1, []]);
  });
}

test('whatever the tokens: no exception, and a statement or one error of one line', (t) => {
  const token = fc.constantFrom(
    ...[
      'SELECT',
      'FROM',
      'WHERE',
      'MATCH_RECOGNIZE',
      'PATTERN',
      'DEFINE',
      'AS',
      'a',
      'b',
      's',
      '(',
      ')',
      ',',
      '.',
      '*',
    ],
    ...[
      '->',
      '{-',
      '-}',
      '{',
      '}',
      '3',
      '?',
      '|',
      '||',
      '+',
      '-',
      '=',
      '<',
      'AND',
      'NOT',
      'IN',
      'CASE',
      'WHEN',
      'END',
    ],
    ...[
      "'x'",
      '"y"',
      ':p',
      ';',
      'CREATE',
      'RULE',
      'STREAM',
      'WITH',
      'INTERVAL',
      'HOUR',
      'ORDER',
      'BY',
      '#',
      '\u001b',
    ],
  );
  const start = fc.constantFrom(
    '',
    'SELECT a FROM s ',
    'SELECT a FROM s MATCH_RECOGNIZE ( PATTERN ( ',
    'SELECT ',
  );
  hold(
    t,
    fc.property(start, fc.array(token, { maxLength: 25 }), (head, tokens) => {
      const text = head + tokens.join(' ');
      const { statements, diagnostics } = parse(text);
      const errors = diagnostics.filter(
        ({ code }) => code !== 'not_built' && !/quantifier|pattern/.test(code),
      );
      assert.ok(errors.length <= 1 && (errors.length === 0 || statements.length === 0));
      for (const { message, hint, span } of diagnostics) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested.
        assert.doesNotMatch(`${message}${hint ?? ''}`, /[\u0000-\u001f]/);
        assert.ok(span.start >= 0 && span.end >= span.start && span.end <= text.length);
      }
    }),
    { numRuns: 600 },
  );
});
