import type { Automaton, State } from './automaton.js';
import { Dominance } from './dominance.js';
import { type Move, moveOf } from './move.js';

/** What a row does to an ordered list of states. */
export interface Transition {
  readonly next: Configuration;
  /** By thread of `next`. */
  readonly moves: readonly Move[];
  /** Where all threads of `next` come by moves that label the row alike: one of them. */
  readonly uniform: Move | null;
  /** The path that completes the pattern on the row, if one does: less preferred threads have ended. */
  readonly completed: Move | null;
}

/** The states of the threads of one start, in order of preferment. Interned, so that `===` is equality. */
export class Configuration {
  /** Variables that decide where a row leads, as bits. */
  readonly relevant: number;
  /** Whether a thread waits for absence to come true. */
  readonly waits: boolean;
  readonly transitions = new Map<number, Transition>();
  readonly lastTransitions = new Map<number, Transition>();

  constructor(readonly states: readonly State[]) {
    let relevant = 0;
    for (const { instruction } of states) {
      if (instruction.op === 'label') relevant |= 1 << instruction.variable;
      if (instruction.op === 'gap' || instruction.op === 'wait') {
        for (const variable of instruction.absent) relevant |= 1 << variable;
      }
    }
    this.relevant = relevant;
    this.waits = states.some(({ kind }) => kind === 'wait');
  }
}

/** The most variables that fit into the bits of a number. */
export const MOST_VARIABLES = 31;
/** Past this many configurations the automaton forgets them all and begins anew: memory stays bounded (RE2's lazy DFA). */
const MOST_CONFIGURATIONS = 5_000;

/**
 * The automaton made deterministic, lazily, for rules whose conditions read the row alone: then the states of a start's threads
 * and the conditions that hold decide what becomes of them (R. Cox, RE2's DFA; V. Laurikari's tagged automata for the paths).
 */
export class Determinised {
  #configurations = new Map<string, Configuration>();
  readonly #automaton: Automaton;
  readonly #isEarliest: boolean;
  readonly #dominance: Dominance | null;

  /**
   * `isEarliest`: EMIT EARLIEST, a gap completes nothing, and the first path completed on a row counts. `keepsAll`: threads stay
   * that can never win, because they are told of when time is out.
   */
  constructor(automaton: Automaton, isEarliest: boolean, keepsAll: boolean) {
    this.#automaton = automaton;
    this.#isEarliest = isEarliest;
    this.#dominance = keepsAll ? null : new Dominance(automaton, isEarliest);
  }

  configuration(states: readonly State[]): Configuration {
    const key = states.map(({ id }) => id).join(' ');
    let configuration = this.#configurations.get(key);
    if (configuration === undefined) {
      if (this.#configurations.size >= MOST_CONFIGURATIONS) this.#configurations = new Map();
      configuration = new Configuration(states);
      this.#configurations.set(key, configuration);
    }
    return configuration;
  }

  /** `holds`: the relevant variables whose conditions are true for the row, as bits. `isLast`: no row follows. */
  transition(configuration: Configuration, holds: number, isLast: boolean): Transition {
    const known = isLast ? configuration.lastTransitions : configuration.transitions;
    let transition = known.get(holds);
    if (transition === undefined) {
      transition = this.#compute(configuration, holds, isLast);
      known.set(holds, transition);
    }
    return transition;
  }

  #compute({ states }: Configuration, holds: number, isLast: boolean): Transition {
    const next: State[] = [];
    const taken = new Set<State>();
    const moves: Move[] = [];
    for (const [from, state] of states.entries()) {
      const move = moveOf(state, from, holds);
      if (move === null) continue;
      for (const follow of this.#automaton.follow(state)) {
        if (follow.kind === 'match' || follow.kind === 'match_at_end') {
          if (follow.kind === 'match_at_end' && !isLast) continue;
          // What a gap completes was complete before it, unless the end had to come.
          if (this.#isEarliest && state.kind !== 'label' && follow.kind === 'match') continue;
          return this.#transition(next, moves, move);
        }
        if (taken.has(follow)) continue;
        taken.add(follow);
        next.push(follow);
        moves.push(move);
      }
    }
    return this.#transition(next, moves, null);
  }

  #transition(found: readonly State[], ways: readonly Move[], completed: Move | null): Transition {
    const states: State[] = [];
    const moves: Move[] = [];
    for (const [i, state] of found.entries()) {
      if (states.length > 0 && this.#dominance?.covers(states, state)) continue;
      states.push(state);
      moves.push(ways[i]!);
    }
    const [first] = moves;
    const isUniform = moves.every(
      ({ variable, excluded }) => variable === first?.variable && excluded === first.excluded,
    );
    return {
      ...{ next: this.configuration(states), moves, completed },
      uniform: isUniform ? (first ?? null) : null,
    };
  }
}
