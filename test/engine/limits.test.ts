import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../src/engine/engine.js';
import type { Limits } from '../../src/engine/limits.js';
import type { StreamSchema } from '../../src/event/schema.js';
import { bindRule } from '../../src/language/bind.js';
import { parse } from '../../src/language/parser.js';
import type { RulePlan } from '../../src/language/plan.js';
import { schemaOf } from '../language/bind/marked.js';

const ODD = schemaOf('CREATE STREAM odd (k BIGINT, v BIGINT)');
const OWN = schemaOf('CREATE STREAM own (v BIGINT)');
const LIMITS: Limits = {
  partialMatchesPerKey: 100,
  partialMatchesPerRule: 400,
  keysPerRule: 50,
  matchesPerRow: 20,
  matchedRowsPerRow: 1_000,
};

function planOf(name: string, text: string, stream: StreamSchema): RulePlan {
  const [statement] = parse(text).statements;
  assert.ok(statement?.kind === 'select', text);
  const { plan, diagnostics } = bindRule(statement, name, {
    ...{ streams: [stream], input: 'stream', destinations: null, parameters: {}, unknownStreams: 'refuse' },
  });
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

/** Conditions that read an earlier row: each partial match is one of its own. */
const odd = (clauses: string, define: string): string =>
  `SELECT LAST(a.v) AS v FROM odd MATCH_RECOGNIZE (${clauses} DEFINE ${define})`;

interface Case {
  readonly name: string;
  readonly text: string;
  readonly events: number;
  readonly keys: number;
}

const CASES: readonly Case[] = [
  {
    name: 'A+ B+ C+ over equal events',
    text: odd(
      "AFTER MATCH SKIP TO NEXT ROW PATTERN (a+ b+ c+ z) WITHIN INTERVAL '1' HOUR",
      'a AS v = 1, b AS v = a.v, c AS v = b.v, z AS v < c.v',
    ),
    ...{ events: 500, keys: 1 },
  },
  {
    name: 'A+ B+ C+ whose every row completes matches, of which all are wanted',
    text: odd(
      "AFTER MATCH NO SKIP PATTERN (a -> (b ->)+ c) WITHIN INTERVAL '1' HOUR",
      'a AS v = 1, b AS v = 1, c AS v = 1',
    ),
    ...{ events: 60, keys: 1 },
  },
  {
    name: '{1,10000}',
    text: odd(
      "AFTER MATCH SKIP TO NEXT ROW PATTERN (a{1,10000} z) WITHIN INTERVAL '1' HOUR",
      'a AS v = 1, z AS v < a.v',
    ),
    ...{ events: 500, keys: 1 },
  },
  {
    name: 'more keys than there may be',
    text: odd("PARTITION BY k PATTERN (a -> z) WITHIN INTERVAL '1' HOUR", 'a AS v = 1, z AS v < a.v'),
    ...{ events: 500, keys: 500 },
  },
  {
    name: 'keys that together hold more than a rule may',
    text: odd(
      "PARTITION BY k AFTER MATCH SKIP TO NEXT ROW PATTERN (a -> b -> z) WITHIN INTERVAL '1' HOUR",
      'a AS v = 1, b AS v = a.v, z AS v < b.v',
    ),
    ...{ events: 2_000, keys: 40 },
  },
];

for (const { name, text, events, keys } of CASES) {
  test(`${name}: held within the limits, the rest counted, and another rule does not notice`, () => {
    const engine = new Engine({ mode: 'stream', limits: LIMITS });
    for (const schema of [ODD, OWN]) engine.putStream(schema);
    engine.addRule(planOf('odd', text, ODD));
    engine.addRule(planOf('own', 'SELECT v FROM own WHERE v >= 0', OWN));
    let own = 0;
    let offset = 0;
    const put = (stream: string, values: Record<string, number>, time: number): void =>
      engine.append({ stream, offset: offset++, time, arrival: time, values });
    for (let i = 0; i < events; i++) {
      put('odd', { k: i % keys, v: 1 }, i);
      put('own', { v: i }, i);
      for (const emission of engine.take()) if (emission.kind === 'match' && emission.rule === 'own') own++;
      const counts = engine.counts('odd');
      assert.ok(counts !== null && counts.partialMatches <= LIMITS.partialMatchesPerRule, `${name} ${i}`);
      assert.ok(counts.keys <= LIMITS.keysPerRule && (keys > 1 || counts.partialMatches <= 100));
    }
    engine.end();
    for (const emission of engine.take()) if (emission.kind === 'match' && emission.rule === 'own') own++;
    assert.equal(own, events);
    const { dropped } = engine.counts('odd')!;
    assert.ok(dropped > 0);
  });
}

test('a rule at its limits goes on: what begins after them is found', () => {
  const engine = new Engine({ mode: 'stream', limits: LIMITS });
  engine.putStream(ODD);
  engine.addRule(
    planOf('odd', odd("PATTERN (a{1,10000} z) WITHIN INTERVAL '1' HOUR", 'a AS v = 1, z AS v < a.v'), ODD),
  );
  let offset = 0;
  const put = (v: number): void =>
    engine.append({ stream: 'odd', offset, time: offset++, arrival: 0, values: { k: 0, v } });
  for (let i = 0; i < 300; i++) put(1);
  // A row of neither ends them all; the next one begins anew.
  put(5);
  put(1);
  put(-1);
  engine.end();
  const matches = engine.take().flatMap((emission) => (emission.kind === 'match' ? [emission.match] : []));
  assert.deepEqual(
    matches.map(({ events }) => events.map(({ row }) => row.offset)),
    [[301, 302]],
  );
});
