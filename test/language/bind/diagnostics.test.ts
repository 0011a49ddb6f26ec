import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Environment } from '../../../src/language/bind/environment.js';
import { locate } from '../../../src/language/locate.js';
import { diagnosed, inMatch, unmarked } from './marked.js';

/**
 * Each thing that binding can say, with the shortest text for it: the code, the message, the hint, and the place between « and
 * ». A text of one mistake gives one error; warnings beside it are left out, in warnings.txt they are what is tested.
 */
interface Case {
  readonly file: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly environment: Partial<Environment>;
  readonly marked: string;
}

const FOLDER = join('test', 'language', 'golden', 'diagnostics');

const cases = readdirSync(FOLDER).flatMap((file) =>
  readFileSync(join(FOLDER, file), 'utf8')
    .split(/^== /m)
    .slice(1)
    .map((part): Case => {
      const lines = part.trimEnd().split('\n');
      const [, code = '', message = ''] = /^(\w+): (.*)$/.exec(lines.shift() ?? '') ?? [];
      const field = (name: string) =>
        lines[0]?.startsWith(`${name}: `) === true ? lines.shift()!.slice(name.length + 2) : null;
      const hint = field('hint');
      const environment = JSON.parse(field('environment') ?? '{}') as Partial<Environment>;
      return { file, code, message, hint, environment, marked: lines.join('\n') };
    }),
);

for (const { file, code, message, hint, environment, marked } of cases) {
  const { text, places } = unmarked(marked);
  test(`${code}: ${text.replaceAll(/\s+/g, ' ').slice(0, 120)}`, () => {
    const found = diagnosed(text, environment)
      .filter(({ severity }) => severity === 'error' || file === 'warnings.txt')
      .map(({ span, ...each }) => {
        const { line, column } = locate(text, span.start);
        return { ...each, place: `${line}:${column}+${span.end - span.start}` };
      });
    const severity = file === 'warnings.txt' ? 'warning' : 'error';
    const place = places[0] ?? found[0]?.place;
    assert.deepEqual(found, [{ code, severity, message, hint, place }]);
  });
}

test('every code that binding can give is among the cases', () => {
  const sources = [
    join('src', 'language', 'bind.ts'),
    ...readdirSync(join('src', 'language', 'bind')).map((file) => join('src', 'language', 'bind', file)),
  ];
  const codes = sources.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/\.(?:error|warn)\(\s*'(\w+)'/g)].map(([, code]) => code!),
  );
  assert.ok(codes.length > 80);
  const covered = new Set(cases.map(({ code }) => code));
  assert.deepEqual(
    [...new Set(codes)].filter((code) => !covered.has(code)),
    [],
  );
});

test('messages and hints are one line, in plain words', () => {
  for (const { message, hint } of cases) {
    for (const text of [message, hint ?? '']) {
      assert.ok(text.length < 200, text);
      assert.doesNotMatch(text, /\n|undefined|null\b|\[object|NaN/);
      assert.doesNotMatch(text, /(?<!\.\.)[.!]$/, 'a message ends without a full stop, as all do');
    }
  }
});

test('all mistakes of a text at once, in order of the text', () => {
  const { text, places } = unmarked(`CREATE RULE r WITH («severty» = 'high', suppress_for = «'x'») AS
SELECT «nope», «a.amount + '1'», COUNT(*) AS n
FROM payments MATCH_RECOGNIZE (
  PARTITION BY «units + 1»
  ORDER BY «amount»
  AFTER MATCH SKIP TO «zz»
  PATTERN (a «NOT c» b «->») WITHIN «10»
  SUBSET u = (a, «q»)
  DEFINE «d» AS flagged, c AS flagged, b AS «NEXT(amount)» > 1 AND «amount > 'x'»
) WHERE «card»`);
  const found = diagnosed(text)
    .filter(({ severity }) => severity === 'error')
    .map(({ span, code }) => {
      const { line, column } = locate(text, span.start);
      return `${line}:${column}+${span.end - span.start} ${code}`;
    });
  const codes = [
    ...['unknown_option', 'bad_option', 'unknown_column', 'wrong_operand', 'partition_not_column'],
    ...[
      'order_on_stream',
      'unknown_variable',
      'misplaced_not',
      'gap_at_end',
      'bad_within',
      'unknown_variable',
    ],
    ...['unknown_variable', 'next_on_stream', 'wrong_operand', 'not_a_condition'],
  ];
  assert.deepEqual(
    found,
    codes.map((code, i) => `${places[i]} ${code}`),
  );
});

test('one mistake is said once: what depends on it is not wrong as well', () => {
  const once: readonly string[] = [
    'SELECT nope AS x, card FROM payments WHERE amount > 1',
    inMatch('PARTITION BY nope PATTERN (a)'),
    inMatch('ORDER BY nope PATTERN (a)'),
    "CREATE RULE r WITH (suppress_by = 'x', suppress_for = '1 DAY') AS SELECT nope AS x FROM payments",
    'SELECT CASE nope WHEN 1 THEN 2 WHEN 3 THEN 4 END AS x FROM payments',
    'SELECT x FROM payments MATCH_RECOGNIZE (MEASURES nope AS x PATTERN (a)) WHERE x > 1',
    'SELECT nope + 1 AS x FROM payments MATCH_RECOGNIZE (PATTERN (a)) WHERE x > 1',
    'SELECT a.*, b.* FROM payments MATCH_RECOGNIZE (PATTERN (a b))',
    "CREATE STREAM s (at JSON, WATERMARK FOR at AS at) WITH (key = 'at')",
    'SELECT p.x FROM payments AS p JOIN logins AS l ON l.card = p.card WHERE l.level > 2',
    "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(at), INTERVAL '1' HOUR))",
  ];
  for (const text of once) {
    const errors = diagnosed(text).filter(({ severity }) => severity === 'error');
    assert.equal(errors.length, 1, `${text}: ${errors.map(({ message }) => message).join('; ')}`);
  }
});
