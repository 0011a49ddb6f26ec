import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Engine } from '../../../src/engine/engine.js';
import type { Row } from '../../../src/event/row.js';
import { bindRule, bindStream } from '../../../src/language/bind.js';
import type { Diagnostic } from '../../../src/language/diagnostic.js';
import { lex } from '../../../src/language/lexer.js';
import { parse } from '../../../src/language/parser.js';
import type { RulePlan } from '../../../src/language/plan.js';
import { hold } from '../../support/property.js';
import { diagnosed, STREAMS, unmarked } from './marked.js';

const RUNS = Number(process.env['TOCSIN_HOSTILE_TEXTS'] ?? 5_000);

/** Statements to begin from: the rules of the examples, of the golden cases and of the diagnostics. */
function seeds(): readonly string[] {
  const golden = join('test', 'language', 'golden');
  const parts = (folder: string, ending: string) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(ending))
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/^== .*$/m));
  return [
    ...parts('rules', '.sql'),
    ...parts(golden, '.golden').map((part) => part.split(/^-- (?:input|options|problem)/m)[0]!),
    ...parts(join(golden, 'diagnostics'), '.txt').map(
      (part) => unmarked(part.replaceAll(/^(?:hint|environment): .*$/gm, '')).text,
    ),
  ].filter((text) => text.trim() !== '' && text.length < 2_000);
}

const SEEDS = seeds().map((text) => lex(text).map((token) => text.slice(token.span.start, token.span.end)));
/** Every token of every seed, each once: what one text borrows from another. */
const TOKENS = [...new Set(SEEDS.flat())];

type Change =
  | { readonly kind: 'delete' | 'double' | 'open'; readonly at: number; readonly length: number }
  | { readonly kind: 'swap' | 'copy'; readonly at: number; readonly to: number; readonly length: number }
  | { readonly kind: 'replace' | 'insert'; readonly at: number; readonly token: string };

const at = fc.nat(400);
const length = fc.integer({ min: 1, max: 6 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constantFrom('delete' as const, 'double' as const, 'open' as const), at, length }),
  fc.record({ kind: fc.constantFrom('swap' as const, 'copy' as const), at, to: at, length }),
  fc.record({
    kind: fc.constantFrom('replace' as const, 'insert' as const),
    at,
    token: fc.constantFrom(...TOKENS),
  }),
);

function mutated(tokens: readonly string[], changes: readonly Change[]): string {
  const list = [...tokens];
  for (const each of changes) {
    const place = each.at % Math.max(1, list.length);
    const piece = 'length' in each ? list.slice(place, place + each.length) : [];
    switch (each.kind) {
      case 'delete':
        list.splice(place, each.length);
        break;
      case 'double':
        list.splice(place, 0, ...piece);
        break;
      case 'open':
        list.splice(place, piece.length, '(', ...piece, ')');
        break;
      case 'swap':
      case 'copy': {
        const target = each.to % Math.max(1, list.length);
        const other = list.slice(target, target + each.length);
        list.splice(target, other.length, ...piece);
        if (each.kind === 'swap') list.splice(place, piece.length, ...other);
        break;
      }
      case 'replace':
        list.splice(place, 1, each.token);
        break;
      case 'insert':
        list.splice(place, 0, each.token);
    }
  }
  return list.join(' ');
}

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

const ROWS = ['payments', 'logins'].flatMap((stream) =>
  [1, 2, 3].map((n): Omit<Row, 'offset'> => {
    const values = {
      card: 'x',
      amount: n,
      units: n,
      level: n,
      flagged: n === 2,
      country: 'DE',
      at: n,
      v: 'A',
      t: n,
    };
    return { stream, time: n, arrival: n, values };
  }),
);

/** A plan that binding gave can be run: what it is made of fits what the engine takes. */
function run(plan: RulePlan, mode: 'stream' | 'bounded'): void {
  const engine = new Engine({ mode });
  for (const { schema } of plan.sources) engine.putStream(schema);
  try {
    engine.addRule(plan);
  } catch (error) {
    if (error instanceof RangeError) return;
    throw error;
  }
  const read = new Set(plan.sources.map(({ stream }) => stream));
  const rows = ROWS.filter(({ stream }) => read.has(stream));
  for (const [offset, row] of rows.entries()) engine.append({ ...row, offset });
  engine.end();
  engine.take();
}

test(`${RUNS} mutated rules: diagnostics or a plan that runs, never an exception`, (t) => {
  let plans = 0;
  let wrong = 0;
  hold(
    t,
    fc.property(
      fc.constantFrom(...SEEDS),
      fc.array(change, { maxLength: 4 }),
      fc.constantFrom('stream' as const, 'bounded' as const),
      (tokens, changes, input) => {
        const text = mutated(tokens, changes);
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
            run(bound.plan, input);
          }
        }
      },
    ),
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
