import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOf } from '../../../src/engine/explain/names.js';
import { sqlOf } from '../../../src/engine/explain/sql.js';
import { bindRule, bindStream } from '../../../src/language/bind.js';
import { parse } from '../../../src/language/parser.js';
import type { Bound, RulePlan } from '../../../src/language/plan.js';

const STREAM = `CREATE STREAM s (
  n BIGINT, d DOUBLE, m DECIMAL(8, 2), t VARCHAR, b BOOLEAN, at TIMESTAMP, tags ARRAY<VARCHAR>,
  place ROW(city VARCHAR, floor BIGINT), "odd name" VARCHAR, WATERMARK FOR at AS at
)`;

function planOf(query: string): RulePlan {
  const [stream] = parse(STREAM).statements;
  const { statements, diagnostics: said } = parse(query);
  const [select] = statements;
  assert.ok(stream?.kind === 'create_stream' && select?.kind === 'select', JSON.stringify(said));
  const { schema } = bindStream(stream);
  assert.ok(schema !== null);
  const { plan, diagnostics } = bindRule(select, 'r', {
    ...{ streams: [schema], unknownStreams: 'refuse', input: 'bounded' },
    ...{ destinations: null, parameters: {} },
  });
  assert.ok(plan !== null, `${query}: ${JSON.stringify(diagnostics)}`);
  return plan;
}

function whereOf(text: string): { readonly bound: Bound; readonly sql: string } {
  const plan = planOf(`SELECT t FROM s WHERE ${text}`);
  assert.ok(plan.operator.kind === 'filter' && plan.operator.where !== null);
  return { bound: plan.operator.where, sql: sqlOf(plan.operator.where, namesOf(plan)) };
}

function defineOf(text: string): { readonly bound: Bound; readonly sql: string } {
  const plan = planOf(
    `SELECT t FROM s MATCH_RECOGNIZE (MEASURES LAST(t) AS t PATTERN (a b+ c) SUBSET u = (a, b)
       DEFINE a AS n > 0, b AS n > 1, c AS ${text})`,
  );
  assert.ok(plan.operator.kind === 'match');
  const condition = plan.operator.variables[2]?.condition;
  assert.ok(condition);
  return { bound: condition, sql: sqlOf(condition, namesOf(plan)) };
}

/** What is written, and what comes back where that is another text. */
const ROW_EXPRESSIONS: readonly (readonly [text: string, sql?: string])[] = [
  ['n < 2'],
  ['d < 2'],
  ['d < 2.5 AND n >= -3'],
  ['n / 2 > 1'],
  ['n / 2.5 > 1'],
  ['CAST(n AS DOUBLE) / 2 > 1'],
  ['n / 2e0 > 1.5e0 AND d > 1e+30'],
  ['d * n + 1 > (d + 1) * n'],
  ['d - (n - 1) > d - n - 1'],
  ['m = 1.50'],
  ['-n < 3 AND - -n < 3', '-n < 3 AND - -n < 3'],
  ["t = 'it''s' OR t IN ('a', 'b')"],
  ['n IN (1, 2)'],
  ["t NOT IN ('a')"],
  ["t LIKE 'a!%' ESCAPE '!' AND t NOT LIKE '_b'"],
  ['t IS NULL OR n IS NOT NULL'],
  ['b IS TRUE AND b IS NOT UNKNOWN'],
  ['n IS DISTINCT FROM 1 AND n IS NOT DISTINCT FROM 2'],
  ['NOT (b AND n > 1) OR b'],
  ['(b OR n > 1) AND NOT b'],
  ['n BETWEEN 1 AND 2', 'n >= 1 AND n <= 2'],
  ["at > TIMESTAMP '2026-11-23 21:05:00'", "at > TIMESTAMP '2026-11-23T21:05:00.000Z'"],
  ["at - at < INTERVAL '90' SECOND"],
  ["at + INTERVAL '2' HOUR > at"],
  ["at + INTERVAL -'1' DAY > at"],
  ["at - at > INTERVAL '1 02' DAY TO HOUR", "at - at > INTERVAL '26' HOUR"],
  ["CASE WHEN b THEN 1 WHEN n > 2 THEN 2 ELSE 3 END = 1 AND CASE WHEN b THEN 'x' END = t"],
  ["t || 'x' = CONCAT(t, 'y')"],
  ['CAST(t AS BIGINT) = n AND CAST(n AS VARCHAR) = t AND CAST(d AS DECIMAL(5, 1)) = 1'],
  ['EXTRACT(HOUR FROM at) = 3 AND ROUND(d, 1) > PI()'],
  ["CONTAINS(tags, 'x') AND tags[1] = 'y' AND place.city = 'z' AND place.floor > 1"],
  ['"odd name" = t'],
  ['b = TRUE OR b <> FALSE'],
];

test('a condition over a row is printed as it would be written, and means the same', () => {
  for (const [text, expected = text] of ROW_EXPRESSIONS) {
    const { bound, sql } = whereOf(text);
    assert.equal(sql, expected);
    assert.deepEqual(whereOf(sql).bound, bound, sql);
  }
});

const MATCH_EXPRESSIONS: readonly (readonly [text: string, sql?: string])[] = [
  ['n > a.n'],
  ['n > LAST(b.n, 1) AND n > FIRST(b.n)'],
  ['c.n > PREV(n) AND n > PREV(n, 2)'],
  ['n > PREV(b.n)'],
  ['n > PREV(FIRST(a.n), 3) AND n < NEXT(n)'],
  ['n > LAST(a.n + 1)'],
  ['n > AVG(b.d) AND COUNT(*) > 2 AND COUNT(b.*) > 1 AND COUNT(DISTINCT b.t) > 1'],
  ['SUM(d) > 10'],
  ["CLASSIFIER() = 'c' AND CLASSIFIER(a) = 'a' AND PREV(CLASSIFIER()) = 'b'"],
  ['MATCH_NUMBER() = 1 AND MATCH_ROWTIME() = at'],
  ['n > MAX(u.n)', 'n > MAX((a | b).n)'],
];

test('a condition over a match is printed as it would be written, and means the same', () => {
  for (const [text, expected = text] of MATCH_EXPRESSIONS) {
    const { bound, sql } = defineOf(text);
    assert.equal(sql, expected);
    // A SUBSET has no name in the plan.
    if (expected === text) assert.deepEqual(defineOf(sql).bound, bound, sql);
  }
});

test('FINAL and measures are printed too', () => {
  const plan = planOf(
    `SELECT up, up + 1 AS more FROM s MATCH_RECOGNIZE (
       MEASURES FINAL LAST(b.n, 1) AS up, RUNNING COUNT(b.n) AS bs, MATCH_STATUS() AS st
       PATTERN (a b+) DEFINE b AS n > PREV(n))`,
  );
  assert.ok(plan.operator.kind === 'match');
  const names = namesOf(plan);
  const texts = (list: readonly { readonly expression: Bound }[]) =>
    list.map(({ expression }) => sqlOf(expression, names));
  assert.deepEqual(texts(plan.operator.measures), ['FINAL LAST(b.n, 1)', 'COUNT(b.n)', 'MATCH_STATUS()']);
  assert.deepEqual(texts(plan.operator.project ?? []), ['up', 'up + 1']);
});

test('what is nested without end is cut', () => {
  const one: Bound = { kind: 'constant', type: { kind: 'BIGINT' }, value: 1 };
  let bound: Bound = one;
  for (let i = 0; i < 20_000; i++)
    bound = { kind: 'call', type: { kind: 'BIGINT' }, name: '+', arguments: [bound, one] };
  const sql = sqlOf(bound, { variables: [], measures: [], isSeveral: false });
  assert.match(sql, /^(\.\.\. \+ )+1 \+ 1/);
  assert.ok(sql.length < 1_000);
});
