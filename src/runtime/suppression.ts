import type { Match } from '../engine/emission.js';
import { parseDuration } from '../event/duration.js';
import type { Suppress } from './change.js';

/** Which matches of one rule are held back, by event time: after an alert, equal ones are silent for a while. */
export class Suppression {
  /** Keys that a rule holds at most; the oldest goes first. */
  static readonly limit = 100_000;
  readonly #by: readonly string[];
  readonly #for: number;
  /** The event time of the last alert by the columns' values, oldest alert first. */
  readonly #last: Map<string, number>;
  held: number;

  constructor({ by, for: duration }: Suppress, state?: SuppressionState) {
    this.#by = by;
    this.#for = parseDuration(duration) ?? 0;
    this.#last = new Map(state?.last);
    this.held = state?.held ?? 0;
  }

  /** Whether the match is held back; else it is remembered. */
  holds({ output, window }: Match): boolean {
    const row = output[0] ?? {};
    const key = JSON.stringify(this.#by.map((name) => (Object.hasOwn(row, name) ? row[name] : null)));
    const last = this.#last.get(key);
    if (last !== undefined && window.end < last + this.#for) {
      this.held++;
      return true;
    }
    this.#last.delete(key);
    this.#last.set(key, window.end);
    if (this.#last.size > Suppression.limit) {
      const [oldest] = this.#last.keys();
      if (oldest !== undefined) this.#last.delete(oldest);
    }
    return false;
  }

  state(): SuppressionState {
    return { last: [...this.#last], held: this.held };
  }
}

export interface SuppressionState {
  readonly last: readonly (readonly [string, number])[];
  readonly held: number;
}
