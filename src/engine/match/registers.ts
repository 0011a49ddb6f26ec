import type { Row } from '../../event/row.js';
import type { Value } from '../../event/value.js';
import type { AggregateNode, Bound, ClassifierNode, NavigationNode } from '../../language/plan.js';
import { accumulator } from '../expression/aggregate.js';
import { compile, type Evaluator, type MatchNode, type Scope } from '../expression/compile.js';
import { mentions } from './mentions.js';
import { labelAt, type Step } from './path.js';

/**
 * What a DEFINE condition reads of the rows before its candidate, kept a thread: running aggregates, first and last
 * values. Threads that agree on every register that can still be read behave alike from here on, and are merged.
 */
export type RegisterState = unknown;

/** A candidate row with its label, as DEFINE sees it: it already counts as labelled (`language.md`, 3.3). */
export interface CandidateScope extends Scope {
  row: Row | null;
  /** The candidate's place in the partition. */
  position: number;
  /** The place that `row` has: another one inside a navigation. */
  current: number;
  variable: number;
  path: Step | null;
  registers: readonly RegisterState[];
  matchNumber: number;
  rowAt(position: number): Row | null;
}

export interface Register {
  readonly initial: RegisterState;
  /** The state once the candidate is labelled. Never changes `state`. */
  update(state: RegisterState, scope: CandidateScope): RegisterState;
  read(state: RegisterState): Value;
  /** Whether two states read and develop alike. */
  same(a: RegisterState, b: RegisterState): boolean;
}

/** Conditions of all variables with the registers that they share. */
export class Conditions {
  readonly registers: Register[] = [];
  readonly initial: readonly RegisterState[];
  /** By variable: the condition, or null (always true). */
  readonly evaluators: readonly (Evaluator<CandidateScope> | null)[];
  /** By variable: whether the condition reads the candidate row alone, so that one evaluation serves every thread. */
  readonly rowOnly: readonly boolean[];
  /** By variable: the registers that its condition reads. */
  readonly reads: readonly ReadonlySet<number>[];
  /** Rows of the partition before the candidate that conditions look back at. */
  readonly lookback: number;
  readonly readsMatchNumber: boolean;
  /** How many of the last rows' labels conditions look back at (PREV(CLASSIFIER())): threads that differ in them differ. */
  readonly labelLookback: number;

  readonly #byText = new Map<string, number>();

  constructor(conditions: readonly (Bound | null)[], variables: readonly string[]) {
    let lookback = 0;
    let labelLookback = 0;
    const ofOperand = operandResolver(variables);
    const rowOnly: boolean[] = [];
    const reads: Set<number>[] = [];
    this.evaluators = conditions.map((condition, variable) => {
      const read = new Set<number>();
      reads.push(read);
      let onlyRow = true;
      rowOnly.push(true);
      if (condition === null) return null;
      const evaluator = compile<CandidateScope>(condition, (node) => {
        const isCandidate = (set: readonly number[] | null) => set === null || set.includes(variable);
        switch (node.kind) {
          case 'navigation': {
            lookback = Math.max(lookback, -node.physical);
            if (readsMatch(node.operand)) labelLookback = Math.max(labelLookback, -node.physical);
            if (node.from === 'last' && node.logical === 0 && isCandidate(node.set)) {
              onlyRow &&= node.physical === 0 && !readsMatch(node.operand);
              return navigateFrom(node, compile(node.operand, ofOperand));
            }
            break;
          }
          case 'classifier':
            if (isCandidate(node.set)) {
              const name = variables[variable]!;
              return () => name;
            }
            break;
          case 'match_number':
            onlyRow = false;
            return (scope) => scope.matchNumber;
          case 'match_rowtime':
            return (scope) => scope.row?.time ?? null;
          case 'match_status':
            return () => 'MATCHED';
          case 'output':
            throw new Error('DEFINE cannot read an output column');
          case 'aggregate':
            break;
        }
        onlyRow = false;
        const index = this.#register(node, variables);
        read.add(index);
        const register = this.registers[index]!;
        return (scope) => register.read(scope.registers[index]);
      });
      rowOnly[variable] = onlyRow;
      return evaluator;
    });
    this.rowOnly = rowOnly;
    this.reads = reads;
    this.lookback = lookback;
    this.readsMatchNumber = conditions.some(
      (condition) => condition !== null && mentions(condition, 'match_number'),
    );
    this.labelLookback = labelLookback;
    this.initial = this.registers.map((register) => register.initial);
  }

  /** The registers once the candidate of `scope` is labelled. */
  update(registers: readonly RegisterState[], scope: CandidateScope): readonly RegisterState[] {
    if (this.registers.length === 0) return registers;
    return this.registers.map((register, i) => register.update(registers[i], scope));
  }

  /** The register of a node of a condition, or null where it needs none. */
  registerOf(node: Bound): number | null {
    return this.#byText.get(textOf(node)) ?? null;
  }

  #register(node: NavigationNode | AggregateNode | ClassifierNode, variables: readonly string[]): number {
    const text = textOf(node);
    let index = this.#byText.get(text);
    if (index === undefined) {
      index = this.registers.push(makeRegister(node, variables)) - 1;
      this.#byText.set(text, index);
    }
    return index;
  }
}

/** Equal nodes have equal texts. */
function textOf(node: Bound): string {
  return JSON.stringify(node, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Whether an operand reads more than its row: the label that the row has. */
function readsMatch(bound: Bound): boolean {
  let found = false;
  compile<Scope>(bound, () => {
    found = true;
    return () => null;
  });
  return found;
}

/** The value of a navigation's operand on the row `physical` rows on from the candidate. */
function navigateFrom(node: NavigationNode, operand: Evaluator<CandidateScope>): Evaluator<CandidateScope> {
  const { physical } = node;
  if (physical === 0) return operand;
  return (scope) => {
    const { row, current } = scope;
    const target = scope.rowAt(scope.position + physical);
    if (target === null) return null;
    scope.row = target;
    scope.current = scope.position + physical;
    const value = operand(scope);
    scope.row = row;
    scope.current = current;
    return value;
  };
}

/** CLASSIFIER() of the row that a navigation points to. */
function labelOfCurrent(
  set: readonly number[] | null,
  variables: readonly string[],
): Evaluator<CandidateScope> {
  return (scope) => {
    const label = scope.current === scope.position ? scope.variable : labelAt(scope.path, scope.current);
    return label === null || (set !== null && !set.includes(label)) ? null : variables[label]!;
  };
}

/** What may be read of the match inside a navigation or an aggregate. */
function operandResolver(variables: readonly string[]): (node: MatchNode) => Evaluator<CandidateScope> {
  return (node) => {
    switch (node.kind) {
      case 'classifier':
        return labelOfCurrent(node.set, variables);
      case 'match_number':
        return (scope) => scope.matchNumber;
      case 'match_rowtime':
        return (scope) => scope.row?.time ?? null;
      case 'match_status':
        return () => 'MATCHED';
      default:
        throw new Error(`${node.kind} cannot stand inside a navigation or an aggregate`);
    }
  };
}

function makeRegister(
  node: NavigationNode | AggregateNode | ClassifierNode,
  variables: readonly string[],
): Register {
  const takes = (variable: number) => node.set === null || node.set.includes(variable);
  if (node.kind === 'classifier') {
    return {
      initial: null,
      update: (state, scope) => (takes(scope.variable) ? variables[scope.variable]! : state),
      read: (state) => state as Value,
      same: (a, b) => a === b,
    };
  }
  const resolve = operandResolver(variables);
  if (node.kind === 'aggregate') return aggregateRegister(node, takes, resolve);
  const operand = compile<CandidateScope>(node.operand, resolve);
  if (node.physical > 0 && readsMatch(node.operand)) return aheadRegister(node, takes, operand);
  const value = navigateFrom(node, operand);
  return node.from === 'first'
    ? firstRegister(node.logical, takes, value)
    : lastRegister(node.logical, takes, value);
}

function aggregateRegister(
  node: AggregateNode,
  takes: (variable: number) => boolean,
  resolve: (inner: MatchNode) => Evaluator<CandidateScope>,
): Register {
  const accumulate = accumulator(node);
  const operand = node.operand === null ? null : compile<CandidateScope>(node.operand, resolve);
  type State = typeof accumulate.initial;
  return {
    initial: accumulate.initial,
    update: (state, scope) =>
      takes(scope.variable)
        ? accumulate.add(state as State, operand === null ? true : operand(scope))
        : state,
    read: (state) => accumulate.result(state as State),
    same: (a, b) => a === b || accumulate.key(a as State) === accumulate.key(b as State),
  };
}

/** FIRST(x, n): the values up to the n-th, then fixed. The state is the list of what was taken, n + 1 at most. */
function firstRegister(
  logical: number,
  takes: (variable: number) => boolean,
  value: Evaluator<CandidateScope>,
): Register {
  return {
    initial: EMPTY,
    update(state, scope) {
      const taken = state as readonly Value[];
      if (taken.length > logical || !takes(scope.variable)) return taken;
      // Only the n-th is ever read: those before it are counted.
      return [...taken, taken.length === logical ? value(scope) : null];
    },
    read: (state) => (state as readonly Value[])[logical] ?? null,
    same: sameValues,
  };
}

/** LAST(x, n): the last n + 1 values, newest first. */
function lastRegister(
  logical: number,
  takes: (variable: number) => boolean,
  value: Evaluator<CandidateScope>,
): Register {
  return {
    initial: EMPTY,
    update(state, scope) {
      const taken = state as readonly Value[];
      return takes(scope.variable) ? [value(scope), ...taken.slice(0, logical)] : taken;
    },
    read: (state) => (state as readonly Value[])[logical] ?? null,
    same: sameValues,
  };
}

/** A row ahead of one that was labelled, by its place, with what the operand gives there as far as it is labelled. */
type Ahead = readonly [position: number, value: Value];

/** NEXT(FIRST(x, n)) and NEXT(LAST(x, n)) where x reads a label: the row pointed to may get its label later. */
function aheadRegister(
  node: NavigationNode,
  takes: (variable: number) => boolean,
  operand: Evaluator<CandidateScope>,
): Register {
  const { from, logical, physical } = node;
  const value = navigateFrom(node, operand);
  return {
    initial: EMPTY,
    update(state, scope) {
      const { position } = scope;
      const taken = (state as readonly Ahead[]).map(
        (each): Ahead => (each[0] === position ? [position, operand(scope)] : each),
      );
      if (!takes(scope.variable) || (from === 'first' && taken.length > logical)) return taken;
      const next: Ahead = [position + physical, value(scope)];
      return from === 'first' ? [...taken, next] : [next, ...taken.slice(0, logical)];
    },
    read: (state) => (state as readonly Ahead[])[logical]?.[1] ?? null,
    same(a, b) {
      const left = a as readonly Ahead[];
      const right = b as readonly Ahead[];
      return (
        left.length === right.length &&
        left.every(([position, each], i) => position === right[i]![0] && sameValue(each, right[i]![1]))
      );
    },
  };
}

const EMPTY: readonly Value[] = [];

function sameValues(a: RegisterState, b: RegisterState): boolean {
  if (a === b) return true;
  const left = a as readonly Value[];
  const right = b as readonly Value[];
  return left.length === right.length && left.every((value, i) => sameValue(value, right[i]!));
}

/** Equality for merging: what might differ counts as different. */
function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return Number.isNaN(a) && Number.isNaN(b);
  return (
    String(a) !== '[object Object]' &&
    !Array.isArray(a) &&
    a.constructor === b.constructor &&
    String(a) === String(b)
  );
}
