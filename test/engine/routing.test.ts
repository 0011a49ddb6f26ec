import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Emission } from '../../src/engine/emission.js';
import { Engine } from '../../src/engine/engine.js';
import { MatchOperator } from '../../src/engine/match/operator.js';
import type { Row } from '../../src/event/row.js';
import { bindRule, bindStream } from '../../src/language/bind.js';
import { parse } from '../../src/language/parser.js';
import type { RulePlan } from '../../src/language/plan.js';
import { arbitraryPlan, arbitraryRows, schema } from '../support/arbitrary_plan.js';
import { hold, runsOf } from '../support/property.js';

const RUNS = Math.ceil(runsOf(1_000) / 5);

function engineWith(rules: readonly RulePlan[]): Engine {
  const engine = new Engine({ mode: 'stream' });
  engine.putStream(schema);
  for (const plan of rules) engine.addRule(plan);
  return engine;
}

/** Matches of each rule as text. */
function byRule(emissions: readonly Emission[]): Map<string, string[]> {
  const matches = new Map<string, string[]>();
  for (const emission of emissions) {
    if (emission.kind !== 'match') continue;
    const { rule, match } = emission;
    matches.set(rule, [...(matches.get(rule) ?? []), JSON.stringify(match)]);
  }
  return matches;
}

test(`many rules beside one another give what each gives alone, registered and removed while rows flow`, (t) => {
  const plans = fc
    .array(arbitraryPlan({ input: 'stream' }), { minLength: 2, maxLength: 12 })
    .map((list) => list.map((plan, i): RulePlan => ({ ...plan, name: `r${i}` })));
  hold(
    t,
    fc.property(plans, arbitraryRows(14), fc.nat(10), fc.nat(13), (rules, rows, late, cut) => {
      const together = engineWith(rules.slice(0, -1));
      const last = rules.at(-1)!;
      for (const [i, row] of rows.entries()) {
        if (i === late) together.addRule(last);
        if (i === cut) together.removeRule('r0');
        together.append(row);
      }
      together.end();
      const matches = byRule(together.take());
      for (const rule of rules) {
        const alone = engineWith(rule === last ? [] : [rule]);
        for (const [i, row] of rows.entries()) {
          if (rule === last && i === late) alone.addRule(rule);
          if (rule.name === 'r0' && i === cut) alone.removeRule('r0');
          alone.append(row);
        }
        alone.end();
        assert.deepEqual(matches.get(rule.name), byRule(alone.take()).get(rule.name), rule.name);
        if (!rows[late] && rule === last) continue;
        if (rule.name !== 'r0')
          assert.deepEqual(together.counts(rule.name), alone.counts(rule.name), `counts of ${rule.name}`);
      }
    }),
    { numRuns: RUNS },
  );
});

test('of 10,000 rules a row goes to those that it concerns', () => {
  const [declaration] = parse(
    'CREATE STREAM s (k VARCHAR, type BIGINT, v DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at)',
  ).statements;
  assert.ok(declaration?.kind === 'create_stream');
  const declared = bindStream(declaration).schema ?? assert.fail();
  const engine = new Engine({ mode: 'stream' });
  engine.putStream(declared);
  for (let i = 0; i < 10_000; i++) {
    const text = `SELECT b.v FROM s MATCH_RECOGNIZE (PARTITION BY k PATTERN (a -> b) WITHIN INTERVAL '1' MINUTE
      DEFINE a AS type = ${i}, b AS v > 5)`;
    const [statement] = parse(text).statements;
    assert.ok(statement?.kind === 'select');
    const environment = {
      streams: [declared],
      unknownStreams: 'refuse',
      input: 'stream',
      destinations: null,
      parameters: {},
    } as const;
    engine.addRule(bindRule(statement, `r${i}`, environment).plan ?? assert.fail());
  }
  const original = MatchOperator.prototype.process;
  let processed = 0;
  MatchOperator.prototype.process = function (this: MatchOperator, row: Row, key?: string): void {
    processed++;
    original.call(this, row, key);
  };
  try {
    const row = (offset: number, k: string, type: number, v: number): Row => ({
      stream: 's',
      offset,
      time: offset,
      arrival: offset,
      values: { k, type, v, at: offset },
    });
    engine.append(row(0, 'x', 7, 1));
    engine.append(row(1, 'y', 7, 9));
    engine.append(row(2, 'x', 8, 1));
    engine.append(row(3, 'x', -1, 9));
  } finally {
    MatchOperator.prototype.process = original;
  }
  // r7 begins for x and for y; r8 begins for x, where r7 waits; the last row ends both.
  assert.equal(processed, 1 + 1 + 2 + 2);
  assert.deepEqual(
    engine.take().map((emission) => emission.kind === 'match' && emission.rule),
    ['r7', 'r8'],
  );
  assert.equal(engine.counts('r9')?.rows, 4);
});
