import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Emission } from '../../../src/engine/emission.js';
import { Engine } from '../../../src/engine/engine.js';
import type { Miss, MissOptions } from '../../../src/engine/explain/misses.js';
import type { Row } from '../../../src/event/row.js';
import type { RulePlan } from '../../../src/language/plan.js';
import { arbitraryPlan, arbitraryRows } from '../../support/arbitrary_plan.js';
import { describePlan } from '../../support/describe_plan.js';
import { hold, runsOf } from '../../support/property.js';
import { bound } from './bound.js';

const RUNS = runsOf(1_500);
const ALL: MissOptions = { most: 1_000, ties: 'first', keepsLastRows: true };

interface Played {
  readonly emissions: readonly Emission[];
  readonly misses: readonly Miss[];
  readonly missed: number;
  readonly starts: number;
  readonly hits: readonly number[];
}

function play(
  plan: RulePlan,
  rows: readonly Row[],
  mode: 'stream' | 'bounded',
  misses: MissOptions | null,
): Played {
  const engine = new Engine({ mode, misses });
  engine.addRule(plan);
  for (const row of rows) engine.append(row);
  engine.end();
  const inspection = engine.inspect(plan.name);
  const head = engine.ruleHead(plan.name);
  assert.ok(inspection !== null && head !== null && 'sequence' in head);
  return {
    emissions: engine.take(),
    misses: inspection.misses,
    missed: inspection.missed,
    starts: head.sequence,
    hits: inspection.hits.map(({ rows: count }) => count),
  };
}

for (const mode of ['stream', 'bounded'] as const) {
  test(`${mode}: to watch changes nothing, and each start is a match or a miss`, (t) => {
    hold(
      t,
      fc.property(arbitraryPlan({ input: mode }), arbitraryRows(14), (plan, rows) => {
        const alone = play(plan, rows, mode, null);
        const watched = play(plan, rows, mode, ALL);
        const text = describePlan(plan, rows);
        assert.deepEqual(watched.emissions, alone.emissions, text);
        assert.deepEqual(watched.hits, alone.hits, text);
        assert.equal(alone.misses.length, 0);
        assert.equal(watched.misses.length, watched.missed, text);
        const { skip, rowsPerMatch, where } = plan.operator;
        if (skip.mode === 'no_skip' || rowsPerMatch === 'all' || where !== null) return;
        const matches = watched.emissions.filter(
          (each) => each.kind === 'match' && each.match.status === 'MATCHED',
        );
        assert.equal(watched.missed + matches.length, watched.starts, text);
      }),
      { numRuns: RUNS },
    );
  });
}

const STREAM = 'CREATE STREAM s (k VARCHAR, t VARCHAR, n BIGINT, at TIMESTAMP, WATERMARK FOR at AS at);';

function ruleOf(match: string): RulePlan {
  const [plan] = bound(`${STREAM}\nSELECT 1 AS one FROM s MATCH_RECOGNIZE (PARTITION BY k ${match})`);
  assert.ok(plan);
  return plan;
}

/** Rows from `x3a 5`: key x, at 3 seconds, kind a, n = 5. A row's offset is its place. */
function rowsOf(text: string): Row[] {
  return text.split(', ').map((each, offset) => {
    const [, k, second, t, n] = /^([a-z])(\d+)([a-z])(?: (-?\d+))?$/.exec(each) ?? [];
    assert.ok(k !== undefined && t !== undefined, each);
    const time = Number(second) * 1_000;
    const values = { k, t, n: n === undefined ? null : Number(n), at: time };
    return { stream: 's', offset, time, arrival: time, values };
  });
}

/** A miss in a line: key, start and end by offset, labels, rows needed, how it ended and what was asked. */
function told({ key, start, labels, needs, how, row, attempts, by }: Miss): string {
  const came = labels.map(({ variable, rows }) => `${variable}${rows}`).join(' ');
  const asked = attempts.map(({ variable, isAbsent, verdict }) => {
    const values = Object.entries(verdict?.values ?? {}).map(([text, value]) => `${text}=${value}`);
    const answer = verdict === null ? '?' : verdict.held ? '+' : '-';
    return `${isAbsent ? 'NOT ' : ''}${variable}${answer}${values.length > 0 ? `(${values.join(' ')})` : ''}`;
  });
  const where = row === null ? '' : ` ${row.offset}`;
  const passer = by === null ? '' : ` ${by.offset}`;
  return `${String(key['k'])} ${start.offset}: ${came}, ${needs} to go; ${how}${where}${passer}; ${asked.join(' ')}`.trimEnd();
}

function missesOf(rule: string, rows: string, options: MissOptions = ALL): string[] {
  return play(ruleOf(rule), rowsOf(rows), 'stream', options).misses.map(told);
}

const KINDS = "DEFINE a AS t = 'a', b AS t = 'b' AND n > 10";
const WITHIN = "WITHIN INTERVAL '10' SECOND";

test('a row ended it: which condition said no to what', () => {
  assert.deepEqual(missesOf(`PATTERN (a b) ${KINDS}`, 'x1a 1, x2b 5, x3b 20, x4a 1, x5b 11'), [
    'x 0: a1, 1 to go; row 1; b-(t=b n=5)',
  ]);
  assert.deepEqual(missesOf(`PATTERN (a{2,} b) ${KINDS}`, 'x1a, x2a, x3c'), [
    'x 0: a2, 1 to go; row 2; b-(t=c n=null) a-(t=c)',
    'x 1: a1, 2 to go; row 2; a-(t=c)',
  ]);
});

test('what reads earlier rows is told with what it read', () => {
  const rise = "DEFINE a AS t = 'a', b AS n > LAST(b.n, 1) + a.n OR COUNT(b.*) = 1, c AS n > PREV(n) * 2";
  assert.deepEqual(missesOf(`PATTERN (a b b c) ${rise}`, 'x1a 5, x2b 7, x3b 9'), [
    'x 0: a1 b1, 2 to go; row 2; b-(n=9 LAST(b.n, 1)=7 a.n=5 COUNT(b.*)=2)',
  ]);
  assert.deepEqual(missesOf(`PATTERN (a b b c) ${rise}`, 'x1a 5, x2b 7, x3b 19, x4c 30'), [
    'x 0: a1 b2, 1 to go; row 3; c-(n=30 PREV(n)=19)',
  ]);
});

test('what must not come came', () => {
  const define = "DEFINE a AS t = 'a', b AS t = 'b', c AS t = 'c'";
  assert.deepEqual(missesOf(`PATTERN (a -> NOT b -> c) ${define}`, 'x1a, x2d, x3b, x4c'), [
    'x 0: a1, 1 to go; row 2; NOT b+(t=b) c-(t=b)',
  ]);
  const [door] = missesOf(
    `PATTERN (a -> NOT b) ${WITHIN} ${define.replace(/, c AS .*/, '')}`,
    'x1a, x2b, x20d',
  );
  assert.equal(door, 'x 0: a1, 0 to go; row 1; NOT b+(t=b)');
});

test('WITHIN ended it, a match passed over it, it is open at the end', () => {
  const rows = 'x1a 1, y2a 1, y3b 4, x4c 2, x30c 2, z31a, z32a, z33b 12, x40a';
  assert.deepEqual(missesOf(`PATTERN (a -> b) ${WITHIN} ${KINDS}`, rows), [
    'x 0: a1, 1 to go; within 3; b-(t=c n=2)',
    'y 1: a1, 1 to go; within 2; b-(t=b n=4)',
    'x 8: a1, 1 to go; within; b?',
    'z 6: a1 b1, 0 to go; passed_over 5;',
  ]);
  assert.deepEqual(missesOf(`PATTERN (a -> b) ${KINDS}`, 'x1a 1, x2c 3'), [
    'x 0: a1, 1 to go; end 1; b-(t=c n=3)',
  ]);
});

test('what failed within the rows of a match is no miss of its own', () => {
  const runs = "DEFINE a AS t = 'a', b AS t = 'b'";
  // The start at 1 has one a too few, but the match from 0 takes its rows.
  assert.deepEqual(missesOf(`PATTERN (a{2} b+ x?) ${runs}`, 'x1a, x2a, x3b, x4c, x5c'), [
    'x 1: a1, 2 to go; passed_over 0;',
  ]);
  assert.deepEqual(missesOf(`AFTER MATCH SKIP TO NEXT ROW PATTERN (a{2} b) ${runs}`, 'x1a, x2a, x3b'), [
    'x 1: a1, 2 to go; row 2; a-(t=b)',
  ]);
});

test('a limit is a reason too', () => {
  const engine = new Engine({ mode: 'stream', misses: ALL, limits: { partialMatchesPerKey: 4 } });
  engine.addRule(ruleOf(`PATTERN (a -> b) ${WITHIN} ${KINDS}`));
  for (const row of rowsOf('x1a, x2a, x3a, x4a')) engine.append(row);
  const { misses, missed } = engine.inspect('rule') ?? { misses: [], missed: 0 };
  assert.equal(missed, 2);
  assert.deepEqual(misses.map(told), ['x 0: a1, 1 to go; limit; b?', 'x 1: a1, 1 to go; limit; b?']);
});

test('only so many are kept: the nearest, the first of equals, or the newest of each key', () => {
  const rule = "PATTERN (a b c) DEFINE a AS t = 'a', b AS t = 'b', c AS t = 'c'";
  const rows = 'x1a, x2d, y3a, y4b, y5d, z6a, z7d, y8a, y9d, w10a, w11b, w12d, y13a, y14b, y15d';
  const first = play(ruleOf(rule), rowsOf(rows), 'stream', { ...ALL, most: 2 });
  assert.equal(first.missed, 6);
  assert.deepEqual(first.misses.map(told), [
    'y 2: a1 b1, 1 to go; row 4; c-(t=d)',
    'w 9: a1 b1, 1 to go; row 11; c-(t=d)',
  ]);
  const newest: MissOptions = { most: 3, ties: 'newest', keepsLastRows: false };
  assert.deepEqual(missesOf(rule, rows, newest), [
    'y 12: a1 b1, 1 to go; row 14; c-(t=d)',
    'w 9: a1 b1, 1 to go; row 11; c-(t=d)',
    'z 5: a1, 2 to go; row 6; b-(t=d)',
  ]);
});

test('of equally near ones a newer one is taken once a second of arrival at most', () => {
  const rule = "PATTERN (a b) DEFINE a AS t = 'a', b AS t = 'b'";
  const newest: MissOptions = { most: 1, ties: 'newest', keepsLastRows: false };
  const rows = rowsOf('x1a, x1c, y1a, y1c, z1a, z1c, v3a, v3c');
  const after = (count: number) =>
    play(ruleOf(rule), rows.slice(0, count), 'stream', newest).misses.map(({ key }) => key['k']);
  assert.deepEqual(
    [2, 4, 6, 8].map((count) => after(count)),
    [['x'], ['y'], ['y'], ['v']],
  );
});

test('hits: rows on which a condition held where it was asked', () => {
  const plan = ruleOf(`PATTERN (a b) ${KINDS}`);
  // Nothing waits for a b on the first two rows.
  const { hits } = play(plan, rowsOf('x1b 11, y2b 12, x3a, x4b 13, y5a, y6a, y7b 3'), 'stream', null);
  assert.deepEqual(hits, [3, 1]);
});

test('hits go through a snapshot', () => {
  const plan = ruleOf(`PATTERN (a -> b) ${WITHIN} ${KINDS}`);
  const rows = rowsOf('x1a, x2b 3, x3b 30, x4a, y5a, y6b 40, x7b 50');
  const whole = play(plan, rows, 'stream', null);
  for (let at = 0; at <= rows.length; at++) {
    const before = new Engine({ mode: 'stream' });
    before.addRule(plan);
    for (const row of rows.slice(0, at)) before.append(row);
    const after = new Engine({ mode: 'stream' });
    after.addRule(plan);
    after.restore(structuredClone(before.snapshot()));
    for (const row of rows.slice(at)) after.append(row);
    after.end();
    const hits = after.inspect('rule')?.hits.map(({ rows: count }) => count);
    assert.deepEqual(hits, whole.hits, `${at}`);
  }
});
