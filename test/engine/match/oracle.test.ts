import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Match } from '../../../src/engine/emission.js';
import { Engine } from '../../../src/engine/engine.js';
import { toJson } from '../../../src/event/format.js';
import type { Row } from '../../../src/event/row.js';
import type { MatchPlan, RulePlan } from '../../../src/language/plan.js';
import { arbitraryPlan, arbitraryRows, schema } from '../../support/arbitrary_plan.js';
import { describePlan } from '../../support/describe_plan.js';
import { oracle } from '../../support/oracle.js';

const RUNS = Number(process.env['TOCSIN_PROPERTY_RUNS'] ?? 3_000);

/** A result in a form that both sides can be brought to. */
interface Result {
  readonly kind: string;
  readonly status: string;
  readonly start: number;
  readonly events: string;
  readonly output: string;
}

function ofEngine(match: Match): Result {
  return {
    kind: match.kind,
    status: match.status,
    start: match.start.offset,
    events: match.events.map(({ variable, row }) => `${variable}${row.offset}`).join(' '),
    output: JSON.stringify(match.output),
  };
}

function ofOracle(
  plan: RulePlan & { operator: MatchPlan },
  rows: readonly Row[],
  observedFrom: number,
): Result[] {
  return oracle(plan.operator, rows, { observedFrom }).map(({ kind, status, start, labels, output }) => ({
    kind,
    status,
    start: rows[start]!.offset,
    events: labels
      .map(({ variable, position }) => `${plan.operator.variables[variable]!.name}${rows[position]!.offset}`)
      .join(' '),
    output: JSON.stringify(
      output.map((values) =>
        Object.fromEntries(plan.columns.map(({ name, type }, i) => [name, toJson(values[i]!, type)])),
      ),
    ),
  }));
}

/**
 * EMIT EARLIEST says in which order matches come; elsewhere results compare by (key, start) (`language.md` 19). When it is
 * known of a row that nothing takes it is another matter: (A B A | B) may hold it to the end of the input.
 */
function inOrder(plan: MatchPlan, results: Result[]): Result[] {
  if (plan.emitEarliest) {
    const isUnmatched = ({ kind }: Result) => kind === 'unmatched';
    return [
      ...results.filter((each) => !isUnmatched(each)),
      ...results.filter(isUnmatched).sort((a, b) => a.start - b.start),
    ];
  }
  return [...results].sort(
    (a, b) => a.start - b.start || (plan.skip.mode === 'no_skip' ? a.events.localeCompare(b.events) : 0),
  );
}

function runEngine(plan: RulePlan, rows: readonly Row[], mode: 'stream' | 'bounded'): Match[] {
  const engine = new Engine({ mode });
  engine.putStream(schema);
  engine.addRule(plan);
  for (const row of rows) engine.append(row);
  engine.end();
  return engine.take().flatMap((emission) => (emission.kind === 'match' ? [emission.match] : []));
}

function check(plan: RulePlan & { operator: MatchPlan }, rows: Row[], mode: 'stream' | 'bounded') {
  const matches = runEngine(plan, rows, mode);
  for (const key of ['x', 'y']) {
    const ofKey = rows.filter(({ values }) => values['k'] === key);
    const observedFrom = mode === 'bounded' ? Number.NEGATIVE_INFINITY : (rows[0]?.time ?? 0);
    const expected = ofOracle(plan, ofKey, observedFrom);
    const actual = matches.filter((match) => match.key['k'] === key).map(ofEngine);
    assert.deepEqual(
      inOrder(plan.operator, actual),
      inOrder(plan.operator, expected),
      describePlan(plan, rows),
    );
  }
}

/** The counterexample as a person reads it, with what brings it back. */
function shortReport(run: fc.RunDetails<[RulePlan & { operator: MatchPlan }, Row[]]>): void {
  if (!run.failed) return;
  const [plan, rows] = run.counterexample ?? [];
  const error = run.errorInstance;
  throw new Error(
    `seed ${run.seed}, path ${run.counterexamplePath}\n${plan && rows ? describePlan(plan, rows) : ''}\n${error instanceof assert.AssertionError ? `engine ${JSON.stringify(error.actual)}\noracle ${JSON.stringify(error.expected)}` : String(error)}`,
  );
}

for (const mode of ['bounded', 'stream'] as const) {
  test(`${mode} input gives what the backtracking oracle gives (${RUNS} rules)`, () => {
    fc.assert(
      fc.property(arbitraryPlan({ input: mode }), arbitraryRows(8), (plan, rows) => check(plan, rows, mode)),
      { numRuns: RUNS, reporter: shortReport },
    );
  });
}
