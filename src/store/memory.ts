import {
  type AlertFilter,
  type AlertRecord,
  type Appended,
  type Checkpoint,
  type Commit,
  type Delivery,
  type DeliveryFilter,
  type Document,
  type Lease,
  type LogEntry,
  type LogRecord,
  type PieceName,
  type StateChange,
  type StatePiece,
  type Store,
  type StoredAlert,
  StoreError,
} from './store.js';

export interface MemoryOptions {
  /** 1 when absent. */
  readonly partitions?: number;
  /** The clock of leases, in milliseconds since the epoch; the machine's when absent. */
  readonly now?: () => number;
}

/** One partition's log, lease and state. */
interface Shelf {
  readonly records: LogRecord[];
  first: number;
  next: number;
  stamp: number;
  /** Stamp by id. */
  readonly ids: Map<string, number>;
  epoch: number;
  owner: string | null;
  until: number;
  position: number;
  state: Checkpoint['state'];
  readonly pieces: Map<string, StatePiece>;
  /** Readers that wait for an append. */
  readonly waiting: Set<() => void>;
}

interface Outgoing {
  delivery: Delivery;
  /** Other claims do not see it before then; null: not claimed. */
  hiddenUntil: number | null;
}

/** Keeps everything in memory and nothing beyond its own life: for tests. Each method is one atomic step. */
export class MemoryStore implements Store {
  readonly partitions: number;
  readonly #now: () => number;
  readonly #shelves: readonly Shelf[];
  /** In order of sequence, from 1. */
  readonly #alerts: StoredAlert[] = [];
  readonly #alertById = new Map<string, StoredAlert>();
  /** In order of sequence, from 1: a Map keeps the order of insertion. */
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #documents = new Map<string, Map<string, Document>>();
  #isClosed = false;

  constructor({ partitions = 1, now = Date.now }: MemoryOptions = {}) {
    this.partitions = partitions;
    this.#now = now;
    this.#shelves = Array.from({ length: partitions }, emptyShelf);
  }

  async lease(partition: number, owner: string, ttl: number): Promise<Lease | null> {
    const shelf = this.#shelf(partition);
    const now = this.#now();
    if (shelf.owner !== owner) {
      if (shelf.owner !== null && now < shelf.until) return null;
      shelf.owner = owner;
      shelf.epoch++;
    }
    shelf.until = now + ttl;
    return { epoch: shelf.epoch, until: shelf.until };
  }

  async release(partition: number, epoch: number): Promise<void> {
    const shelf = this.#shelf(partition);
    if (epoch === shelf.epoch) shelf.owner = null;
  }

  async append(partition: number, entries: readonly LogEntry[], stamp: number): Promise<readonly Appended[]> {
    const shelf = this.#shelf(partition);
    const ids = entries.flatMap((entry) => entry.ids);
    const fresh = new Set<string>();
    const repeated = new Set<string>();
    for (const id of ids) (shelf.ids.has(id) || fresh.has(id) ? repeated : fresh).add(id);
    if (repeated.size > 0) {
      throw new StoreError('duplicate_ids', `${repeated.size} ids are known already`, [...repeated]);
    }
    if (entries.length === 0) return [];
    shelf.stamp = Math.max(shelf.stamp, stamp);
    for (const id of ids) shelf.ids.set(id, shelf.stamp);
    const appended = entries.map(({ kind, count, payload }) => {
      const first = shelf.next;
      shelf.next += count;
      shelf.records.push({ kind, first, count, stamp: shelf.stamp, payload: payload.slice() });
      return { first, last: shelf.next - 1, stamp: shelf.stamp };
    });
    for (const wake of shelf.waiting) wake();
    return appended;
  }

  async known(partition: number, ids: readonly string[]): Promise<readonly boolean[]> {
    const shelf = this.#shelf(partition);
    return ids.map((id) => shelf.ids.has(id));
  }

  async read(
    partition: number,
    from: number,
    limit: { readonly bytes: number; readonly wait: number },
  ): Promise<readonly LogRecord[]> {
    const shelf = this.#shelf(partition);
    const found = recordsFrom(shelf, from, limit.bytes);
    if (found.length > 0 || limit.wait <= 0) return found;
    await appendTo(shelf, limit.wait);
    return this.#isClosed ? [] : recordsFrom(shelf, from, limit.bytes);
  }

  async bounds(partition: number): Promise<{ readonly first: number; readonly next: number }> {
    const { first, next } = this.#shelf(partition);
    return { first, next };
  }

  async trim(partition: number, before: number, idsBefore: number): Promise<void> {
    const shelf = this.#shelf(partition);
    const kept = shelf.records.findIndex(({ first, count }) => first + count > before);
    shelf.records.splice(0, kept < 0 ? shelf.records.length : kept);
    shelf.first = shelf.records[0]?.first ?? shelf.next;
    for (const [id, stamp] of shelf.ids) if (stamp < idsBefore) shelf.ids.delete(id);
  }

  async size(partition: number): Promise<number> {
    return this.#shelf(partition).records.reduce((sum, { payload }) => sum + payload.length, 0);
  }

  async rewrite(
    partition: number,
    epoch: number,
    before: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<void> {
    const shelf = this.#shelf(partition);
    checkEpoch(shelf, epoch);
    for (const [index, record] of shelf.records.entries()) {
      if (record.first >= before) return;
      const payload = change({ ...record, payload: record.payload.slice() });
      if (payload !== null) shelf.records[index] = { ...record, payload: payload.slice() };
    }
  }

  async commit(partition: number, epoch: number, commit: Commit): Promise<void> {
    const shelf = this.#shelf(partition);
    checkEpoch(shelf, epoch);
    const { position, state, alerts, documents } = commit;
    shelf.position = position;
    if (state !== null) changeState(shelf, position, state);
    for (const alert of alerts) this.#fire(alert);
    for (const { kind, key, value } of documents) {
      if (value === null) this.#kind(kind).delete(key);
      else this.#put(kind, key, value);
    }
  }

  async checkpoint(partition: number): Promise<Checkpoint> {
    const { position, state } = this.#shelf(partition);
    return { position, state };
  }

  async state(partition: number, after: PieceName | null, bytes: number): Promise<readonly StatePiece[]> {
    const pieces = [...this.#shelf(partition).pieces.values()].sort(byName);
    const found: StatePiece[] = [];
    let size = 0;
    for (const { value, ...name } of pieces) {
      if (after !== null && byName(name, after) <= 0) continue;
      if (found.length > 0 && size + value.length > bytes) break;
      found.push({ ...name, value: value.slice() });
      size += value.length;
    }
    return found;
  }

  async alert(id: string): Promise<StoredAlert | null> {
    this.#checkOpen();
    return this.#alertById.get(id) ?? null;
  }

  async alerts(after: number, limit: number, filter: AlertFilter): Promise<readonly StoredAlert[]> {
    this.#checkOpen();
    const { rule, severity, since } = filter;
    return this.#alerts
      .filter(
        (alert) =>
          alert.sequence > after &&
          (rule === undefined || alert.rule === rule) &&
          (severity === undefined || alert.severity === severity) &&
          (since === undefined || alert.stamp >= since),
      )
      .slice(0, limit);
  }

  async replaceBodies(alerts: readonly { readonly id: string; readonly body: Uint8Array }[]): Promise<void> {
    this.#checkOpen();
    for (const { id, body } of alerts) {
      const before = this.#alertById.get(id);
      if (before === undefined) continue;
      const after = { ...before, body: body.slice() };
      this.#alertById.set(id, after);
      this.#alerts[before.sequence - 1] = after;
    }
  }

  async claim(now: number, until: number, limit: number): Promise<readonly Delivery[]> {
    this.#checkOpen();
    const due = [...this.#outgoing.values()]
      .filter((outgoing) => (dueTime(outgoing) ?? Number.POSITIVE_INFINITY) <= now)
      .sort((a, b) => a.delivery.due - b.delivery.due)
      .slice(0, limit);
    for (const outgoing of due) outgoing.hiddenUntil = until;
    return due.map(({ delivery }) => delivery);
  }

  async settle(deliveries: readonly Delivery[]): Promise<void> {
    this.#checkOpen();
    for (const { id, state, due, attempts } of deliveries) {
      const outgoing = this.#outgoing.get(id);
      if (outgoing === undefined) continue;
      outgoing.delivery = { ...outgoing.delivery, state, due, attempts: attempts.map((one) => ({ ...one })) };
      outgoing.hiddenUntil = null;
    }
  }

  async nextDue(): Promise<number | null> {
    this.#checkOpen();
    let earliest: number | null = null;
    for (const outgoing of this.#outgoing.values()) {
      const time = dueTime(outgoing);
      if (time !== null && (earliest === null || time < earliest)) earliest = time;
    }
    return earliest;
  }

  async waitingSince(destinations: readonly string[]): Promise<readonly (number | null)[]> {
    this.#checkOpen();
    const waiting = [...this.#outgoing.values()].filter((outgoing) => dueTime(outgoing) !== null);
    return destinations.map(
      (name) => waiting.find(({ delivery }) => delivery.destination === name)?.delivery.created ?? null,
    );
  }

  async delivery(id: string): Promise<Delivery | null> {
    this.#checkOpen();
    return this.#outgoing.get(id)?.delivery ?? null;
  }

  async deliveries(after: number, limit: number, filter: DeliveryFilter): Promise<readonly Delivery[]> {
    this.#checkOpen();
    const { destination, state } = filter;
    return [...this.#outgoing.values()]
      .map(({ delivery }) => delivery)
      .filter(
        (delivery) =>
          delivery.sequence > after &&
          (destination === undefined || delivery.destination === destination) &&
          (state === undefined || delivery.state === state),
      )
      .slice(0, limit);
  }

  async document(kind: string, key: string): Promise<Document | null> {
    this.#checkOpen();
    const document = this.#kind(kind).get(key);
    return document === undefined ? null : copyOf(document);
  }

  async documents(kind: string, after: string, limit: number): Promise<readonly Document[]> {
    this.#checkOpen();
    return [...this.#kind(kind).values()]
      .filter(({ key }) => byteOrder(key, after) > 0)
      .sort((a, b) => byteOrder(a.key, b.key))
      .slice(0, limit)
      .map(copyOf);
  }

  async putDocument(
    kind: string,
    key: string,
    value: Uint8Array,
    expected?: number,
    alert?: AlertRecord,
  ): Promise<number> {
    this.#checkOpen();
    const version = this.#kind(kind).get(key)?.version ?? 0;
    if (expected !== undefined && expected !== version) {
      throw new StoreError('conflict', `${kind} '${key}' is at version ${version}, not ${expected}`);
    }
    if (alert !== undefined) this.#fire(alert);
    return this.#put(kind, key, value);
  }

  async deleteDocument(kind: string, key: string): Promise<boolean> {
    this.#checkOpen();
    return this.#kind(kind).delete(key);
  }

  async copy(): Promise<null> {
    this.#checkOpen();
    return null;
  }

  async ping(): Promise<void> {
    this.#checkOpen();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { waiting } of this.#shelves) for (const wake of waiting) wake();
  }

  #shelf(partition: number): Shelf {
    this.#checkOpen();
    const shelf = this.#shelves[partition];
    if (shelf === undefined) throw new RangeError(`there is no partition ${partition}`);
    return shelf;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new StoreError('unavailable', 'the store is closed');
  }

  /** Stores an alert with its deliveries, unless it is there. */
  #fire({ destinations, ...alert }: AlertRecord): void {
    if (this.#alertById.has(alert.id)) return;
    const stored = {
      ...alert,
      body: alert.body.slice(),
      destinations: [...destinations],
      sequence: this.#alerts.length + 1,
    };
    this.#alerts.push(stored);
    this.#alertById.set(alert.id, stored);
    for (const destination of new Set(destinations)) this.#send(stored, destination);
  }

  #send({ id: alert, rule, stamp }: StoredAlert, destination: string): void {
    const id = `${alert}.${destination}`;
    // A stamp may lie ahead of a clock that was set back: due at once all the same.
    const due = Math.min(stamp, this.#now());
    const sequence = this.#outgoing.size + 1;
    this.#outgoing.set(id, {
      delivery: {
        ...{ id, sequence, alert, rule, destination },
        ...{ state: 'pending', due, created: stamp, attempts: [] },
      },
      hiddenUntil: null,
    });
  }

  #kind(kind: string): Map<string, Document> {
    const found = this.#documents.get(kind) ?? new Map<string, Document>();
    this.#documents.set(kind, found);
    return found;
  }

  #put(kind: string, key: string, value: Uint8Array): number {
    const documents = this.#kind(kind);
    const version = (documents.get(key)?.version ?? 0) + 1;
    documents.set(key, { key, version, value: value.slice() });
    return version;
  }
}

function emptyShelf(): Shelf {
  return {
    ...{ records: [], first: 0, next: 0, stamp: 0, ids: new Map<string, number>() },
    ...{
      epoch: 0,
      owner: null,
      until: 0,
      position: 0,
      state: null,
      pieces: new Map<string, StatePiece>(),
      waiting: new Set<() => void>(),
    },
  };
}

function checkEpoch({ epoch: current }: Shelf, epoch: number): void {
  if (epoch === current) return;
  throw new StoreError('fenced', `epoch ${epoch} is over: the partition is at epoch ${current}`);
}

function changeState(shelf: Shelf, position: number, { dropped, pieces }: StateChange): void {
  shelf.state = position;
  for (const [name, { group }] of shelf.pieces) if (dropped.includes(group)) shelf.pieces.delete(name);
  for (const { group, key, value } of pieces) {
    const name = JSON.stringify([group, key]);
    if (value === null) shelf.pieces.delete(name);
    else shelf.pieces.set(name, { group, key, value: value.slice() });
  }
}

function byName(a: PieceName, b: PieceName): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
}

function recordsFrom(shelf: Shelf, from: number, bytes: number): readonly LogRecord[] {
  if (from < shelf.first) {
    throw new StoreError('trimmed', `the log begins at offset ${shelf.first}: offset ${from} is gone`);
  }
  if (from >= shelf.next) return [];
  const found: LogRecord[] = [];
  let size = 0;
  const start = shelf.records.findLastIndex(({ first }) => first <= from);
  for (let index = start; index < shelf.records.length; index++) {
    const record = shelf.records[index] as LogRecord;
    if (found.length > 0 && size + record.payload.length > bytes) break;
    found.push({ ...record, payload: record.payload.slice() });
    size += record.payload.length;
  }
  return found;
}

/** Resolves at the next append, when the store is closed, or after `wait` milliseconds. */
function appendTo({ waiting }: Shelf, wait: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      waiting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, wait);
    waiting.add(wake);
  });
}

/** When it can be claimed, or null for one that is delivered or dead. */
function dueTime({ delivery: { state, due }, hiddenUntil }: Outgoing): number | null {
  if (state !== 'pending' && state !== 'retrying') return null;
  return hiddenUntil ?? due;
}

function copyOf({ key, version, value }: Document): Document {
  return { key, version, value: value.slice() };
}

/** Keys stand in the order of their UTF-8 bytes, as in every store. */
function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
