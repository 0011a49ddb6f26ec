import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bindRule, bindStream } from '../../../src/language/bind.js';
import type { Diagnostic } from '../../../src/language/diagnostic.js';
import { parse } from '../../../src/language/parser.js';
import { mutatedText, runPlan } from '../../hostile/texts.js';
import { diagnosed, STREAMS } from './marked.js';

const RUNS = Number(process.env['TOCSIN_HOSTILE_TEXTS'] ?? 5_000);

function checkDiagnostics(text: string, diagnostics: readonly Diagnostic[]): void {
  for (const { message, hint, span, code } of diagnostics) {
    assert.match(code, /^[a-z_]+$/);
    assert.ok(span.start >= 0 && span.end >= span.start && span.end <= text.length, `${code} ${text}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested.
    assert.doesNotMatch(`${message}${hint ?? ''}`, /[\u0000-\u001f]/);
    assert.ok(message.length > 0 && message.length < 2_000);
  }
  assert.deepEqual(
    diagnostics.map(({ span }) => span.start),
    diagnostics.map(({ span }) => span.start).sort((a, b) => a - b),
  );
}

test(`${RUNS} mutated rules: diagnostics or a plan that runs, never an exception`, () => {
  let plans = 0;
  let wrong = 0;
  fc.assert(
    fc.property(mutatedText, fc.constantFrom('stream' as const, 'bounded' as const), (text, input) => {
      const { statements, diagnostics } = parse(text);
      checkDiagnostics(text, diagnostics);
      let streams = STREAMS;
      for (const statement of statements) {
        if (statement.kind === 'create_stream') {
          const { schema, diagnostics: said } = bindStream(statement);
          checkDiagnostics(text, said);
          assert.equal(
            schema === null,
            said.some(({ severity }) => severity === 'error'),
          );
          if (schema !== null) streams = [...streams.filter(({ name }) => name !== schema.name), schema];
          continue;
        }
        const bound = bindRule(statement, 'r', {
          ...{ streams, input, destinations: null, parameters: {} },
          unknownStreams: 'create',
        });
        checkDiagnostics(text, bound.diagnostics);
        assert.equal(
          bound.plan === null,
          bound.diagnostics.some(({ severity }) => severity === 'error'),
          text,
        );
        if (bound.plan === null) wrong++;
        else {
          plans++;
          runPlan(bound.plan, input);
        }
      }
    }),
    { numRuns: RUNS },
  );
  assert.ok(
    plans > RUNS / 50 && wrong > RUNS / 50,
    `${plans} plans and ${wrong} refusals: the texts are neither all right nor all wrong`,
  );
});

/** Texts of up to 32 kB that ask for work which grows faster than they do. Each took seconds, or all of the memory, once. */
const many = (count: number, each: (i: number) => string, between = ', ') =>
  Array.from({ length: count }, (_, i) => each(i)).join(between);
const within = (clauses: string) => `SELECT 1 AS one FROM s MATCH_RECOGNIZE (${clauses})`;

const LARGE: readonly (readonly [name: string, text: string, code: string | null])[] = [
  [
    'CASE of CASE',
    `SELECT ${'CASE '.repeat(60)}x${' WHEN 1 THEN 2 WHEN 3 THEN 4 END'.repeat(60)} AS y FROM s`,
    'expression_too_large',
  ],
  [
    'BETWEEN of BETWEEN',
    `SELECT 1 AS one FROM s WHERE ${'(CASE WHEN '.repeat(30)}x${' BETWEEN 1 AND 2 THEN 1 END)'.repeat(30)} > 1`,
    'expression_too_large',
  ],
  [
    'loops in loops and SKIP',
    within(`AFTER MATCH SKIP TO b PATTERN (${'('.repeat(60)}a b${')*'.repeat(60)})`),
    null,
  ],
  [
    'PERMUTE in PERMUTE',
    within(`AFTER MATCH SKIP TO b PATTERN (${'PERMUTE(a, b, '.repeat(40)}c${')'.repeat(40)})`),
    null,
  ],
  ['4,000 variables', within(`PATTERN (${many(4_000, (i) => `v${i}`, ' ')})`), null],
  [
    '2,000 columns that are not there',
    `SELECT ${many(2_000, (i) => `colunm${i}`)} FROM payments`,
    'unknown_column',
  ],
  [
    '3,000 streams',
    `SELECT 1 AS one FROM ${many(3_000, (i) => `s${i}`)} MATCH_RECOGNIZE (PATTERN (a))`,
    'too_many_streams',
  ],
  [
    'a factor of 30,000 digits',
    `SELECT x / (1${many(900, () => '* 99999999999999999999', ' ')}) AS y FROM s`,
    null,
  ],
  ['a text of 30,000 digits', `SELECT CAST('${'9'.repeat(30_000)}' AS BIGINT) AS x FROM s`, 'bad_cast'],
  ['a pattern of 20,000 wildcards', `SELECT x FROM s WHERE x LIKE '${'%a'.repeat(10_000)}'`, null],
  [
    'a regular expression that is too large',
    "SELECT x FROM s WHERE REGEXP_LIKE(x, 'a{1000}{1000}')",
    'wrong_argument',
  ],
];

for (const [name, text, code] of LARGE) {
  test(`large: ${name}`, { timeout: 20_000 }, () => {
    const errors = diagnosed(text).filter(({ severity }) => severity === 'error');
    assert.equal(errors[0]?.code ?? null, code);
  });
}
