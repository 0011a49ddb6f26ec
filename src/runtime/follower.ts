import { type Commit, type LogRecord, type Store, StoreError } from '../store/store.js';
import type { Clock } from './clock.js';
import type { Log } from './log.js';
import { Partition } from './partition.js';
import type { Settings } from './settings.js';

/** What follows a partition's log. */
export interface FollowerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
}

/** Milliseconds until a commit that found no room, or no store, is tried again. */
const COMMIT_RETRY = 500;
/** The part of the time that snapshots may take, as its inverse. */
const SNAPSHOT_SHARE = 20;

/** Follows a partition's log under one lease: reads, applies, commits. Recovery is the same from an earlier place. */
export class Follower {
  readonly partition: Partition;
  /** Offset behind the last record that was applied and, where it gave anything, committed. */
  position: number;
  readonly #number: number;
  readonly #epoch: number;
  readonly #parts: FollowerParts;
  /** What became final before this offset was committed before. */
  readonly #committed: number;
  /** Offsets since the last snapshot. */
  #unsaved = 0;
  #saved: number;
  #pause: number;

  private constructor(
    number: number,
    epoch: number,
    parts: FollowerParts,
    start: { readonly partition: Partition; readonly position: number; readonly committed: number },
  ) {
    this.#number = number;
    this.#epoch = epoch;
    this.#parts = parts;
    this.partition = start.partition;
    this.position = start.position;
    this.#committed = start.committed;
    this.#saved = parts.clock.now();
    this.#pause = parts.settings.snapshotInterval;
  }

  /**
   * Takes up the state that the last commit left. `traps`: offsets at which the engine is known to fail.
   * Throws Error when there is no state and the log's beginning is gone.
   */
  static async open(
    number: number,
    epoch: number,
    parts: FollowerParts,
    traps: ReadonlySet<number>,
  ): Promise<Follower> {
    const { store, log } = parts;
    const { position: committed, snapshot } = await store.checkpoint(number);
    const { first } = await store.bounds(number);
    if (snapshot !== null) {
      try {
        const partition = new Partition(number, snapshot.bytes, traps);
        return new Follower(number, epoch, parts, { partition, position: snapshot.position, committed });
      } catch (error) {
        if (first > 0) throw error;
        log.error({ partition: number, err: error }, 'the snapshot does not fit: the whole log is replayed');
      }
    }
    if (first > 0) {
      throw new Error(
        `the log begins at offset ${first} and there is no state of what came before: restore the store from a backup`,
      );
    }
    const partition = new Partition(number, null, traps);
    return new Follower(number, epoch, parts, { partition, position: 0, committed });
  }

  /**
   * Applies what comes next in the log, waiting up to `wait` milliseconds for it, and commits what that gave. Says whether
   * alerts came. Throws PoisonError, after which this follower is of no use; StoreError `fenced`.
   */
  async step(wait: number, signal: AbortSignal): Promise<boolean> {
    const { store, clock, settings } = this.#parts;
    const records = await store.read(this.#number, this.position, { bytes: settings.readBytes, wait });
    const { position, alerts, documents } = this.#apply(records);
    const isDue = this.#unsaved >= settings.snapshotEvents || clock.now() - this.#saved >= this.#pause;
    const snapshot = isDue && position >= this.#committed ? this.#snapshot() : null;
    if (alerts.length > 0 || documents.length > 0 || snapshot !== null) {
      await this.#commit({ position, snapshot, alerts, documents }, signal);
    }
    this.position = position;
    return alerts.length > 0;
  }

  /** Commits the state as it is, so that the next start has nothing to replay. */
  async checkpoint(): Promise<void> {
    if (this.position < this.#committed) return;
    const snapshot = this.#snapshot();
    if (snapshot === null) return;
    await this.#parts.store.commit(this.#number, this.#epoch, {
      ...{ position: this.position, snapshot, alerts: [], documents: [] },
    });
  }

  #apply(records: readonly LogRecord[]): Omit<Commit, 'snapshot'> {
    let { position } = this;
    const alerts = [];
    const documents = [];
    for (const record of records) {
      this.partition.apply(record);
      position = record.first + record.count;
      this.#unsaved += record.count;
      const applied = this.partition.take();
      if (position <= this.#committed) continue;
      alerts.push(...applied.alerts);
      documents.push(...applied.documents);
    }
    return { position, alerts, documents };
  }

  /** Null when nothing came since the last one. */
  #snapshot(): Uint8Array | null {
    if (this.#unsaved === 0) return null;
    const began = this.#parts.clock.now();
    const bytes = this.partition.snapshot();
    this.#saved = this.#parts.clock.now();
    this.#pause = Math.max(this.#parts.settings.snapshotInterval, (this.#saved - began) * SNAPSHOT_SHARE);
    this.#unsaved = 0;
    return bytes;
  }

  /** A store without room or out of reach is waited for: what was applied must not be lost. */
  async #commit(commit: Commit, signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#parts;
    for (;;) {
      try {
        await store.commit(this.#number, this.#epoch, commit);
        return;
      } catch (error) {
        const canWait =
          error instanceof StoreError && (error.code === 'full' || error.code === 'unavailable');
        if (!canWait || signal.aborted) throw error;
        log.warn({ partition: this.#number, err: error }, 'the commit is tried again');
        await clock.sleep(COMMIT_RETRY, signal);
      }
    }
  }
}
