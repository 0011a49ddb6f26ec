import type { Row } from '../src/event/row.js';
import { Draws } from './draws.js';

/** The stream of the rows that measure the engine alone. */
export const TICKS = `CREATE STREAM ticks (
  key VARCHAR NOT NULL, kind VARCHAR NOT NULL, code BIGINT, level DOUBLE, value DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at
) WITH (key = 'key')`;

/** 2026-01-01T00:00:00Z in milliseconds. */
const START = 1_767_225_600_000;

export interface TickOptions {
  readonly seed: number;
  readonly keys: number;
  /** A letter a kind; one that stands twice is twice as frequent. */
  readonly kinds: string;
  /** Milliseconds of event time between two events. */
  readonly step: number;
}

/** Ready-made events, in order, as many as are asked for: the same in `peers/esper/.../Ticks.java`. */
export class Ticks {
  readonly #options: TickOptions;
  readonly #draws: Draws;
  readonly #keys: readonly string[];
  #count = 0;

  constructor(options: TickOptions) {
    this.#options = options;
    this.#draws = new Draws(options.seed);
    this.#keys = Array.from({ length: options.keys }, (_, number) => `key-${number}`);
  }

  take(count: number): Row[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): Row {
    const { keys, kinds, step } = this.#options;
    const offset = this.#count++;
    const key = this.#keys[this.#draws.skewed(keys)]!;
    const kind = kinds[this.#draws.below(kinds.length)]!;
    const value = this.#draws.below(10_000) / 100;
    const at = START + offset * step;
    return { stream: 'ticks', offset, time: at, arrival: at, values: { key, kind, value, at } };
  }
}
