import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Emission, Match } from '../../src/engine/emission.js';
import { Engine } from '../../src/engine/engine.js';
import type { Row } from '../../src/event/row.js';
import { Subject } from '../../src/event/subject.js';
import type { RulePlan } from '../../src/language/plan.js';
import { arbitraryPlan, arbitraryRows, schema } from '../support/arbitrary_plan.js';

const RUNS = Number(process.env['TOCSIN_PROPERTY_RUNS'] ?? 300);
const plans = fc
  .array(arbitraryPlan({ input: 'stream' }), { minLength: 1, maxLength: 3 })
  .map((list) => list.map((plan, i): RulePlan => ({ ...plan, name: `r${i}` })));

function start(rules: readonly RulePlan[], delay: number): Engine {
  const engine = new Engine({ mode: 'stream' });
  const declared = { ...schema, delay };
  engine.putStream(declared);
  for (const plan of rules)
    engine.addRule({ ...plan, sources: [{ stream: 's', alias: null, schema: declared }] });
  return engine;
}

/** Without PARTITION BY: all rows are one key. */
const unkeyed = (plan: RulePlan): RulePlan =>
  plan.operator.kind === 'match'
    ? { ...plan, operator: { ...plan.operator, partitionBy: [], outputOrder: [] } }
    : plan;

/** The matches of some keys, as they came out. */
function matches(emissions: readonly Emission[], isWanted: (match: Match) => boolean): unknown[] {
  return emissions.flatMap((emission) => {
    if (emission.kind !== 'match' || !isWanted(emission.match)) return [];
    const { kind, key, status, output, events, window, start: first } = emission.match;
    const labels = events.map(({ variable, row }) => `${variable}${row.offset}`);
    return [[emission.rule, kind, key, status, output, labels, window, first.offset]];
  });
}

test(`erasing a key leaves other keys as they are, and its own as if it had never been (${RUNS} cases)`, () => {
  fc.assert(
    fc.property(plans, arbitraryRows(14), fc.nat(14), fc.nat(3), (rules, rows, point, delay) => {
      const subject = new Subject(schema, { k: 'x' });
      const isErased = (row: Row): boolean => row.offset < point && subject.has(row);
      const [whole, erased, replayed] = [start(rules, delay), start(rules, delay), start(rules, delay)];
      for (const row of rows) {
        if (row.offset === point) erased.erase(subject);
        whole.append(row);
        erased.append(row);
        if (isErased(row)) replayed.pass(row);
        else replayed.append(row);
      }
      if (point >= rows.length) erased.erase(subject);
      for (const engine of [whole, erased, replayed]) engine.end();
      const [all, left, fresh] = [whole.take(), erased.take(), replayed.take()];
      const isOther = ({ key }: Match): boolean => key['k'] !== 'x';
      assert.deepEqual(matches(left, isOther), matches(all, isOther));
      assert.deepEqual(matches(fresh, isOther), matches(all, isOther));
      const isNew = ({ key, start: first }: Match): boolean => key['k'] === 'x' && first.offset >= point;
      assert.deepEqual(matches(left, isNew), matches(fresh, isNew));
    }),
    { numRuns: RUNS },
  );
});

test(`no row of the subject stays, nor comes out again, where keys are mixed (${RUNS} cases)`, () => {
  fc.assert(
    fc.property(plans, arbitraryRows(14), fc.nat(14), fc.nat(3), (mixed, rows, point, delay) => {
      const rules = mixed.map(unkeyed);
      const subject = new Subject(schema, { v: 1 });
      const engine = start(rules, delay);
      const before = rows.slice(0, point);
      for (const row of before) engine.append(row);
      engine.take();
      engine.erase(subject);
      const state = JSON.stringify(engine.snapshot());
      for (const { offset, values } of before.filter((row) => subject.has(row)))
        assert.ok(!state.includes(JSON.stringify({ ...values })), `row ${offset}`);
      for (const row of rows.slice(point)) engine.append(row);
      engine.end();
      for (const emission of engine.take()) {
        if (emission.kind !== 'match') continue;
        const taken = [...emission.match.events.map(({ row }) => row), emission.match.start];
        assert.ok(taken.every((row) => row.offset >= point || !subject.has(row)));
      }
    }),
    { numRuns: RUNS },
  );
});

test(`the state after an erasure goes on like one that was saved and restored (${RUNS} cases)`, () => {
  fc.assert(
    fc.property(plans, arbitraryRows(14), fc.nat(14), (mixed, rows, point) => {
      const rules = mixed.map(unkeyed);
      const subject = new Subject(schema, { k: 'x', v: 2 });
      const engine = start(rules, 0);
      for (const row of rows.slice(0, point)) engine.append(row);
      engine.erase(subject);
      engine.take();
      const restored = start(rules, 0);
      restored.restore(structuredClone(engine.snapshot()));
      for (const each of [engine, restored]) {
        for (const row of rows.slice(point)) each.append(row);
        each.end();
      }
      assert.deepEqual(
        matches(restored.take(), () => true),
        matches(engine.take(), () => true),
      );
    }),
    { numRuns: RUNS },
  );
});
