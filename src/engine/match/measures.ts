import type { Row } from '../../event/row.js';
import type { Value } from '../../event/value.js';
import type { AggregateNode, Bound, ClassifierNode, MatchPlan, NavigationNode } from '../../language/plan.js';
import { accumulator } from '../expression/aggregate.js';
import { compile, type Evaluator, type MatchNode, type Scope } from '../expression/compile.js';
import type { Faults } from '../expression/faults.js';
import { mentions } from './mentions.js';
import type { Step } from './path.js';

/** A finished match as MEASURES sees it, standing at one of its rows. */
export interface MatchScope extends Scope {
  row: Row | null;
  readonly steps: readonly Step[];
  /** How many steps are visible under RUNNING: up to the current row. */
  running: number;
  /** The place of `row` in the partition. */
  position: number;
  readonly matchNumber: number;
  readonly status: 'MATCHED' | 'TIMED OUT';
  /** Values of the measures, for what stands behind MATCH_RECOGNIZE. */
  outputs: readonly Value[];
  rowAt(position: number): Row | null;
}

/** MEASURES, WHERE and the select list of one rule, compiled. */
export class Measures {
  readonly #measures: readonly Evaluator<MatchScope>[];
  /** Input columns: what an unmatched row keeps, where measures are NULL. */
  readonly #isInput: readonly boolean[];
  readonly #where: Evaluator<MatchScope> | null;
  readonly #order: readonly Evaluator<MatchScope>[];
  readonly #project: readonly Evaluator<MatchScope>[] | null;
  /** Whether a measure reads rows of the partition that it did not label. */
  readonly readsPartition: boolean;
  /** How far before the first labelled row measures may look, in rows. */
  readonly lookback: number;
  readonly readsMatchNumber: boolean;

  constructor(plan: MatchPlan, variables: readonly string[]) {
    let lookback = 0;
    let readsPartition = false;
    const compileMeasure = (bound: Bound) =>
      compile<MatchScope>(bound, (node) => {
        if (node.kind === 'navigation' && node.physical !== 0) {
          readsPartition = true;
          lookback = Math.max(lookback, -node.physical);
        }
        return resolve(node, variables);
      });
    this.#measures = plan.measures.map(({ expression }) => compileMeasure(expression));
    this.#isInput = plan.measures.map(
      ({ expression }) => expression.kind === 'column' || expression.kind === 'fields',
    );
    this.#where = plan.where === null ? null : compileMeasure(plan.where);
    this.#order = plan.outputOrder.map(({ expression }) => compileMeasure(expression));
    this.#project = plan.project?.map(({ expression }) => compileMeasure(expression)) ?? null;
    this.readsPartition = readsPartition;
    this.lookback = lookback;
    this.readsMatchNumber = [plan.measures, plan.project ?? [], plan.outputOrder]
      .flat()
      .some(({ expression }) => mentions(expression, 'match_number'));
    if (plan.where !== null) this.readsMatchNumber ||= mentions(plan.where, 'match_number');
  }

  /** One output row at the scope's current row, or null where WHERE leaves it out. */
  row(scope: MatchScope): readonly Value[] | null {
    return this.#finish(
      this.#measures.map((measure) => measure(scope)),
      scope,
    );
  }

  /** The output of a row that no match took: its input columns, every measure NULL. */
  unmatched(scope: MatchScope): readonly Value[] | null {
    return this.#finish(
      this.#measures.map((measure, i) => (this.#isInput[i] ? measure(scope) : null)),
      scope,
    );
  }

  /** What the outer ORDER BY sorts the last row given by. */
  sortKeys(scope: MatchScope): readonly Value[] {
    return this.#order.map((expression) => expression(scope));
  }

  #finish(outputs: readonly Value[], scope: MatchScope): readonly Value[] | null {
    scope.outputs = outputs;
    if (this.#where !== null && this.#where(scope) !== true) return null;
    return this.#project?.map((expression) => expression(scope)) ?? outputs;
  }
}

/** A scope over a match of `steps`, standing at no row yet. `start`: the row that an empty match stands at. */
export function matchScope(
  steps: readonly Step[],
  start: Row,
  position: number,
  matchNumber: number,
  status: MatchScope['status'],
  partition: { rowAt(position: number): Row | null },
  faults: Faults,
): MatchScope {
  const last = steps[steps.length - 1];
  return {
    row: last?.row ?? start,
    steps,
    running: steps.length,
    position: last?.position ?? position,
    matchNumber,
    status,
    outputs: [],
    rowAt: (at) => partition.rowAt(at),
    faults,
  };
}

/** Moves to the step at `index`: RUNNING sees the steps up to it. */
export function standAt(scope: MatchScope, index: number): void {
  const step = scope.steps[index]!;
  scope.row = step.row;
  scope.position = step.position;
  scope.running = index + 1;
}

function resolve(node: MatchNode, variables: readonly string[]): Evaluator<MatchScope> {
  switch (node.kind) {
    case 'navigation':
      return navigation(node, variables);
    case 'aggregate':
      return aggregate(node, variables);
    case 'classifier':
      return lastLabel(node, variables);
    case 'match_number':
      return (scope) => scope.matchNumber;
    case 'match_rowtime':
      return (scope) => (scope.running === 0 ? null : scope.steps[scope.running - 1]!.row.time);
    case 'match_status':
      return (scope) => scope.status;
    case 'output': {
      const { index } = node;
      return (scope) => scope.outputs[index] ?? null;
    }
  }
}

const inSet = (set: readonly number[] | null, variable: number) => set === null || set.includes(variable);

function visible(node: { readonly semantics: 'running' | 'final' }, scope: MatchScope): number {
  return node.semantics === 'final' ? scope.steps.length : scope.running;
}

/** ISO/IEC 9075-2, row pattern navigation: FIRST/LAST choose among the labelled rows, PREV/NEXT go on in the partition. */
function navigation(node: NavigationNode, variables: readonly string[]): Evaluator<MatchScope> {
  const operand = compile<MatchScope>(node.operand, (inner) => ofPointedRow(inner, variables));
  return (scope) => {
    const end = visible(node, scope);
    let left = node.logical;
    let found: Step | null = null;
    if (node.from === 'first') {
      for (let i = 0; i < end && found === null; i++) {
        if (inSet(node.set, scope.steps[i]!.variable) && left-- === 0) found = scope.steps[i]!;
      }
    } else {
      for (let i = end - 1; i >= 0 && found === null; i--) {
        if (inSet(node.set, scope.steps[i]!.variable) && left-- === 0) found = scope.steps[i]!;
      }
    }
    if (found === null) return null;
    const target = node.physical === 0 ? found.row : scope.rowAt(found.position + node.physical);
    return target === null ? null : evaluateAt(scope, target, found.position + node.physical, operand);
  };
}

function aggregate(node: AggregateNode, variables: readonly string[]): Evaluator<MatchScope> {
  const accumulate = accumulator(node);
  const operand =
    node.operand === null
      ? null
      : compile<MatchScope>(node.operand, (inner) => ofPointedRow(inner, variables));
  // ALL ROWS asks at each row in turn: what was added up to the row before is kept, so that a match costs its length once.
  let last = { scope: null as MatchScope | null, end: 0, state: accumulate.initial };
  return (scope) => {
    const end = visible(node, scope);
    const goesOn = last.scope === scope && last.end <= end;
    let state = goesOn ? last.state : accumulate.initial;
    for (let i = goesOn ? last.end : 0; i < end; i++) {
      const step = scope.steps[i]!;
      if (!inSet(node.set, step.variable)) continue;
      state = accumulate.add(
        state,
        operand === null ? true : evaluateAt(scope, step.row, step.position, operand),
      );
    }
    last = { scope, end, state };
    return accumulate.result(state);
  };
}

function lastLabel(node: ClassifierNode, variables: readonly string[]): Evaluator<MatchScope> {
  return (scope) => {
    for (let i = visible(node, scope) - 1; i >= 0; i--) {
      const { variable } = scope.steps[i]!;
      if (inSet(node.set, variable)) return variables[variable]!;
    }
    return null;
  };
}

function evaluateAt(scope: MatchScope, row: Row, position: number, operand: Evaluator<MatchScope>): Value {
  const before = { row: scope.row, position: scope.position };
  scope.row = row;
  scope.position = position;
  const value = operand(scope);
  scope.row = before.row;
  scope.position = before.position;
  return value;
}

/** Inside a navigation or an aggregate CLASSIFIER() is the label of the row pointed to. */
function ofPointedRow(node: MatchNode, variables: readonly string[]): Evaluator<MatchScope> {
  if (node.kind !== 'classifier') return resolve(node, variables);
  return (scope) => {
    const step = stepAt(scope.steps, scope.position);
    return step === null || !inSet(node.set, step.variable) ? null : variables[step.variable]!;
  };
}

/** Steps are in order of position: binary search. */
function stepAt(steps: readonly Step[], position: number): Step | null {
  let low = 0;
  let high = steps.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const step = steps[middle]!;
    if (step.position === position) return step;
    if (step.position < position) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}
