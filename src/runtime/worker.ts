import { setImmediate as breathe } from 'node:timers/promises';
import { StoreError } from '../store/store.js';
import { carryOut, type Erasure, erasureKey, erasures } from './erasure.js';
import { RuntimeError } from './error.js';
import { Follower, type FollowerParts } from './follower.js';
import { type Partition, PoisonError } from './partition.js';
import { watermarkEntry } from './record.js';
import { trimLog } from './retention.js';
import { Tail } from './tail.js';

/** What a worker is made of. */
export interface WorkerParts extends FollowerParts {
  /** Called after each commit that brought alerts. */
  readonly onAlerts: () => void;
  /** Called when an erasure is carried out. */
  readonly onErased: (erasure: Erasure) => void;
}

/** `standby`: another server owns the partition. `failed`: it cannot go on, `message` says why; it is tried again. */
export type WorkerState = 'starting' | 'standby' | 'catching_up' | 'running' | 'failed' | 'stopped';

// Milliseconds.
const READ_WAIT = 500;
const TICK_CHECK = 250;
const TICK_PATIENCE = 30_000;
const STANDBY_CHECK = 1_000;
const FAILURE_RETRY = 5_000;
const ERASURE_RETRY = 5_000;
const ERASURES_PAGE = 100;

const REASONS: Readonly<Record<WorkerState, string>> = {
  starting: 'the server is starting',
  catching_up: 'the server is reading its log after a start',
  standby: 'another server owns the log',
  failed: 'the server cannot work on its log',
  running: 'the server is starting',
  stopped: 'the server is stopping',
};

/**
 * The one reader of a partition's log: leases it, restores the last state, then follows the log; beside that it renews the
 * lease and appends ticks. When its lease has gone to another it stops at once and waits for its turn.
 */
export class Worker {
  state: WorkerState = 'starting';
  /** Why it failed, or null. */
  message: string | null = null;
  epoch: number | null = null;
  /** What this server wrote to the log a moment ago. */
  readonly tail = new Tail();
  readonly #number: number;
  readonly #parts: WorkerParts;
  readonly #stop = new AbortController();
  /** Offsets at which the engine failed: found again on each replay. */
  readonly #traps = new Set<number>();
  #follower: Follower | null = null;
  #end = 0;
  /** Ends the housekeeper's nap. */
  #nap = new AbortController();
  #waiting: { readonly offset: number; readonly resolve: () => void }[] = [];
  #done: Promise<void> = Promise.resolve();

  constructor(number: number, parts: WorkerParts) {
    this.#number = number;
    this.#parts = parts;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Offset behind the last record that was applied. */
  get position(): number {
    return this.#follower?.position ?? 0;
  }

  /** Events between the end of the log, as far as this server knows it, and what was applied. */
  get lag(): number {
    return Math.max(0, this.#end - this.position);
  }

  /** How long ago what was applied last had come into the log, in milliseconds: with a lag, what follows waits about as long. */
  delay(now: number): number {
    return Math.max(0, now - (this.#follower?.partition.stamp ?? now));
  }

  /** The log goes on to `end`, the offset that the next event will get. */
  noteEnd(end: number): void {
    this.#end = Math.max(this.#end, end);
  }

  /** The state of the partition, for reads and for checking requests. Throws RuntimeError `not_ready`. */
  get partition(): Partition {
    if (this.state === 'running' && this.#follower !== null) return this.#follower.partition;
    throw new RuntimeError('not_ready', `${REASONS[this.state]}; try again`, { retryAfter: 1_000 });
  }

  /** Resolves when the record at `offset` was applied and committed. Throws RuntimeError `not_ready` when that takes too long. */
  async applied(offset: number): Promise<void> {
    if (await this.#reach(offset, this.#parts.settings.changeTimeout)) return;
    const message =
      'the change is in the log and will be applied, but not in time for this answer; ask again';
    throw new RuntimeError('not_ready', message, { retryAfter: 1_000 });
  }

  /** Goes on to the end of the log within `patience` milliseconds, writes a checkpoint, gives the lease back. */
  async close(patience: number): Promise<void> {
    if (this.state === 'running') {
      const end = await this.#parts.store.bounds(this.#number).catch(() => null);
      if (end !== null) await this.#reach(end.next - 1, patience);
    }
    this.#stop.abort();
    await this.#done;
    this.state = 'stopped';
  }

  /** Whether the record at `offset` was applied within `patience` milliseconds. */
  async #reach(offset: number, patience: number, signal = this.#stop.signal): Promise<boolean> {
    if (this.position > offset) return true;
    const over = new AbortController();
    const applied = new Promise<void>((resolve) => {
      this.#waiting.push({ offset, resolve });
    });
    const late = this.#parts.clock.sleep(patience, AbortSignal.any([over.signal, signal]));
    await Promise.race([applied, late]);
    over.abort();
    return this.position > offset;
  }

  async #run(): Promise<void> {
    const { store, clock, settings } = this.#parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const lease = await store.lease(this.#number, settings.owner, settings.leaseTtl);
        if (lease !== null) {
          this.epoch = lease.epoch;
          await this.#own(lease.epoch);
          continue;
        }
        this.state = 'standby';
        await clock.sleep(STANDBY_CHECK, signal);
      } catch (error) {
        await clock.sleep(this.#fall(error), signal);
      }
    }
  }

  /** Lets the partition go after an error; says how long to wait before it is tried again. */
  #fall(error: unknown): number {
    const { log } = this.#parts;
    const code = error instanceof StoreError ? error.code : null;
    this.#follower = null;
    if (code === 'fenced') {
      this.state = 'standby';
      this.message = null;
      log.warn({ partition: this.#number, epoch: this.epoch }, 'another server owns the partition now');
      return STANDBY_CHECK;
    }
    this.state = 'failed';
    this.message = (error as Error).message;
    log.error({ partition: this.#number, err: error }, 'the partition cannot be worked on');
    return code === 'unavailable' ? STANDBY_CHECK : FAILURE_RETRY;
  }

  /** Works on the partition until it is stopped. Throws StoreError `fenced` when the lease is lost. */
  async #own(epoch: number): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#stop.signal]);
    let isFenced = false;
    const beside = [
      this.#renew(epoch, signal, () => {
        isFenced = true;
        over.abort();
      }),
      this.#tick(signal),
      this.#keepHouse(epoch, signal),
    ];
    try {
      while (!signal.aborted) await this.#follow(epoch, signal);
      if (isFenced) throw new StoreError('fenced', 'the lease went to another server');
      await this.#follower?.checkpoint();
    } finally {
      over.abort();
      await Promise.all(beside);
    }
    await this.#parts.store.release(this.#number, epoch);
  }

  /** Restores and follows the log until the signal; returns early where a record made the engine fail, to begin anew. */
  async #follow(epoch: number, signal: AbortSignal): Promise<void> {
    const { store, log } = this.#parts;
    this.state = 'catching_up';
    this.tail.clear();
    const follower = await Follower.open(
      this.#number,
      epoch,
      { ...this.#parts, tail: this.tail },
      this.#traps,
    );
    this.#follower = follower;
    const { next: end } = await store.bounds(this.#number);
    this.noteEnd(end);
    while (!signal.aborted) {
      if (this.state === 'catching_up' && follower.position >= end) {
        this.state = 'running';
        this.message = null;
        log.info(
          { partition: this.#number, epoch, position: follower.position },
          'the partition is caught up',
        );
      }
      try {
        const before = follower.position;
        const hasAlerts = await follower.step(this.state === 'running' ? READ_WAIT : 0, signal);
        this.#settle(follower.position);
        if (hasAlerts) this.#parts.onAlerts();
        if (follower.partition.takeErased()) this.#nap.abort();
        // Requests get their turn between two steps.
        if (follower.position > before) await breathe();
      } catch (error) {
        if (!(error instanceof PoisonError) || this.#traps.has(error.offset)) throw error;
        log.error(
          { partition: this.#number, offset: error.offset, err: error.cause },
          'a rule failed: it is looked for',
        );
        this.#traps.add(error.offset);
        return;
      }
    }
  }

  #settle(position: number): void {
    const reached = this.#waiting.filter(({ offset }) => offset < position);
    if (reached.length === 0) return;
    this.#waiting = this.#waiting.filter(({ offset }) => offset >= position);
    for (const { resolve } of reached) resolve();
  }

  async #renew(epoch: number, signal: AbortSignal, lost: () => void): Promise<void> {
    const { store, clock, log, settings } = this.#parts;
    for (;;) {
      await clock.sleep(settings.leaseTtl / 3, signal);
      if (signal.aborted) return;
      try {
        const lease = await store.lease(this.#number, settings.owner, settings.leaseTtl);
        if (lease?.epoch !== epoch) return lost();
      } catch (error) {
        // The store is out of reach: the commit's fence decides what is still valid.
        log.warn({ partition: this.#number, err: error }, 'the lease could not be renewed');
      }
    }
  }

  /** Appends the ticks that are due: only the log tells the engine that time has passed. */
  async #tick(signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#parts;
    for (;;) {
      await clock.sleep(TICK_CHECK, signal);
      if (signal.aborted) return;
      if (this.state !== 'running' || this.#follower === null) continue;
      const { partition } = this.#follower;
      const ticks = partition.dueTicks(Math.max(clock.now(), partition.stamp));
      if (ticks.length === 0) continue;
      try {
        const { next } = await store.bounds(this.#number);
        // What is not read yet may be the events that the tick would miss.
        if (this.position < next) continue;
        const appended = await store.append(this.#number, ticks.map(watermarkEntry), clock.now());
        const last = appended.at(-1);
        if (last !== undefined) await this.#reach(last.last, TICK_PATIENCE, signal);
      } catch (error) {
        log.warn({ partition: this.#number, err: error }, 'a tick could not be written');
      }
    }
  }

  /** Carries out erasures and trims the log, one after the other: both change what was written. */
  async #keepHouse(epoch: number, signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.#parts;
    let nextTrim = clock.now() + settings.trimInterval;
    while (!signal.aborted) {
      // Before the look: an erasure that comes meanwhile shortens the nap after it.
      this.#nap = new AbortController();
      const isDone = this.state === 'running' && (await this.#eraseAll(epoch, signal));
      if (signal.aborted) return;
      const now = clock.now();
      if (now >= nextTrim && this.state === 'running') {
        await this.#trim(now);
        nextTrim = now + settings.trimInterval;
      }
      const pause = isDone ? Math.max(0, nextTrim - clock.now()) : STANDBY_CHECK;
      await clock.sleep(pause, AbortSignal.any([signal, this.#nap.signal]));
    }
  }

  /** False: it is to be tried again. */
  async #eraseAll(epoch: number, signal: AbortSignal): Promise<boolean> {
    const { store, clock, log, onErased } = this.#parts;
    try {
      for (let after = ''; ; ) {
        const page = await erasures(store, after, ERASURES_PAGE);
        for (const erasure of page) {
          if (erasure.partition !== this.#number || erasure.finishedAt !== null) continue;
          const { state } = await store.checkpoint(this.#number);
          // The state is saved in the step that brought the document; what is older must not be restored any more.
          if (state === null || state <= erasure.offset) return false;
          const done = await carryOut(store, epoch, erasure, () => clock.now());
          const { stream, offset, events, alerts } = done;
          log.info({ partition: this.#number, stream, offset, events, alerts }, 'events were erased');
          onErased(done);
        }
        const last = page.at(-1);
        if (last === undefined) return true;
        after = erasureKey(last);
      }
    } catch (error) {
      if (!signal.aborted) {
        log.warn(
          { partition: this.#number, err: error },
          'an erasure could not be carried out: it is tried again',
        );
        await clock.sleep(ERASURE_RETRY, signal);
      }
      return false;
    }
  }

  async #trim(now: number): Promise<void> {
    const { store, log, settings } = this.#parts;
    if (this.#follower === null) return;
    try {
      const { partition } = this.#follower;
      const { before, after } = await trimLog(store, this.#number, partition, now, settings);
      if (after > before)
        log.info({ partition: this.#number, before, after }, 'the oldest part of the log was dropped');
    } catch (error) {
      log.warn({ partition: this.#number, err: error }, 'the log could not be trimmed');
    }
  }
}
