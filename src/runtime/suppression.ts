import type { Match } from '../engine/emission.js';
import { parseDuration } from '../event/duration.js';
import type { JsonValue } from '../event/json.js';
import type { Suppress } from './change.js';

/** What is remembered of matches that are alike. */
interface Alike {
  /** The event time of the last one that was an alert. */
  last: number;
  /** How many were held back since. */
  held: number;
}

/** Which matches of one rule are held back, by event time: after an alert, equal ones are silent for a while. */
export class Suppression {
  /** Keys that a rule holds at most; the one whose alert is oldest goes first. */
  static readonly limit = 100_000;
  readonly #by: readonly string[];
  readonly #for: number;
  /** By the columns' values, oldest alert first. */
  readonly #alike: Map<string, Alike>;
  /** How many were held back in all, */
  held: number;
  /** and how many, alike and in a row, before the match that was let through last. */
  heldBefore = 0;

  constructor({ by, for: duration }: Suppress, state?: SuppressionState) {
    this.#by = by;
    this.#for = parseDuration(duration) ?? 0;
    this.#alike = new Map(state?.last.map(([key, last, held = 0]) => [key, { last, held }]));
    this.held = state?.held ?? 0;
  }

  /** Whether the match is held back; else it is remembered. */
  holds({ output, window }: Match): boolean {
    const row = output[0] ?? {};
    const key = JSON.stringify(this.#by.map((name) => (Object.hasOwn(row, name) ? row[name] : null)));
    const alike = this.#alike.get(key);
    if (alike !== undefined && window.end < alike.last + this.#for) {
      this.held++;
      alike.held++;
      return true;
    }
    this.heldBefore = alike?.held ?? 0;
    this.#alike.delete(key);
    this.#alike.set(key, { last: window.end, held: 0 });
    if (this.#alike.size > Suppression.limit) {
      const [oldest] = this.#alike.keys();
      if (oldest !== undefined) this.#alike.delete(oldest);
    }
    return false;
  }

  /** Forgets the alerts whose columns have all of these values, or no others. */
  erase(values: readonly JsonValue[]): void {
    const wanted = new Set(values.map((value) => JSON.stringify(value)));
    for (const key of this.#alike.keys()) {
      const own = (JSON.parse(key) as JsonValue[]).map((value) => JSON.stringify(value));
      const hasAll = [...wanted].every((value) => own.includes(value));
      if (hasAll || own.every((value) => wanted.has(value))) this.#alike.delete(key);
    }
  }

  state(): SuppressionState {
    return { last: [...this.#alike].map(([key, { last, held }]) => [key, last, held]), held: this.held };
  }
}

export interface SuppressionState {
  /** Columns' values, event time of the last alert, how many were held back since (left out by an earlier version). */
  readonly last: readonly (readonly [string, number, number?])[];
  readonly held: number;
}
