import { setTimeout as wait } from 'node:timers/promises';
import type { JsonValue } from '../../src/event/json.js';
import type { Incoming } from '../../src/runtime/intake.js';
import { Tocsin, type TocsinOptions } from '../../src/runtime/server.js';
import type { Store } from '../../src/store/store.js';
import { ManualClock } from './manual_clock.js';

export const NOON = Date.parse('2026-11-24T12:00:00Z');

/** `12:00:00` plus so many seconds, as ISO text. */
export const at = (seconds: number): string => new Date(NOON + seconds * 1_000).toISOString();

export const PAYMENTS = `CREATE STREAM payments (
  card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP NOT NULL, id VARCHAR,
  WATERMARK FOR at AS at
) WITH (key = 'card', id = 'id')`;

/** A payment below 2, later one above 500. */
export const TESTING = `SELECT cashout.card, cashout.amount
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe -> cashout) WITHIN INTERVAL '10' MINUTE
  DEFINE probe AS amount < 2, cashout AS amount > 500
)`;

/** A probe, and nothing large in the minute after it. */
export const QUIET = `SELECT probe.card
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe -> NOT cashout) WITHIN INTERVAL '1' MINUTE
  DEFINE probe AS amount < 2, cashout AS amount > 500
)`;

export interface Data {
  readonly id: string;
  readonly rule: string;
  readonly rule_version: number;
  readonly severity: string;
  readonly key: Record<string, JsonValue>;
  readonly row: Record<string, JsonValue>;
  readonly rows?: Record<string, JsonValue>[];
  readonly window: { readonly start: string; readonly end: string };
  readonly events: {
    readonly variable: string;
    readonly offset: number;
    readonly data: Record<string, JsonValue>;
  }[];
}

/** A server on a store, with a clock that the test moves. */
export class Scene {
  private constructor(
    readonly tocsin: Tocsin,
    readonly clock: ManualClock,
  ) {}

  static async open(
    store: Store,
    options: Partial<TocsinOptions> & { readonly clock?: ManualClock } = {},
  ): Promise<Scene> {
    const { clock = new ManualClock(NOON) } = options;
    const tocsin = await Tocsin.open({ ...options, store, clock });
    const scene = new Scene(tocsin, clock);
    await scene.until(async () => (await tocsin.status()).ready);
    return scene;
  }

  /** Real time passes until it is so; 10 seconds at most. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 2_000; tries++) {
      if (await isSo()) return;
      await wait(5);
    }
    throw new Error('it did not come to pass');
  }

  /** Everything in the log has been matched. */
  async settled(): Promise<void> {
    await this.until(async () => {
      const { partitions } = await this.tocsin.status();
      return partitions.every(({ state, lag }) => state === 'running' && lag === 0);
    });
  }

  async post(...events: JsonValue[]) {
    return this.tocsin.ingest.post(
      'payments',
      events.map((json): Incoming => ({ json })),
    );
  }

  /** The alerts so far, once everything is matched. */
  async alerts(rule?: string): Promise<Data[]> {
    await this.settled();
    const views = await this.tocsin.reader.alerts(0, 1_000, rule === undefined ? {} : { rule });
    return views.map(({ body }) => (body as unknown as { data: Data }).data);
  }

  /** Moves the clock in steps of a quarter of a second, and lets the ticks be written and read. */
  async pass(seconds: number): Promise<void> {
    for (let quarter = 0; quarter < seconds * 4; quarter++) {
      this.clock.advance(250);
      await wait(1);
      await this.settled();
    }
  }
}

export const probe = (card: string, seconds: number, more: Record<string, JsonValue> = {}) => ({
  ...{ card, amount: 1, at: at(seconds) },
  ...more,
});

export const cashout = (card: string, seconds: number, more: Record<string, JsonValue> = {}) => ({
  ...{ card, amount: 900, at: at(seconds) },
  ...more,
});
