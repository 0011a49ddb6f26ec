import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Match } from '../../../src/engine/emission.js';
import { Engine, type EngineHead } from '../../../src/engine/engine.js';
import type { Limits } from '../../../src/engine/limits.js';
import type { KeyState } from '../../../src/engine/match/any/snapshot.js';
import type { RuleHead } from '../../../src/engine/rule.js';
import type { Row } from '../../../src/event/row.js';
import type { Bound, MatchPlan, RulePlan } from '../../../src/language/plan.js';
import { arbitraryPlan, arbitraryRows, schema } from '../../support/arbitrary_plan.js';
import { describePlan } from '../../support/describe_plan.js';
import { oracle } from '../../support/oracle.js';

const RUNS = Math.ceil(Number(process.env['TOCSIN_PROPERTY_RUNS'] ?? 400) / 2);
type Mode = 'bounded' | 'stream';
type Plan = RulePlan & { operator: MatchPlan };

/** Rules of AFTER MATCH NO SKIP whose conditions and measures read no more than a window of rows tells. */
function arbitraryAny(input: Mode): fc.Arbitrary<Plan> {
  return arbitraryPlan({ input })
    .filter(({ operator }) => !JSON.stringify(operator.pattern).includes('"anchor"'))
    .map((plan) => ({
      ...plan,
      operator: {
        ...plan.operator,
        // The rows are in order as they are.
        orderBy: [],
        variables: plan.operator.variables.map((each) => ({ ...each, condition: ofRow(each.condition) })),
        measures: plan.operator.measures.map((each) => ({ ...each, expression: inMatch(each.expression) })),
        skip: { mode: 'no_skip' },
        absentBefore: [],
        absentAfter: [],
        emitEarliest: false,
        timedOut: false,
        unmatchedRows: false,
      },
    }));
}

function ofRow(condition: Bound | null): Bound | null {
  const text = JSON.stringify(condition);
  return ['navigation', 'aggregate', 'match_number', 'classifier'].some((kind) => text.includes(kind))
    ? null
    : condition;
}

function inMatch(bound: Bound): Bound {
  if (bound.kind === 'match_number') return { kind: 'constant', type: bound.type, value: 1 };
  return bound.kind === 'navigation' ? { ...bound, physical: 0 } : bound;
}

const GENEROUS: Partial<Limits> = {
  partialMatchesPerKey: 1_000_000,
  partialMatchesPerRule: 1_000_000,
  matchesPerRow: 1_000_000,
};

/** `isGeneral`: matched by partial matches, one by one, as it is when all starts that fail are to be told. */
function engineFor(plan: RulePlan, mode: Mode, isGeneral = false, limits = GENEROUS): Engine {
  const misses = isGeneral ? ({ most: 1, ties: 'first', keepsLastRows: true } as const) : null;
  const engine = new Engine({ mode, limits, misses });
  engine.putStream(schema);
  engine.addRule(plan);
  return engine;
}

function takeMatches(engine: Engine): Match[] {
  return engine.take().flatMap((emission) => (emission.kind === 'match' ? [emission.match] : []));
}

function play(engine: Engine, rows: readonly Row[]): Match[] {
  for (const row of rows) engine.append(row);
  engine.end();
  return takeMatches(engine);
}

const hitsOf = (engine: Engine) => engine.inspect('r')!.hits.map(({ rows }) => rows);
const labelsOf = ({ events }: Match) =>
  events.map(({ variable, row }) => `${variable}${row.offset}`).join(' ');
const textOf = (matches: readonly Match[]) => matches.map((match) => JSON.stringify(match));

/** What the oracle finds for a key, in order of the row that completes it, then of start, then of preferment. */
function expected({ operator }: Plan, rows: readonly Row[]): string[] {
  return oracle(operator, rows, { observedFrom: Number.NEGATIVE_INFINITY })
    .sort((a, b) => a.labels.at(-1)!.position - b.labels.at(-1)!.position || a.start - b.start)
    .map(({ labels }) =>
      labels
        .map(({ variable, position }) => `${operator.variables[variable]!.name}${rows[position]!.offset}`)
        .join(' '),
    );
}

/** The counterexample as a person reads it, with what brings it back. */
function reporter<T>(run: fc.RunDetails<T>): void {
  if (!run.failed) return;
  const { errorInstance: error, seed, counterexamplePath } = run;
  const sides =
    error instanceof assert.AssertionError
      ? `\nactual ${JSON.stringify(error.actual)}\nexpected ${JSON.stringify(error.expected)}`
      : '';
  throw new Error(`seed ${seed}, path ${counterexamplePath}\n${String(error)}${sides}`);
}

for (const mode of ['bounded', 'stream'] as const) {
  test(`NO SKIP on ${mode} input gives every match once, in order (${RUNS} rules)`, () => {
    let windows = 0;
    fc.assert(
      fc.property(arbitraryAny(mode), arbitraryRows(9), (plan, rows) => {
        const engine = engineFor(plan, mode);
        if ('keptBy' in (engine.ruleHead('r') ?? {})) windows++;
        const matches = play(engine, rows);
        for (const key of ['x', 'y']) {
          const ofKey = rows.filter(({ values }) => values['k'] === key);
          const found = matches.filter((match) => match.key['k'] === key).map(labelsOf);
          assert.deepEqual(found, expected(plan, ofKey), describePlan(plan, rows));
        }
      }),
      { numRuns: RUNS, reporter },
    );
    assert.ok(windows > RUNS * 0.9, `${windows} rules were matched over windows`);
  });

  test(`NO SKIP on ${mode} input gives what the general operator gives (${RUNS} rules)`, () => {
    fc.assert(
      fc.property(arbitraryAny(mode), arbitraryRows(14), fc.nat(14), (plan, rows, look) => {
        const [own, general] = [engineFor(plan, mode), engineFor(plan, mode, true)];
        for (const row of rows.slice(0, look)) for (const engine of [own, general]) engine.append(row);
        const about = describePlan(plan, rows);
        assert.deepEqual([...own.open('r')], [...general.open('r')], about);
        assert.deepEqual(textOf(play(own, rows.slice(look))), textOf(play(general, rows.slice(look))), about);
        const [{ partialMatches: _, ...counts }, { partialMatches: __, ...others }] = [
          own.counts('r')!,
          general.counts('r')!,
        ];
        assert.deepEqual(hitsOf(own), hitsOf(general), about);
        assert.deepEqual(mode === 'stream' ? counts : { ...counts, keys: others.keys }, others, about);
      }),
      { numRuns: RUNS, reporter },
    );
  });
}

test(`what the limit of a row cuts is counted (${RUNS} rules)`, () => {
  // Under ALL ROWS a match whose rows are all excluded gives none, and WHERE leaves some out.
  const plans = arbitraryAny('stream').map(
    (plan): Plan => ({ ...plan, operator: { ...plan.operator, rowsPerMatch: 'one', where: null } }),
  );
  fc.assert(
    fc.property(plans, arbitraryRows(12), fc.nat(4), (plan, rows, matchesPerRow) => {
      const all = engineFor(plan, 'stream');
      const some = engineFor(plan, 'stream', false, { ...GENEROUS, matchesPerRow });
      const [every, listed] = [play(all, rows), play(some, rows)];
      const byRow = new Map<number, number>();
      const kept = every.filter(({ events }) => {
        const { offset } = events.at(-1)!.row;
        byRow.set(offset, (byRow.get(offset) ?? 0) + 1);
        return byRow.get(offset)! <= matchesPerRow;
      });
      assert.deepEqual(listed.map(labelsOf), kept.map(labelsOf), describePlan(plan, rows));
      assert.equal(some.counts('r')!.dropped, every.length - kept.length, describePlan(plan, rows));
    }),
    { numRuns: RUNS, reporter },
  );
});

test('a state that an earlier version kept by partial matches goes on as it was', () => {
  const [plan] = fc.sample(arbitraryAny('stream'), 1) as [Plan];
  const before = engineFor(plan, 'stream', true);
  const snapshot = before.snapshot();
  const after = engineFor(plan, 'stream');
  assert.ok('keptBy' in after.ruleHead('r')!);
  after.restore(snapshot);
  assert.ok(!('keptBy' in after.ruleHead('r')!));
  const window = engineFor(plan, 'stream').snapshot();
  assert.throws(() => before.restore(window), RangeError);
});

test(`NO SKIP goes on from pieces of state at any point (${RUNS} rules)`, () => {
  const moments = fc.array(fc.constantFrom('go on', 'take', 'restart'), { minLength: 14, maxLength: 14 });
  fc.assert(
    fc.property(arbitraryAny('stream'), arbitraryRows(14), moments, (plan, rows, each) => {
      const whole = engineFor(plan, 'stream');
      let engine = engineFor(plan, 'stream');
      let head: EngineHead | null = null;
      let rule: RuleHead | null = null;
      const keys = new Map<string, KeyState>();
      const found: Match[] = [];
      for (const [i, row] of rows.entries()) {
        whole.append(row);
        engine.append(row);
        found.push(...takeMatches(engine));
        if (each[i] === 'go on') continue;
        head = structuredClone(engine.head());
        for (const changes of engine.takeChanges()) {
          rule = structuredClone(changes.head);
          for (const { key, state } of changes.keys) {
            if (state === null) keys.delete(key);
            else keys.set(key, structuredClone(state));
          }
        }
        if (each[i] !== 'restart' || rule === null) continue;
        engine = engineFor(plan, 'stream');
        engine.restoreHead(head);
        engine.restoreRule('r', rule);
        for (const state of keys.values()) engine.restoreKey('r', structuredClone(state), true);
      }
      for (const each of [engine, whole]) each.end();
      found.push(...takeMatches(engine));
      assert.deepEqual(textOf(found), textOf(takeMatches(whole)), describePlan(plan, rows));
      assert.deepEqual(engine.counts('r'), whole.counts('r'));
    }),
    { numRuns: RUNS, reporter },
  );
});
