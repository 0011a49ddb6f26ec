import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Select } from '../../src/language/ast.js';
import { read } from '../../src/language/chart.js';
import { lex } from '../../src/language/lexer.js';
import { parse } from '../../src/language/parser.js';
import { printExpression, printPattern, printStatement } from '../../src/language/print.js';
import { statement, withoutSpans } from '../support/arbitrary_ast.js';
import { hold } from '../support/property.js';

/** The longer run, by hand: PRINT_RUNS=5000. */
const numRuns = Number(process.env['PRINT_RUNS'] ?? 300);

test('a printed tree has one parse, and that is the tree', (t) => {
  hold(
    t,
    fc.property(statement, (tree) => {
      const text = printStatement(tree);
      const { trees } = read(lex(text));
      assert.equal(trees.length, 1, text);
      assert.deepEqual(withoutSpans(trees[0]), withoutSpans(tree), text);
      assert.equal(printStatement(trees[0]!), text);
    }),
    { numRuns },
  );
});

test('no text has two parses, whatever is left out of a printed tree or put into it', (t) => {
  const word = fc.constantFrom(
    ...[
      'TRIM',
      'SUBSTRING',
      'POSITION',
      'running',
      'final',
      'x',
      'both',
      'leading',
      'TRAILING',
      'escape',
      'interval',
    ],
    ...[
      'FROM',
      'FOR',
      'IN',
      'AS',
      'AND',
      'IS',
      'NOT',
      'NULL',
      'LEFT',
      'JOIN',
      'ON',
      'USING',
      'UNION',
      'GROUP',
      'BY',
    ],
    ...[
      'OVER',
      'WINDOW',
      'LIMIT',
      'OFFSET',
      'FIRST',
      'LAST',
      'NEXT',
      'ROW',
      'TO',
      'DAY',
      'ARRAY',
      'TIMESTAMP',
      'ORDER',
    ],
    ...[
      '(',
      ')',
      ',',
      '.',
      '*',
      '-',
      '+',
      '->',
      '|',
      '?',
      '=',
      '[',
      ']',
      '{',
      '}',
      '1',
      "'t'",
      'WHERE',
      'EMIT',
      'PATTERN',
    ],
  );
  const edit = fc.record({
    at: fc.nat(),
    leaveOut: fc.nat({ max: 2 }),
    putIn: fc.array(word, { maxLength: 2 }),
  });
  let whole = 0;
  hold(
    t,
    fc.property(statement, fc.array(edit, { maxLength: 2 }), fc.boolean(), (tree, edits, withoutAs) => {
      const texts = lex(printStatement(tree)).map(({ text }) => text);
      for (const { at, leaveOut, putIn } of edits) texts.splice(at % texts.length, leaveOut, ...putIn);
      const text = texts.filter((each) => !(withoutAs && each === 'AS')).join(' ');
      const tokens = lex(text);
      const { length } = read(tokens).trees;
      whole += length;
      assert.ok(length <= 1, text);
    }),
    { numRuns },
  );
  assert.ok(whole > numRuns / 20, `only ${whole} of the texts were whole`);
});

test('every rule of rules/ is the same rule when printed', () => {
  const files = readdirSync('rules', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.sql'),
  );
  assert.ok(files.length > 0);
  for (const file of files) {
    const { statements, diagnostics } = parse(readFileSync(join('rules', file), 'utf8'));
    assert.deepEqual(diagnostics, [], file);
    const again = parse(statements.map(printStatement).join(';\n'));
    assert.deepEqual(withoutSpans(again.statements), withoutSpans(statements), file);
  }
});

test('a rule is laid out a clause a line', () => {
  const { statements } = parse(
    `
    create rule card_testing with (severity='high', notify = 'fraud-desk') as
    select cashout.card, count(probe.*) probes, cashout.amount from payments match_recognize (partition by card
    order by at measures a as b, c as e one row per match after match skip to x
    pattern (probe{3,}->cashout) within interval '10' minutes emit earliest subset u = (probe,cashout)
    define probe as amount<2, cashout as amount>500) as m where probes > 3 order by probes desc nulls last`.replace(
      'c d as e',
      'c as e',
    ),
  );
  assert.equal(
    printStatement(statements[0]!),
    `CREATE RULE card_testing
  WITH (severity = 'high', notify = 'fraud-desk')
AS
SELECT cashout.card, count(probe.*) AS probes, cashout.amount
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  ORDER BY at
  MEASURES
    a AS b,
    c AS e
  ONE ROW PER MATCH
  AFTER MATCH SKIP TO LAST x
  PATTERN (probe{3,} -> cashout) WITHIN INTERVAL '10' MINUTE EMIT EARLIEST
  SUBSET u = (probe, cashout)
  DEFINE
    probe   AS amount < 2,
    cashout AS amount > 500
) AS m
WHERE probes > 3
ORDER BY probes DESC NULLS LAST`,
  );
});

test('a stream is laid out a column a line', () => {
  const text = `CREATE STREAM s (
  a VARCHAR(10) NOT NULL,
  b ARRAY<ROW(x DECIMAL(10, 2), y TIMESTAMP(3) WITH TIME ZONE)>,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'a')`;
  assert.equal(printStatement(parse(text).statements[0]!), text);
});

const EXPRESSIONS: readonly (readonly [text: string, printed?: string])[] = [
  ['a + b + c'],
  ['(a + b) + c', 'a + b + c'],
  ['a + (b + c)'],
  ['a - (b - c)'],
  ['(a * b) + c', 'a * b + c'],
  ['a * (b + c)'],
  ['a AND b OR c AND NOT d'],
  ['a AND (b OR c)'],
  ['NOT (a AND b)'],
  ['(NOT a) = b'],
  ['NOT a = b'],
  ['- - a', '- -a'],
  ['-(a + b)'],
  ['a - -b'],
  ['-a * b'],
  ['(a = b) = c'],
  ['a = b IS NULL'],
  ['(a = b) IS NOT TRUE', 'a = b IS NOT TRUE'],
  ['a IS DISTINCT FROM b || c'],
  ['a NOT BETWEEN b AND c AND d'],
  ['a BETWEEN (b AND c) AND d'],
  ['a != b', 'a <> b'],
  ["x LIKE 'a!%' ESCAPE '!'"],
  ['CASE a WHEN b THEN c ELSE d END'],
  ["INTERVAL -'1 02:03' DAY TO MINUTE"],
  ['payload.device.id'],
  ['window.end'],
  ['tags[i + 1].x'],
  ['FINAL LAST(A.x, 1)'],
  ['COUNT(DISTINCT A.x)'],
  ['CURRENT_TIMESTAMP'],
  ['"Größe ""x"""'],
];

for (const [text, printed = text] of EXPRESSIONS) {
  test(`print ${text}`, () => {
    const [item] = (parse(`SELECT ${text} AS x FROM s`).statements[0] as Select).items;
    assert.ok(item && item.expression.kind !== 'star');
    assert.equal(printExpression(item.expression), printed);
  });
}

const PATTERNS: readonly (readonly [text: string, printed?: string])[] = [
  ['a b | c d'],
  ['a(b|c)d', 'a (b | c) d'],
  ['a*?b+?c??d{2,3}?e{,3}f{2,}g{4}', 'a*? b+? c?? d{2,3}? e{,3} f{2,} g{4}'],
  ['{-a{3}-}b', '{- a{3} -} b'],
  ['^a()$', '^ a () $'],
  ['a->b', 'a -> b'],
  ['(a->){2,}b', '(a ->){2,} b'],
  ['a -> NOT(b|c) -> d', 'a -> NOT (b | c) -> d'],
  ['a -> NOT(b)', 'a -> NOT b'],
  ['PERMUTE(a,b c,d|e)', 'PERMUTE(a, b c, d | e)'],
];

for (const [text, printed = text] of PATTERNS) {
  test(`print PATTERN (${text})`, () => {
    const select = parse(`SELECT * FROM s MATCH_RECOGNIZE (PATTERN (${text}))`).statements[0] as Select;
    assert.equal(printPattern(select.from.matchRecognize!.pattern), printed);
  });
}
