/**
 * The seam: what Tocsin needs of a store, and nothing of what any store is. Two real stores stand behind it
 * (`disk/`, `redis/`), one for tests (`memory.ts`); one contract suite runs on all three. No client, connection or
 * transaction type crosses it. Times are milliseconds since the epoch, sizes bytes, offsets dense per partition.
 */
export interface Store {
  /** How many partitions the log has: 1 for the embedded store. */
  readonly partitions: number;

  /**
   * Makes `owner` the one worker of a partition until `now + ttl`. The same owner asking again renews and keeps its
   * epoch; another owner gets null while a lease holds, else the next epoch. `commit` refuses every older epoch.
   */
  lease(partition: number, owner: string, ttl: number): Promise<Lease | null>;
  /** Gives a lease back at once. No effect when the epoch is no longer current. */
  release(partition: number, epoch: number): Promise<void>;

  /**
   * Appends entries, in order, in one atomic step; resolves when they are durable. Offsets are given out densely, `count` an
   * entry. The stamp kept is max(`stamp`, last stamp of the partition).
   * Throws StoreError `duplicate_ids` (with `ids`), and appends nothing, when an id of an entry is known already;
   * `full` when there is no room.
   */
  append(partition: number, entries: readonly LogEntry[], stamp: number): Promise<readonly Appended[]>;
  /** Which of the ids are known already, in order. */
  known(partition: number, ids: readonly string[]): Promise<readonly boolean[]>;
  /**
   * Records from the one that holds offset `from`, oldest first, at most about `limit.bytes` (at least one record). An
   * empty answer: nothing there yet, after waiting up to `limit.wait` milliseconds for an append.
   * Throws `trimmed` when the log before that is gone, `damaged` when a stored value fails its checksum or the store has lost
   * what was read before.
   */
  read(
    partition: number,
    from: number,
    limit: { readonly bytes: number; readonly wait: number },
  ): Promise<readonly LogRecord[]>;
  /** First offset kept and the offset that the next event will get. */
  bounds(partition: number): Promise<{ readonly first: number; readonly next: number }>;
  /** About how many bytes the records take. */
  size(partition: number): Promise<number>;
  /** Drops whole records that lie before `before`, and ids older than `idsBefore` (a stamp). */
  trim(partition: number, before: number, idsBefore: number): Promise<void>;
  /**
   * Shows `change` each record that begins before `before`, the oldest first, perhaps twice, and keeps the payload that it
   * gives instead; null leaves the record as it is. What a break-off leaves undone is done when it is called again. Not
   * beside `trim`. Throws `fenced` for an old epoch, `full` when there is no room.
   */
  rewrite(
    partition: number,
    epoch: number,
    before: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<void>;

  /** Position, state, alerts, deliveries and documents in one atomic, durable step. Throws `fenced` for an old epoch. */
  commit(partition: number, epoch: number, commit: Commit): Promise<void>;
  /** What the last commit left: where to go on, and as of where there is state. */
  checkpoint(partition: number): Promise<Checkpoint>;
  /**
   * The pieces of the state in order of group and key, those behind `after` (null: from the start), at most about `bytes` (at
   * least one). An empty answer: there are no more. Throws `damaged`.
   */
  state(partition: number, after: PieceName | null, bytes: number): Promise<readonly StatePiece[]>;

  /** An alert by id, or null. */
  alert(id: string): Promise<StoredAlert | null>;
  /** Alerts with a sequence number above `after`, oldest first, that fit the filter. */
  alerts(after: number, limit: number, filter: AlertFilter): Promise<readonly StoredAlert[]>;
  /** Keeps other bodies for alerts, all or none of them; those that are not known are passed over. */
  replaceBodies(alerts: readonly { readonly id: string; readonly body: Uint8Array }[]): Promise<void>;

  /**
   * Takes up to `limit` deliveries that are due at `now` (state pending or retrying) and hides them from other claims
   * until `until`. A claim that is never settled (a crash) is due again then.
   */
  claim(now: number, until: number, limit: number): Promise<readonly Delivery[]>;
  /** Writes back what became of a delivery: its state, next due time, attempts. */
  settle(deliveries: readonly Delivery[]): Promise<void>;
  /** The earliest time at which a delivery falls due, or null. */
  nextDue(): Promise<number | null>;
  /** When the oldest delivery that waits for each destination (pending or retrying) was made; null: none waits. */
  waitingSince(destinations: readonly string[]): Promise<readonly (number | null)[]>;
  delivery(id: string): Promise<Delivery | null>;
  /** Deliveries in order of their sequence numbers above `after`. */
  deliveries(after: number, limit: number, filter: DeliveryFilter): Promise<readonly Delivery[]>;

  /** Small documents (rules, rule versions, streams, destinations), by kind and key. */
  document(kind: string, key: string): Promise<Document | null>;
  /** In order of key, keys above `after` ('' from the start). */
  documents(kind: string, after: string, limit: number): Promise<readonly Document[]>;
  /**
   * Writes a document; its version goes up by one. Throws `conflict` when `expected` is given and is not the current version
   * (0: must not exist). `alert`, which no log holds, is stored in the same step, as a commit would.
   */
  putDocument(
    kind: string,
    key: string,
    value: Uint8Array,
    expected?: number,
    alert?: AlertRecord,
  ): Promise<number>;
  /** True when it existed. */
  deleteDocument(kind: string, key: string): Promise<boolean>;

  /**
   * Everything as of one moment, as a file; null where the store is copied with its own tools. Throws `full` when there is
   * no room for it, `unavailable`.
   */
  copy(): Promise<StoreCopy | null>;
  /** Whether the store answers; throws the reason when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A copy of a store. It takes room until it is closed. */
export interface StoreCopy {
  /** Of the data, as the store counts its formats. */
  readonly format: number;
  readonly bytes: number;
  chunks(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface Lease {
  /** Rises with every new owner; fences commits. */
  readonly epoch: number;
  readonly until: number;
}

/** What a log record is: a batch of events, a tick or watermark, a change to a stream or rule, an erasure. */
export type EntryKind = 'events' | 'watermark' | 'stream' | 'rule' | 'erasure';

export interface LogEntry {
  readonly kind: EntryKind;
  /** How many offsets it takes: the events of a batch, 1 for every other kind. */
  readonly count: number;
  readonly payload: Uint8Array;
  /** The ids that tell repeats, one for each event that has one; empty: none. Namespaced by the caller. */
  readonly ids: readonly string[];
}

export interface LogRecord {
  readonly kind: EntryKind;
  readonly first: number;
  readonly count: number;
  /** Arrival stamp; never goes back within a partition. */
  readonly stamp: number;
  readonly payload: Uint8Array;
}

export interface Appended {
  readonly first: number;
  readonly last: number;
  readonly stamp: number;
}

export interface Commit {
  /** Offset of the next record to process. */
  readonly position: number;
  /** What is different in the state as of `position`, or null: the state as of an earlier one stays. */
  readonly state: StateChange | null;
  /** Alerts in order. One whose id is stored already is skipped, its deliveries too. */
  readonly alerts: readonly AlertRecord[];
  readonly documents: readonly DocumentChange[];
}

/** A change of the state from one checkpoint to the next: what does not change is not written again. */
export interface StateChange {
  /** Groups whose pieces go, before `pieces` are written. */
  readonly dropped: readonly string[];
  readonly pieces: readonly StateEntry[];
}

export interface PieceName {
  readonly group: string;
  readonly key: string;
}

export interface StateEntry extends PieceName {
  /** Null deletes. */
  readonly value: Uint8Array | null;
}

export interface StatePiece extends PieceName {
  readonly value: Uint8Array;
}

export interface Checkpoint {
  readonly position: number;
  /** The position as of which the state's pieces are, or null: there is no state. */
  readonly state: number | null;
}

export interface AlertRecord {
  readonly id: string;
  readonly rule: string;
  readonly severity: string;
  /** Arrival stamp of the record that made it final. */
  readonly stamp: number;
  /** The alert as JSON (UTF-8). */
  readonly body: Uint8Array;
  /** A delivery is made for each: due at once. */
  readonly destinations: readonly string[];
}

export interface StoredAlert extends AlertRecord {
  /** Order of commit; the cursor of lists and of the live feed. */
  readonly sequence: number;
}

export interface AlertFilter {
  readonly rule?: string;
  readonly severity?: string;
  /** Stamp, inclusive. */
  readonly since?: number;
}

export type DeliveryState = 'pending' | 'retrying' | 'delivered' | 'dead';

export interface Delivery {
  /** `<alert id>.<destination>`. */
  readonly id: string;
  readonly sequence: number;
  readonly alert: string;
  readonly rule: string;
  readonly destination: string;
  readonly state: DeliveryState;
  /** When the next attempt is due; meaningless once delivered or dead. */
  readonly due: number;
  readonly created: number;
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  readonly at: number;
  /** HTTP status, or null when no answer came. */
  readonly status: number | null;
  readonly error: string | null;
  /** Milliseconds until the answer or the failure. */
  readonly duration: number;
}

export interface DeliveryFilter {
  readonly destination?: string;
  readonly state?: DeliveryState;
}

export interface Document {
  readonly key: string;
  readonly version: number;
  readonly value: Uint8Array;
}

export interface DocumentChange {
  readonly kind: string;
  readonly key: string;
  /** null deletes. */
  readonly value: Uint8Array | null;
}

export type StoreErrorCode =
  | 'duplicate_ids'
  | 'full'
  | 'trimmed'
  | 'damaged'
  | 'fenced'
  | 'conflict'
  | 'unavailable';

/** Everything a store throws on purpose. */
export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    readonly ids: readonly string[] = [],
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}
