import type { Automaton, State } from './automaton.js';
import { moveOf } from './move.js';

/** Pairs that are looked through for one answer, variables of which every combination is, answers that are kept. */
const MOST_PAIRS = 200;
const MOST_VARIABLES = 6;
const MOST_ANSWERS = 5_000;

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
  #answers = new Map<string, boolean>();

  constructor(
    private readonly automaton: Automaton,
    /** EMIT EARLIEST: a gap completes nothing. */
    private readonly isEarliest: boolean,
  ) {}

  /** Whether a thread at `state` is of no use beside more preferred ones. False where that takes too long to find out. */
  covers(preferred: readonly State[], state: State): boolean {
    const key = `${state.id}|${preferred.map(({ id }) => id).join(' ')}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      if (this.#answers.size >= MOST_ANSWERS) this.#answers = new Map();
      answer = this.#explore(preferred, state);
      this.#answers.set(key, answer);
    }
    return answer;
  }

  #explore(preferred: readonly State[], state: State): boolean {
    const first = { state, others: new Set(preferred) };
    const pairs = new Map([[idOf(first.state, first.others), first]]);
    for (const { state: own, others } of pairs.values()) {
      if (pairs.size > MOST_PAIRS) return false;
      // When the deadline comes what waits for absence is complete.
      if (own.kind === 'wait' && ![...others].some(({ kind }) => kind === 'wait')) return false;
      const variables = variablesOf([own, ...others]);
      if (variables.length > MOST_VARIABLES) return false;
      for (const holds of combinations(variables)) {
        const theirs = this.#step(others, holds);
        if (theirs.completes) continue;
        const mine = this.#step([own], holds);
        if (mine.completes || (mine.completesAtEnd && !theirs.completesAtEnd)) return false;
        for (const next of mine.next) {
          if (!theirs.next.has(next))
            pairs.set(idOf(next, theirs.next), { state: next, others: new Set(theirs.next) });
        }
      }
    }
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
