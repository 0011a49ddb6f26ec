import {
  type Commit,
  type LogRecord,
  type StateChange,
  type StatePiece,
  type Store,
  StoreError,
} from '../store/store.js';
import type { Clock } from './clock.js';
import type { Log } from './log.js';
import { Partition } from './partition.js';
import type { Settings } from './settings.js';
import { Slice } from './slice.js';
import { packChange } from './snapshot.js';
import type { Tail } from './tail.js';

/** What follows a partition's log. */
export interface FollowerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
  /** Left out: every event is decoded from the log. */
  readonly tail?: Tail;
}

/** Milliseconds until a commit that found no room, or no store, is tried again. */
const COMMIT_RETRY = 500;
/** After so many milliseconds of matching what it gave is committed: an alert does not wait for all that follows it. */
const STEP_TIME = 250;
/** The part of the time that snapshots may take, as its inverse. */
const SNAPSHOT_SHARE = 20;

/** Events between two looks at how many keys have changed. */
const KEYS_LOOK = 1_000;
/** Bytes of state that are read at once. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** The state in pieces, as many at a time as fit a page. */
async function* pagesOf(store: Store, number: number): AsyncGenerator<readonly StatePiece[]> {
  for (let after: StatePiece | null = null; ; ) {
    const page: readonly StatePiece[] = await store.state(number, after, PAGE_BYTES);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last;
  }
}

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
  /** How many of them there are when it is looked next. */
  #look = KEYS_LOOK;
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
    const { position: committed, state } = await store.checkpoint(number);
    const { first } = await store.bounds(number);
    if (state !== null) {
      try {
        const partition = await Partition.load(number, pagesOf(store, number), traps);
        return new Follower(number, epoch, parts, { partition, position: state, committed });
      } catch (error) {
        if (first > 0 || error instanceof StoreError) throw error;
        log.error(
          { partition: number, err: error },
          'the checkpoint does not fit: the whole log is replayed',
        );
      }
    }
    if (first > 0) {
      throw new Error(
        `the log begins at offset ${first} and there is no state of what came before: restore the store from a backup`,
      );
    }
    const partition = new Partition(number, traps);
    return new Follower(number, epoch, parts, { partition, position: 0, committed });
  }

  /**
   * Applies what comes next in the log, waiting up to `wait` milliseconds for it, and commits what that gave. Says whether
   * alerts came. Throws PoisonError, after which this follower is of no use; StoreError `fenced`.
   */
  async step(wait: number, signal: AbortSignal): Promise<boolean> {
    const { store, clock, settings } = this.#parts;
    const records = await store.read(this.#number, this.position, { bytes: settings.readBytes, wait });
    const { position, alerts, documents } = await this.#apply(records);
    const isDue = this.partition.mustSave || this.#isDue(clock.now(), settings);
    const state = isDue && position >= this.#committed ? await this.#takeState() : null;
    if (alerts.length > 0 || documents.length > 0 || state !== null) {
      await this.#commit({ position, state, alerts, documents }, signal);
    }
    this.position = position;
    return alerts.length > 0;
  }

  /** Commits the state as it is, so that the next start has nothing to replay. */
  async checkpoint(): Promise<void> {
    if (this.position < this.#committed) return;
    const state = await this.#takeState();
    if (state === null) return;
    await this.#parts.store.commit(this.#number, this.#epoch, {
      ...{ position: this.position, state, alerts: [], documents: [] },
    });
  }

  /** As many records as are done in `STEP_TIME`, at least one. Rules may take long: others get their turn between two. */
  async #apply(records: readonly LogRecord[]): Promise<Omit<Commit, 'state'>> {
    const slice = new Slice();
    const until = performance.now() + STEP_TIME;
    let { position } = this;
    const alerts = [];
    const documents = [];
    for (const record of records) {
      if (performance.now() > until && position > this.position) break;
      if (slice.isOver) await slice.next();
      this.partition.apply(record, this.#parts.tail);
      position = record.first + record.count;
      this.#unsaved += record.count;
      const applied = this.partition.take();
      if (position <= this.#committed) continue;
      alerts.push(...applied.alerts);
      documents.push(...applied.documents);
    }
    return { position, alerts, documents };
  }

  /** After so many events, or keys that changed, or so long. */
  #isDue(now: number, { snapshotEvents, snapshotKeys }: Settings): boolean {
    if (this.#unsaved >= snapshotEvents || now - this.#saved >= this.#pause) return true;
    if (this.#unsaved < this.#look) return false;
    this.#look = this.#unsaved + KEYS_LOOK;
    return this.partition.changes >= snapshotKeys;
  }

  /** Null when nothing came since the last one. */
  async #takeState(): Promise<StateChange | null> {
    if (this.#unsaved === 0) return null;
    const { clock, settings } = this.#parts;
    const began = clock.now();
    const state = await packChange(this.partition.takeChanges());
    this.#saved = clock.now();
    this.#pause = Math.max(settings.snapshotInterval, (this.#saved - began) * SNAPSHOT_SHARE);
    this.#unsaved = 0;
    this.#look = KEYS_LOOK;
    return state;
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
