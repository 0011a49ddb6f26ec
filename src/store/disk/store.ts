import { setImmediate as breathe } from 'node:timers/promises';
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
  type StatePiece,
  type Store,
  type StoreCopy,
  type StoredAlert,
  StoreError,
} from '../store.js';
import { Alerts } from './alerts.js';
import { CopyFile, removeCopies } from './copy.js';
import { checkDatabase, Database } from './database.js';
import { checkDirectory, makeDirectory, markFormat } from './directory.js';
import { Documents } from './documents.js';
import { IdIndex } from './ids.js';
import { DirectoryLock } from './lock.js';
import { Log } from './log.js';
import { Outbox } from './outbox.js';
import { changePartition, checkEpoch, checkPartition, partitionState } from './partition.js';
import { type Need, Room } from './room.js';
import { StatePieces } from './state.js';
import { type Task, Writer } from './writer.js';

export interface DiskOptions {
  /** Free bytes of the disk that the log leaves alone; 64 MiB when absent. */
  readonly reserve?: number;
}

const RESERVE = 64 * 1024 * 1024;

/** Alerts of one commit that are put down before others get their turn. */
const ALERT_SLICE = 200;

/**
 * The embedded store: one partition, in an LMDB file in a directory that belongs to one process. Leases and claims end with
 * the process that took them: a lease is free, and what was claimed is due, when the directory is opened again.
 */
export class DiskStore implements Store {
  readonly partitions = 1;
  readonly #directory: string;
  readonly #lock: DirectoryLock;
  readonly #database: Database;
  readonly #writer: Writer;
  readonly #ids: IdIndex;
  readonly #log: Log;
  readonly #alerts: Alerts;
  readonly #outbox: Outbox;
  readonly #documents: Documents;
  readonly #state: StatePieces;
  readonly #room: Room;
  readonly #copying = new Set<Promise<void>>();
  #closing: Promise<void> | null = null;

  private constructor(directory: string, lock: DirectoryLock, database: Database, room: Room) {
    const { tables } = database;
    this.#directory = directory;
    this.#lock = lock;
    this.#database = database;
    this.#room = room;
    this.#writer = new Writer(database, room);
    this.#ids = new IdIndex(tables, this.#writer);
    this.#log = new Log(tables, this.#writer, this.#ids);
    this.#alerts = new Alerts(tables);
    this.#outbox = new Outbox(tables, this.#writer);
    this.#documents = new Documents(tables.documents);
    this.#state = new StatePieces(tables.state);
  }

  /**
   * Opens the data in a directory, which is made where there is none. Throws StoreError `unavailable` when it cannot be used
   * (a file, no permission, in use by another process, a format of another version), `damaged` when the data is not whole.
   */
  static async open(directory: string, { reserve = RESERVE }: DiskOptions = {}): Promise<DiskStore> {
    await makeDirectory(directory);
    const lock = await DirectoryLock.take(directory);
    let database: Database | null = null;
    try {
      await removeCopies(directory);
      const isMarked = await checkDirectory(directory);
      await checkDatabase(directory);
      database = await Database.open(directory);
      if (!isMarked) await markFormat(directory);
      const store = new DiskStore(directory, lock, database, new Room(directory, reserve));
      await store.#recover();
      return store;
    } catch (error) {
      await database?.close();
      await lock.release();
      throw error;
    }
  }

  async lease(partition: number, owner: string, ttl: number): Promise<Lease | null> {
    return this.#write('frees', 0, (step) => {
      const { partitions } = this.#database.tables;
      const state = partitionState(partitions, partition, step);
      const now = Date.now();
      const isOwn = state.owner === owner;
      if (!isOwn && state.owner !== '' && now < state.until) return null;
      const lease = { epoch: isOwn ? state.epoch : state.epoch + 1, until: now + ttl };
      changePartition(partitions, partition, step, { ...lease, owner });
      return lease;
    });
  }

  async release(partition: number, epoch: number): Promise<void> {
    await this.#write('frees', 0, (step) => {
      const { partitions } = this.#database.tables;
      if (partitionState(partitions, partition, step).epoch !== epoch) return;
      changePartition(partitions, partition, step, { owner: '' });
    });
  }

  async append(partition: number, entries: readonly LogEntry[], stamp: number): Promise<readonly Appended[]> {
    this.#checkOpen();
    return this.#log.append(partition, entries, stamp);
  }

  async known(partition: number, ids: readonly string[]): Promise<readonly boolean[]> {
    this.#checkOpen();
    return this.#ids.known(partition, ids);
  }

  async read(
    partition: number,
    from: number,
    limit: { readonly bytes: number; readonly wait: number },
  ): Promise<readonly LogRecord[]> {
    this.#checkOpen();
    return this.#log.read(partition, from, limit);
  }

  async bounds(partition: number): Promise<{ readonly first: number; readonly next: number }> {
    this.#checkOpen();
    return this.#log.bounds(partition);
  }

  async trim(partition: number, before: number, idsBefore: number): Promise<void> {
    this.#checkOpen();
    await this.#log.trim(partition, before);
    await this.#ids.trim(partition, idsBefore);
  }

  async size(partition: number): Promise<number> {
    this.#checkOpen();
    return this.#log.size(partition);
  }

  async rewrite(
    partition: number,
    epoch: number,
    before: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<void> {
    this.#checkOpen();
    await this.#log.rewrite(partition, epoch, before, change);
  }

  async commit(partition: number, epoch: number, commit: Commit): Promise<void> {
    const { position, state, alerts, documents } = commit;
    const bytes = [
      state === null ? 0 : StatePieces.sizeOf(state),
      ...alerts.map(({ body }) => body.length),
      ...documents.map(({ value }) => value?.length ?? 0),
    ];
    const size = bytes.reduce((sum, length) => sum + length, 0);
    await this.#write('follows', size, async (step) => {
      const { partitions } = this.#database.tables;
      checkEpoch(partitionState(partitions, partition, step), epoch);
      changePartition(partitions, partition, step, {
        position,
        ...(state === null ? {} : { stateAt: position }),
      });
      if (state !== null) await this.#state.change(step, partition, state);
      for (const [index, alert] of alerts.entries()) {
        if (index % ALERT_SLICE === ALERT_SLICE - 1) await breathe();
        if (this.#alerts.add(step, alert)) this.#outbox.add(step, alert);
      }
      for (const { kind, key, value } of documents) {
        if (value === null) this.#documents.delete(step, kind, key);
        else this.#documents.put(step, kind, key, value);
      }
    });
  }

  async checkpoint(partition: number): Promise<Checkpoint> {
    this.#checkOpen();
    const { position, stateAt } = partitionState(this.#database.tables.partitions, partition);
    return { position, state: stateAt < 0 ? null : stateAt };
  }

  async state(partition: number, after: PieceName | null, bytes: number): Promise<readonly StatePiece[]> {
    this.#checkOpen();
    checkPartition(partition);
    return this.#state.read(partition, after, bytes);
  }

  async alert(id: string): Promise<StoredAlert | null> {
    this.#checkOpen();
    return this.#alerts.find(id);
  }

  async alerts(after: number, limit: number, filter: AlertFilter): Promise<readonly StoredAlert[]> {
    this.#checkOpen();
    return this.#alerts.list(after, limit, filter);
  }

  async replaceBodies(alerts: readonly { readonly id: string; readonly body: Uint8Array }[]): Promise<void> {
    const size = alerts.reduce((sum, { body }) => sum + body.length, 0);
    await this.#write('follows', size, (step) => {
      for (const { id, body } of alerts) this.#alerts.replaceBody(step, id, body);
    });
  }

  async claim(now: number, until: number, limit: number): Promise<readonly Delivery[]> {
    this.#checkOpen();
    return this.#outbox.claim(now, until, limit);
  }

  async settle(deliveries: readonly Delivery[]): Promise<void> {
    this.#checkOpen();
    await this.#outbox.settle(deliveries);
  }

  async nextDue(): Promise<number | null> {
    this.#checkOpen();
    return this.#outbox.nextDue();
  }

  async waitingSince(destinations: readonly string[]): Promise<readonly (number | null)[]> {
    this.#checkOpen();
    return destinations.map((destination) => this.#outbox.waitingSince(destination));
  }

  async delivery(id: string): Promise<Delivery | null> {
    this.#checkOpen();
    return this.#outbox.find(id);
  }

  async deliveries(after: number, limit: number, filter: DeliveryFilter): Promise<readonly Delivery[]> {
    this.#checkOpen();
    return this.#outbox.list(after, limit, filter);
  }

  async document(kind: string, key: string): Promise<Document | null> {
    this.#checkOpen();
    return this.#documents.find(kind, key);
  }

  async documents(kind: string, after: string, limit: number): Promise<readonly Document[]> {
    this.#checkOpen();
    return this.#documents.list(kind, after, limit);
  }

  async putDocument(
    kind: string,
    key: string,
    value: Uint8Array,
    expected?: number,
    alert?: AlertRecord,
  ): Promise<number> {
    return this.#write('grows', value.length + (alert?.body.length ?? 0), (step) => {
      const version = this.#documents.put(step, kind, key, value, expected);
      if (alert !== undefined && this.#alerts.add(step, alert)) this.#outbox.add(step, alert);
      return version;
    });
  }

  async deleteDocument(kind: string, key: string): Promise<boolean> {
    return this.#write('frees', 0, (step) => this.#documents.delete(step, kind, key));
  }

  copy(): Promise<StoreCopy> {
    this.#checkOpen();
    const copy = this.#copy();
    const running = copy.then(
      () => {},
      () => {},
    );
    this.#copying.add(running);
    void running.then(() => this.#copying.delete(running));
    return copy;
  }

  async ping(): Promise<void> {
    this.#checkOpen();
    this.#log.bounds(0);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #copy(): Promise<StoreCopy> {
    const size = this.#database.used;
    await this.#room.look(size);
    this.#room.check('grows', size);
    try {
      return await CopyFile.make(this.#directory, (path) => this.#database.copy(path));
    } catch (error) {
      throw await this.#room.explain(error);
    }
  }

  async #close(): Promise<void> {
    this.#log.close();
    // A database that is being copied must not be closed.
    await Promise.all(this.#copying);
    await this.#writer.close();
    await this.#database.close();
    await this.#lock.release();
  }

  /** Looks whether the end of the log is there, and frees the lease of the process before. */
  async #recover(): Promise<void> {
    this.#log.check(0);
    await this.#writer.run('frees', 0, (step) => {
      const { partitions } = this.#database.tables;
      if (partitionState(partitions, 0, step).owner === '') return;
      changePartition(partitions, 0, step, { owner: '' });
    });
  }

  /** Always through here or after `#checkOpen`: a closed database must not be touched. */
  async #write<T>(need: Need, size: number, task: Task<T>): Promise<T> {
    this.#checkOpen();
    return this.#writer.run(need, size, task);
  }

  #checkOpen(): void {
    if (this.#closing === null) return;
    throw new StoreError('unavailable', `the store in ${this.#directory} is closed`);
  }
}
