import { setImmediate as breathe } from 'node:timers/promises';
import type { Match, OpenMatch } from '../engine/emission.js';
import type { RuleCounts } from '../engine/rule.js';
import type { AlertRecord, LogRecord, Store } from '../store/store.js';
import { alertOf } from './alert.js';
import type { Catalog, Trial, ValidationRequest } from './catalog.js';
import type { Warning } from './change.js';
import { RuntimeError } from './error.js';
import type { Gate } from './gate.js';
import { Replay } from './replay.js';
import type { Settings } from './settings.js';
import { Suppression } from './suppression.js';
import { asked } from './trouble.js';

export interface BacktestRequest extends ValidationRequest {
  /** Event times in milliseconds, both inclusive; null: the whole log. */
  readonly from: number | null;
  readonly to: number | null;
  /** How many matches, and how many open ones, are listed at most. All are counted. */
  readonly limit: number;
}

/** A match as its alert would be. */
export interface FoundMatch {
  readonly kind: Match['kind'];
  /** Whether it would make an alert: an empty match does only where the text asks for it. */
  readonly fires: boolean;
  readonly alert: AlertRecord;
}

/** How far a backtest is. Offsets of the log. */
export interface BacktestProgress {
  readonly first: number;
  readonly next: number;
  readonly position: number;
  readonly events: number;
  readonly matches: number;
}

export interface Backtest {
  readonly rule: string;
  /** Why it ended before the end was reached; null: it did not. */
  readonly cut: 'time' | null;
  readonly progress: BacktestProgress;
  /** How far event time came for the rule, in milliseconds; null: nothing is known. */
  readonly watermark: number | null;
  readonly late: number;
  readonly undecodable: number;
  /** Matches held back by `suppress`: counted, not listed. */
  readonly suppressed: number;
  /** Oldest first, as they became final. */
  readonly found: readonly FoundMatch[];
  readonly counts: RuleCounts;
  /** Events that wait for the watermark. */
  readonly waiting: number;
  /** What has begun and is not decided. */
  readonly open: { readonly count: number; readonly listed: readonly OpenMatch[] };
  readonly warnings: readonly Warning[];
}

export interface BacktestParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly gate: Gate;
  readonly catalog: Catalog;
}

/** Bytes of the log that are read in one go. */
const READ_BYTES = 256 * 1024;
/** Bytes of matches that are listed at most: beyond them they are counted only. */
const LISTED_BYTES = 16 * 1024 * 1024;
/** Milliseconds of work between two turns of the loop: requests and the worker wait no longer. */
const SLICE = 8;

/** Rules tried on what is in the log. Nothing is stored. */
export class Backtests {
  readonly #parts: BacktestParts;
  readonly #stop = new AbortController();
  #running = 0;

  constructor(parts: BacktestParts) {
    this.#parts = parts;
  }

  /** How many are under way. */
  get running(): number {
    return this.#running;
  }

  /**
   * Runs a rule over the log as it is now. `signal` ends it; `onProgress` is called about once for each read.
   * Throws RuntimeError `invalid_rule`, `bad_name`, `bad_option`, `name_mismatch`, `not_built`; `trimmed` when the log before
   * `from` is gone; `overloaded` when as many run as may; `not_ready` when it was ended.
   */
  run(
    request: BacktestRequest,
    signal: AbortSignal,
    onProgress: (progress: BacktestProgress) => Promise<void> | void = () => {},
  ): Promise<Backtest> {
    const { gate, catalog, settings } = this.#parts;
    return gate.pass(async () => {
      const { from, to } = request;
      if (from !== null && to !== null && from > to) {
        throw new RuntimeError('bad_option', 'from lies behind to', { field: 'from' });
      }
      const trial = catalog.trial(request);
      if (this.#running >= settings.backtests) {
        const message = `${this.#running} backtests are running, which is as many as this server does at a time: try again`;
        throw new RuntimeError('overloaded', message, { retryAfter: 2_000 });
      }
      this.#running++;
      try {
        const ended = AbortSignal.any([signal, this.#stop.signal]);
        return await this.#over(trial, request, ended, onProgress);
      } finally {
        this.#running--;
      }
    });
  }

  /** Ends those that run. */
  close(): void {
    this.#stop.abort();
  }

  async #over(
    trial: Trial,
    { from, to, limit }: BacktestRequest,
    signal: AbortSignal,
    onProgress: (progress: BacktestProgress) => Promise<void> | void,
  ): Promise<Backtest> {
    const { store, settings } = this.#parts;
    const partition = 0;
    const { first, next } = await asked(store.bounds(partition));
    const trimmedAt = first === 0 ? null : ((await this.#read(partition, first))[0]?.stamp ?? null);
    const findings = new Findings(trial, partition, limit);
    const replay = new Replay({
      ...{ plan: trial.plan, from, to, trimmedAt },
      onMatch: (match, stamp, isBefore) => findings.take(match, stamp, isBefore),
      onReset: () => findings.forget(),
    });
    const pace = new Pace(settings.backtestTimeout, signal);
    let position = first;
    const progress = (): BacktestProgress => ({
      ...{ first, next, position, events: replay.events, matches: findings.matches },
    });
    while (position < next && !replay.isOver && !pace.isOver) {
      for (const record of await this.#read(partition, position)) {
        if (record.first >= next || replay.isOver || pace.isOver) break;
        for (const _ of replay.apply(record)) {
          await pace.keep();
          if (pace.isOver) break;
        }
        await pace.keep();
        position = record.first + record.count;
      }
      await onProgress(progress());
    }
    const { counts, late, undecodable, events } = replay;
    return {
      ...{ rule: trial.rule.name, cut: pace.isOver ? 'time' : null, progress: progress() },
      ...{ watermark: replay.watermark, late, undecodable, counts },
      ...{ suppressed: findings.suppressed, found: findings.listed, warnings: trial.warnings },
      waiting: events - undecodable - late - counts.rows,
      open: await undecided(replay, limit, pace),
    };
  }

  #read(partition: number, from: number): Promise<readonly LogRecord[]> {
    return asked(this.#parts.store.read(partition, from, { bytes: READ_BYTES, wait: 0 }));
  }
}

/** What a backtest found, within its bounds. */
class Findings {
  matches = 0;
  suppressed = 0;
  listed: FoundMatch[] = [];
  #bytes = 0;
  #suppression: Suppression | null = null;

  constructor(
    private readonly trial: Trial,
    private readonly partition: number,
    private readonly limit: number,
  ) {
    this.forget();
  }

  forget(): void {
    const { suppress } = this.trial.rule;
    this.matches = 0;
    this.suppressed = 0;
    this.listed = [];
    this.#bytes = 0;
    this.#suppression = suppress === null ? null : new Suppression(suppress);
  }

  take(match: Match, stamp: number, isBefore: boolean): void {
    const { rule, plan, showsEmpty, schema } = this.trial;
    const fires = match.kind !== 'empty' || showsEmpty;
    // As live: what makes no alert suppresses none.
    const isHeld = fires && this.#suppression?.holds(match) === true;
    if (isBefore) return;
    if (isHeld) {
      this.suppressed++;
      return;
    }
    this.matches++;
    if (this.listed.length >= this.limit || this.#bytes > LISTED_BYTES) return;
    const suppressed = fires ? (this.#suppression?.heldBefore ?? null) : null;
    const alert = alertOf(match, { rule, plan, partition: this.partition, stamp, schema, suppressed });
    this.#bytes += alert.body.length;
    this.listed.push({ kind: match.kind, fires, alert });
  }
}

/** Gives others their turn, and ends what takes too long. */
class Pace {
  readonly #until: number;
  readonly #signal: AbortSignal;
  #sliceEnd = performance.now() + SLICE;

  /** `patience`: milliseconds. */
  constructor(patience: number, signal: AbortSignal) {
    this.#until = performance.now() + patience;
    this.#signal = signal;
  }

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  /** Throws RuntimeError `not_ready` when nobody wants it any more. */
  async keep(): Promise<void> {
    if (performance.now() < this.#sliceEnd) return;
    await breathe();
    this.#sliceEnd = performance.now() + SLICE;
    if (this.#signal.aborted) throw new RuntimeError('not_ready', 'the backtest was ended');
  }
}

async function undecided(replay: Replay, limit: number, pace: Pace): Promise<Backtest['open']> {
  const listed: OpenMatch[] = [];
  let count = 0;
  for (const each of replay.open()) {
    if (listed.length < limit) listed.push(each);
    if (++count % 1_000 === 0) await pace.keep();
  }
  return { count, listed };
}
