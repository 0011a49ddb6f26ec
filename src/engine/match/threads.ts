import type { State } from './automaton.js';
import type { Thread } from './thread.js';

/** So many are looked through one by one: a map costs more to empty on each row than it saves. */
const FEW = 12;

/** The threads collected for the row in hand, found by their state. */
export class Threads {
  #byState: Map<State, Thread[]> | null = null;

  clear(): void {
    this.#byState = null;
  }

  /** The list has one more at its end. */
  noteLast(list: readonly Thread[]): void {
    if (this.#byState !== null) this.#enter(this.#byState, list[list.length - 1]!);
    else if (list.length > FEW) {
      this.#byState = new Map();
      for (const thread of list) this.#enter(this.#byState, thread);
    }
  }

  /** Whether one of the list stands in the state and is as asked. */
  some(list: readonly Thread[], state: State, holds: (thread: Thread) => boolean): boolean {
    const among = this.#byState === null ? list : (this.#byState.get(state) ?? []);
    for (let i = 0; i < among.length; i++) {
      const thread = among[i]!;
      if (thread.state === state && holds(thread)) return true;
    }
    return false;
  }

  #enter(byState: Map<State, Thread[]>, thread: Thread): void {
    const same = byState.get(thread.state);
    if (same === undefined) byState.set(thread.state, [thread]);
    else same.push(thread);
  }
}
