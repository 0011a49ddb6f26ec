import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Match } from '../../../src/engine/emission.js';
import { Engine } from '../../../src/engine/engine.js';
import type { Limits } from '../../../src/engine/limits.js';
import type { Row } from '../../../src/event/row.js';
import type { RulePlan } from '../../../src/language/plan.js';
import { bound } from '../explain/bound.js';

const DECLARED = 'CREATE STREAM s (k VARCHAR, t VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at);';

function ruleOf(pattern: string, define = "a AS t = 'a', b AS t = 'b', c AS t = 'c'"): RulePlan {
  const [plan] = bound(`${DECLARED}
    SELECT COUNT(*) AS n FROM s MATCH_RECOGNIZE (
      PARTITION BY k AFTER MATCH NO SKIP PATTERN (${pattern}) WITHIN INTERVAL '100' SECOND DEFINE ${define})`);
  return plan ?? assert.fail();
}

function engineFor(plan: RulePlan, limits: Partial<Limits> = {}): Engine {
  const engine = new Engine({ mode: 'stream', limits });
  engine.addRule(plan);
  assert.ok('keptBy' in engine.ruleHead('rule')!, 'it is matched over windows');
  return engine;
}

/** One row a second, of the kinds that the letters name. */
function rowsOf(kinds: string, k = 'x', from = 0): Row[] {
  return [...kinds].map((t, i) => {
    const time = 1_000 * (from + i);
    return { stream: 's', offset: from + i, time, arrival: time, values: { k, t, at: time } };
  });
}

function take(engine: Engine, rows: readonly Row[]): string[] {
  for (const row of rows) engine.append(row);
  const matches = engine.take().flatMap((each): Match[] => (each.kind === 'match' ? [each.match] : []));
  return matches.map(({ events }) => events.map(({ row }) => row.offset).join(' '));
}

test('what is cut is counted exactly, as far as numbers go', () => {
  for (const bs of [3, 40, 52, 53, 54, 90]) {
    const engine = engineFor(ruleOf('a -> (b ->)+ c'), { matchesPerRow: 2 });
    const listed = take(engine, rowsOf(`a${'b'.repeat(bs)}c`));
    const every = Array.from({ length: bs + 2 }, (_, i) => i);
    assert.deepEqual(listed, [every.join(' '), every.filter((i) => i !== bs).join(' ')]);
    // Every set of Bs but the empty one.
    const cut = bs < 53 ? 2 ** bs - 1 - 2 : Number.MAX_SAFE_INTEGER;
    assert.equal(engine.counts('rule')?.dropped, cut, `${bs}`);
    take(engine, rowsOf('c', 'x', bs + 2));
    assert.equal(engine.counts('rule')?.dropped, Math.min(2 * cut, Number.MAX_SAFE_INTEGER), `${bs}, twice`);
  }
});

test('of long matches fewer are listed, one at least', () => {
  const kinds = `a${'b'.repeat(10)}c`;
  const listedWith = (matchedRowsPerRow: number) =>
    take(engineFor(ruleOf('a -> (b ->)+ c'), { matchedRowsPerRow }), rowsOf(kinds)).length;
  assert.deepEqual([1, 12, 13, 40].map(listedWith), [1, 1, 2, 4]);
});

test('past the rows of a key, and of the rule, the oldest starts go', () => {
  const key = engineFor(ruleOf('a -> b -> c'), { partialMatchesPerKey: 4 });
  take(key, rowsOf('aabbb'));
  assert.equal(key.counts('rule')?.dropped, 1);
  assert.equal(key.counts('rule')?.partialMatches, 4);
  assert.deepEqual(take(key, rowsOf('c', 'x', 5)), ['1 2 5', '1 3 5', '1 4 5']);
  const rule = engineFor(ruleOf('a -> b -> c'), { partialMatchesPerRule: 4 });
  take(rule, [...rowsOf('ab'), ...rowsOf('aab', 'y', 2)]);
  assert.equal(rule.counts('rule')?.dropped, 1);
  assert.deepEqual(take(rule, [...rowsOf('c', 'x', 5), ...rowsOf('c', 'y', 6)]), ['0 1 5', '3 4 6']);
  const keys = engineFor(ruleOf('a -> b', "a AS t = 'a', b AS t = 'b'"), { keysPerRule: 1 });
  assert.deepEqual(take(keys, [...rowsOf('a'), ...rowsOf('a', 'y', 1), ...rowsOf('b', 'x', 2)]), []);
  assert.equal(keys.counts('rule')?.dropped, 1);
});

test('a key is kept as long as something of it can become a match', () => {
  const engine = engineFor(ruleOf('a b -> c'));
  take(engine, rowsOf('ad'));
  assert.equal(engine.counts('rule')?.keys, 0, 'the next row was no b');
  take(engine, rowsOf('abdd', 'x', 2));
  assert.deepEqual([engine.counts('rule')?.keys, engine.nextDeadline('s')], [1, 102_000]);
  engine.advance('s', 102_000);
  assert.equal(engine.counts('rule')?.keys, 1, 'a row at the deadline is inside');
  engine.advance('s', 102_001);
  const { keys, partialMatches, dropped } = engine.counts('rule')!;
  assert.deepEqual([keys, partialMatches, dropped, engine.nextDeadline('s')], [0, 0, 0, null]);
});

test('starts that failed are let go while later ones live', () => {
  const engine = engineFor(ruleOf('a b', "a AS t = 'a', b AS t = 'b'"));
  for (let i = 0; i < 40; i++) {
    take(engine, rowsOf('aa', 'x', 2 * i));
    // Each a ends the one before it.
    assert.ok(engine.counts('rule')!.partialMatches <= 33);
  }
});

test('a row of another stream takes no label, and is a row between', () => {
  const [plan] = bound(`
    CREATE STREAM s (k VARCHAR, t VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at);
    CREATE STREAM other (k VARCHAR, t VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at);
    SELECT COUNT(*) AS n FROM s, other MATCH_RECOGNIZE (
      PARTITION BY k AFTER MATCH NO SKIP PATTERN (a (b | x) -> c) WITHIN INTERVAL '100' SECOND
      DEFINE a AS s WHERE t = 'a', b AS s WHERE t = 'b', x AS other WHERE t = 'x', c AS t = 'c')`);
  const engine = engineFor(plan ?? assert.fail());
  const rows = rowsOf('abaxcabc').map((row) =>
    row.offset === 3 || row.offset === 6 ? { ...row, stream: 'other' } : row,
  );
  const found = take(engine, rows);
  for (const stream of ['s', 'other']) engine.advance(stream, 1_000_000);
  assert.deepEqual([...found, ...take(engine, [])], ['0 1 4', '2 3 4', '0 1 7', '2 3 7']);
});
