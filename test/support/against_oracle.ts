import assert from 'node:assert/strict';
import type fc from 'fast-check';
import type { Match } from '../../src/engine/emission.js';
import { Engine } from '../../src/engine/engine.js';
import { toJson } from '../../src/event/format.js';
import type { Row } from '../../src/event/row.js';
import type { MatchPlan, RulePlan } from '../../src/language/plan.js';
import { schema, secondSchema } from './arbitrary_plan.js';
import { describePlan } from './describe_plan.js';
import { oracle } from './oracle.js';

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
  engine.putStream(secondSchema);
  engine.addRule(plan);
  for (const row of rows) engine.append(row);
  engine.end();
  return engine.take().flatMap((emission) => (emission.kind === 'match' ? [emission.match] : []));
}

/** The rows that a rule reads, in the order in which it reads them. */
function inRuleOrder({ sources, operator }: RulePlan & { operator: MatchPlan }, rows: readonly Row[]): Row[] {
  const tie = operator.orderBy.at(-1);
  const sign = tie?.descending === true ? -1 : 1;
  // NULL comes last in either direction.
  const byTie = (a: Row, b: Row) => {
    const [x, y] = [a, b].map(({ values }) => values['v'] as number | null);
    if (tie === undefined || x === y) return 0;
    if (x === null || y === null) return x === null ? 1 : -1;
    return sign * (x! - y!);
  };
  return rows
    .filter(({ stream }) => sources.some((source) => source.stream === stream))
    .sort((a, b) => a.time - b.time || byTie(a, b) || a.offset - b.offset);
}

/**
 * The engine gives what the backtracking oracle gives. `running`: the plan that the engine runs, where it is another one that
 * should mean the same. Throws AssertionError with the rule and the rows as a regression test writes them.
 */
export function assertLikeOracle(
  plan: RulePlan & { operator: MatchPlan },
  rows: readonly Row[],
  mode: 'stream' | 'bounded',
  running: RulePlan = plan,
): void {
  const matches = runEngine(running, rows, mode);
  const read = inRuleOrder(plan, rows);
  for (const key of ['x', 'y']) {
    const ofKey = read.filter(({ values }) => values['k'] === key);
    const observedFrom = mode === 'bounded' ? Number.NEGATIVE_INFINITY : (read[0]?.time ?? 0);
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
export function shortReport(run: fc.RunDetails<[RulePlan & { operator: MatchPlan }, Row[]]>): void {
  if (!run.failed) return;
  const [plan, rows] = run.counterexample ?? [];
  const error = run.errorInstance;
  throw new Error(
    `seed ${run.seed}, path ${run.counterexamplePath}\n${plan && rows ? describePlan(plan, rows) : ''}\n${error instanceof assert.AssertionError ? `engine ${JSON.stringify(error.actual)}\noracle ${JSON.stringify(error.expected)}` : String(error)}`,
  );
}
