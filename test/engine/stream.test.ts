import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Emission } from '../../src/engine/emission.js';
import { Engine, type EngineHead } from '../../src/engine/engine.js';
import type { KeyState } from '../../src/engine/match/any/snapshot.js';
import type { RuleHead } from '../../src/engine/rule.js';
import type { Row } from '../../src/event/row.js';
import type { StreamSchema } from '../../src/event/schema.js';
import type { RulePlan } from '../../src/language/plan.js';
import { arbitraryPlan, arbitraryRows, schema, secondSchema } from '../support/arbitrary_plan.js';
import { hold, runsOf } from '../support/property.js';

const RUNS = runsOf(1_000);
const plans = plansOf(true);
/** Rules over one stream: a row is late for all of them or for none. */
const plansOfOne = plansOf(false);

function plansOf(several: boolean): fc.Arbitrary<RulePlan[]> {
  return fc
    .array(arbitraryPlan({ input: 'stream', several }), { minLength: 1, maxLength: 3 })
    .map((list) => list.map((plan, i): RulePlan => ({ ...plan, name: `r${i}` })));
}

function start(rules: readonly RulePlan[], delay: number): Engine {
  const engine = new Engine({ mode: 'stream' });
  const declared = (source: StreamSchema) => ({ ...source, delay });
  engine.putStream(declared(schema));
  engine.putStream(declared(secondSchema));
  for (const plan of rules) {
    const sources = plan.sources.map((source) => ({ ...source, schema: declared(source.schema) }));
    engine.addRule({ ...plan, sources });
  }
  return engine;
}

/**
 * What each rule gave, without what tells how rows arrived: offsets become places in the order of time. A rule over two streams
 * waits for the slower one, so that the order of rules among one another is another one.
 */
function seen(emissions: readonly Emission[], rank: ReadonlyMap<Row, number>): Record<string, unknown[]> {
  const byRule: Record<string, unknown[]> = {};
  for (const emission of emissions) {
    assert.equal(emission.kind, 'match');
    if (emission.kind !== 'match') continue;
    const { match, rule } = emission;
    byRule[rule] ??= [];
    byRule[rule].push([
      match.kind,
      match.status,
      match.number,
      rank.get(match.start),
      match.events.map(({ variable, row }) => `${variable}${rank.get(row)}`),
      match.output,
      match.window,
    ]);
  }
  return byRule;
}

const inTime = (rows: readonly Row[]) => new Map(rows.map((row, i) => [row, i]));

test(`when rows are looked at changes nothing`, (t) => {
  hold(
    t,
    fc.property(
      plans,
      arbitraryRows(10, true),
      fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
      (rules, rows, looks) => {
        const whole = start(rules, 0);
        for (const row of rows) whole.append(row);
        whole.end();
        const pieces = start(rules, 0);
        const emissions: Emission[] = [];
        rows.forEach((row, i) => {
          pieces.append(row);
          if (looks[i]) emissions.push(...pieces.take());
        });
        pieces.end();
        emissions.push(...pieces.take());
        assert.deepEqual(seen(emissions, inTime(rows)), seen(whole.take(), inTime(rows)));
      },
    ),
    { numRuns: RUNS },
  );
});

test(`any order of arrival within the delay gives what sorted order gives`, (t) => {
  const cases = fc.record({
    rules: plans,
    rows: arbitraryRows(10, true),
    delay: fc.integer({ min: 0, max: 6 }),
    jitter: fc.array(fc.nat(1_000), { minLength: 10, maxLength: 10 }),
  });
  hold(
    t,
    fc.property(cases, ({ rules, rows, delay, jitter }) => {
      const sorted = start(rules, delay);
      for (const row of rows) sorted.append(row);
      sorted.end();
      // A row comes up to `delay` late; rows of equal time keep their order, which the log's offsets tell.
      const arrival = rows.map((row, i) => ({ row, at: row.time + (jitter[i]! % (delay + 1)), i }));
      const lateness = new Map<number, number>();
      for (const each of arrival) {
        each.at = Math.max(each.at, lateness.get(each.row.time) ?? 0);
        lateness.set(each.row.time, each.at);
      }
      arrival.sort((a, b) => a.at - b.at || a.row.time - b.row.time || a.i - b.i);
      const shuffled = start(rules, delay);
      const arrived = arrival.map(({ row }, offset) => ({ ...row, offset }));
      const rank = new Map(arrived.map((row, n) => [row, arrival[n]!.i]));
      for (const row of arrived) shuffled.append(row);
      shuffled.end();
      assert.deepEqual(seen(shuffled.take(), rank), seen(sorted.take(), inTime(rows)));
    }),
    { numRuns: RUNS },
  );
});

test(`whatever comes too late is told, and the rest gives what it gives in order`, (t) => {
  const cases = fc.record({
    rules: plansOfOne,
    rows: arbitraryRows(10),
    delay: fc.integer({ min: 0, max: 3 }),
    order: fc.array(fc.nat(1_000), { minLength: 10, maxLength: 10 }),
  });
  hold(
    t,
    fc.property(cases, ({ rules, rows, delay, order }) => {
      const arrived = rows
        .map((row, i) => ({ row, i }))
        .sort((a, b) => order[a.i]! - order[b.i]!)
        .map(({ row }, offset) => ({ ...row, offset }));
      let latest = Number.NEGATIVE_INFINITY;
      const isLate = new Map(
        arrived.map((row): [Row, boolean] => {
          const late = row.time < latest - delay;
          latest = Math.max(latest, row.time);
          return [row, late];
        }),
      );
      const shuffled = start(rules, delay);
      for (const row of arrived) shuffled.append(row);
      shuffled.end();
      const emissions = shuffled.take();
      const told = emissions.flatMap((emission) => (emission.kind === 'late' ? [emission.row.offset] : []));
      assert.deepEqual(
        [...new Set(told)],
        arrived.filter((row) => isLate.get(row)).map(({ offset }) => offset),
      );
      // In time: the order of arrival where times are equal.
      const inOrder = arrived.filter((row) => !isLate.get(row)).sort((a, b) => a.time - b.time);
      const sorted = start(rules, delay);
      const reordered = inOrder.map((row, offset) => ({ ...row, offset }));
      for (const row of reordered) sorted.append(row);
      sorted.end();
      const rank = new Map([...inOrder, ...reordered].map((row, i) => [row, i % inOrder.length]));
      const matches = emissions.filter(({ kind }) => kind === 'match');
      assert.deepEqual(seen(matches, rank), seen(sorted.take(), rank));
    }),
    { numRuns: RUNS },
  );
});

test(`a snapshot taken and restored at any point changes nothing`, (t) => {
  hold(
    t,
    fc.property(plans, arbitraryRows(10, true), fc.nat(10), fc.nat(4), (rules, rows, cut, delay) => {
      const whole = start(rules, delay);
      for (const row of rows) whole.append(row);
      whole.end();
      const before = start(rules, delay);
      for (const row of rows.slice(0, cut)) before.append(row);
      const emissions = before.take();
      const after = start(rules, delay);
      after.restore(structuredClone(before.snapshot()));
      for (const row of rows.slice(cut)) after.append(row);
      after.end();
      emissions.push(...after.take());
      // A restored row is another object: rows are told by their offsets, which are their order here.
      const byOffset = (list: readonly Emission[]) =>
        JSON.stringify(list, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
      assert.equal(byOffset(emissions), byOffset(whole.take()));
    }),
    { numRuns: RUNS },
  );
});

/** What a store holds of an engine's state: each piece as it was written last. */
class Pieces {
  #head: EngineHead | null = null;
  readonly #rules = new Map<string, RuleHead>();
  readonly #keys = new Map<string, { readonly rule: string; readonly state: KeyState }>();

  take(engine: Engine): void {
    this.#head = structuredClone(engine.head());
    for (const { name, head, keys } of engine.takeChanges()) {
      this.#rules.set(name, structuredClone(head));
      for (const { key, state } of keys) {
        if (state === null) this.#keys.delete(`${name} ${key}`);
        else this.#keys.set(`${name} ${key}`, { rule: name, state: structuredClone(state) });
      }
    }
  }

  restore(engine: Engine): void {
    if (this.#head === null) return;
    engine.restoreHead(this.#head);
    for (const [name, head] of this.#rules) engine.restoreRule(name, head);
    for (const { rule, state } of this.#keys.values()) engine.restoreKey(rule, structuredClone(state), true);
  }
}

test(`pieces of state, taken as they change, are the whole state`, (t) => {
  const moments = fc.array(fc.constantFrom('go on', 'take', 'take', 'restart'), {
    minLength: 12,
    maxLength: 12,
  });
  hold(
    t,
    fc.property(plans, arbitraryRows(12, true), moments, fc.nat(4), (rules, rows, each, delay) => {
      const whole = start(rules, delay);
      for (const row of rows) whole.append(row);
      whole.end();
      const pieces = new Pieces();
      const emissions: Emission[] = [];
      let engine = start(rules, delay);
      for (const [i, row] of rows.entries()) {
        engine.append(row);
        emissions.push(...engine.take());
        if (each[i] === 'go on') continue;
        pieces.take(engine);
        if (each[i] !== 'restart') continue;
        engine = start(rules, delay);
        pieces.restore(engine);
      }
      engine.end();
      emissions.push(...engine.take());
      const text = (list: readonly Emission[]) => JSON.stringify(list);
      assert.equal(text(emissions), text(whole.take()));
      for (const { name } of rules) assert.deepEqual(engine.counts(name), whole.counts(name));
    }),
    { numRuns: RUNS },
  );
});

test('a row before the watermark is late, one exactly at it is not', () => {
  const rows = [10, 20, 17, 16, 15].map(
    (time, offset): Row => ({ stream: 's', offset, time, arrival: 100, values: { k: 'x', v: 1, at: time } }),
  );
  const [plan] = fc.sample(arbitraryPlan({ input: 'stream' }), 1);
  const engine = start([plan!], 3);
  for (const row of rows) engine.append(row);
  const late = engine.take().filter(({ kind }) => kind === 'late');
  assert.deepEqual(
    late.map((emission) => emission.kind === 'late' && [emission.row.time, emission.watermark]),
    [
      [16, 17],
      [15, 17],
    ],
  );
});
