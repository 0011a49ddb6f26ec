import type { Automaton, State } from './automaton.js';
import { moveOf } from './move.js';

/** Pairs that are looked through for all answers of a rule, so that no pattern makes it long; past that nothing is covered. */
const MOST_PAIRS = 5_000;
/** Variables of which every combination is looked through. */
const MOST_VARIABLES = 4;
/** The more preferred threads that are asked: those just before it. To ask fewer finds less, and nothing wrong. */
const MOST_PREFERRED = 4;

/** What a row does to a set of states. */
interface Step {
  readonly next: ReadonlySet<State>;
  readonly completes: boolean;
  /** It completes the pattern provided that no row follows (`$`). */
  readonly completesAtEnd: boolean;
}

/**
 * Finds threads that can never win where conditions read the row alone: whatever rows come, when such a thread completes the
 * pattern a more preferred one has done so on that row or before it. After the first B of `A -> B -> C` a later B is such a
 * way. (Inclusion of languages by simulation against a set: De Wulf, Doyen, Henzinger, Raskin, CAV 2006.)
 */
export class Dominance {
  /** Pairs that are known to be covered, */
  readonly #covered = new Set<string>();
  /** and to be not. */
  readonly #others = new Set<string>();
  #looked = 0;

  constructor(
    private readonly automaton: Automaton,
    /** EMIT EARLIEST: a gap completes nothing. */
    private readonly isEarliest: boolean,
  ) {}

  /** Whether a thread at `state` is of no use beside more preferred ones. False where that takes too long to find out. */
  covers(preferred: readonly State[], state: State): boolean {
    const others = lastOf(preferred);
    const id = idOf(state, others);
    if (this.#covered.has(id)) return true;
    if (this.#others.has(id) || this.#looked > MOST_PAIRS) return false;
    const isCovered = this.#explore(state, others);
    if (!isCovered) this.#others.add(id);
    return isCovered;
  }

  #explore(first: State, preferred: ReadonlySet<State>): boolean {
    const pairs = new Map([[idOf(first, preferred), { state: first, others: preferred }]]);
    for (const { state, others } of pairs.values()) {
      // With nothing more preferred left it can win, as far as it can complete at all.
      if (++this.#looked > MOST_PAIRS || others.size === 0) return false;
      // When the deadline comes what waits for absence is complete.
      if (state.kind === 'wait' && ![...others].some(({ kind }) => kind === 'wait')) return false;
      const variables = variablesOf([state, ...others]);
      if (variables.length > MOST_VARIABLES) return false;
      for (const holds of combinations(variables)) {
        const theirs = this.#step(others, holds);
        if (theirs.completes) continue;
        const own = this.#step([state], holds);
        if (own.completes || (own.completesAtEnd && !theirs.completesAtEnd)) return false;
        const last = lastOf([...theirs.next]);
        for (const next of own.next) {
          const id = idOf(next, last);
          if (!theirs.next.has(next) && !this.#covered.has(id)) pairs.set(id, { state: next, others: last });
        }
      }
    }
    // Each pair leads to pairs that were looked at: all of them are covered.
    for (const id of pairs.keys()) this.#covered.add(id);
    return true;
  }

  #step(states: Iterable<State>, holds: number): Step {
    const next = new Set<State>();
    let [completes, completesAtEnd] = [false, false];
    for (const state of states) {
      if (moveOf(state, 0, holds) === null) continue;
      for (const follow of this.automaton.follow(state)) {
        if (follow.kind === 'match') completes ||= !this.isEarliest || state.kind === 'label';
        else if (follow.kind === 'match_at_end') completesAtEnd = true;
        else next.add(follow);
      }
    }
    return { next, completes, completesAtEnd };
  }
}

function lastOf(states: readonly State[]): ReadonlySet<State> {
  return new Set(states.slice(-MOST_PREFERRED));
}

function variablesOf(states: readonly State[]): readonly number[] {
  const variables = new Set<number>();
  for (const { instruction } of states) {
    if (instruction.op === 'label') variables.add(instruction.variable);
    if (instruction.op === 'gap' || instruction.op === 'wait')
      for (const variable of instruction.absent) variables.add(variable);
  }
  return [...variables];
}

/** Every set of variables that a row can satisfy, as bits. */
function combinations(variables: readonly number[]): readonly number[] {
  return variables.reduce((sets, variable) => sets.flatMap((set) => [set, set | (1 << variable)]), [0]);
}

function idOf({ id }: State, others: ReadonlySet<State>): string {
  return `${id}|${[...others]
    .map((other) => other.id)
    .sort((a, b) => a - b)
    .join(' ')}`;
}
