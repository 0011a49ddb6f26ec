import type {
  AlertFilter,
  AlertRecord,
  Appended,
  Checkpoint,
  Commit,
  Delivery,
  DeliveryFilter,
  Document,
  Lease,
  LogEntry,
  LogRecord,
  PieceName,
  StatePiece,
  Store,
  StoredAlert,
} from '../store.js';
import { parseAddress } from './address.js';
import { Alerts } from './alerts.js';
import { Connection } from './connection.js';
import { Documents } from './documents.js';
import { type Keys, keysOf } from './keys.js';
import { Log } from './log.js';
import { Outbox } from './outbox.js';
import { Ownership } from './ownership.js';
import { checkSuitable } from './suitable.js';
import { Tail } from './tail.js';

/**
 * Keeps everything in Redis 7 or later, in one partition. Several servers may share it: one works on the partition, under a
 * lease, the others stand by; all of them append and answer.
 *
 * Durable means what Redis is set to. With `appendonly yes` and `appendfsync always` an answer comes after the sync, and what
 * was acknowledged survives a crash. `appendfsync everysec` can lose about the last second when the machine stops, no append
 * file at all what came since the last dump. Replication is asynchronous: a failover loses what the replica had not got yet.
 *
 * A call that ends with `unavailable` may have been carried out all the same.
 */
export class RedisStore implements Store {
  readonly partitions = 1;
  readonly #connection: Connection;
  readonly #tail: Tail;
  readonly #log: Log;
  readonly #ownership: Ownership;
  readonly #alerts: Alerts;
  readonly #outbox: Outbox;
  readonly #documents: Documents;

  private constructor(connection: Connection, listening: Connection, keys: Keys) {
    this.#connection = connection;
    this.#tail = new Tail(listening, keys.appended);
    this.#log = new Log(connection, keys, this.#tail);
    this.#ownership = new Ownership(connection, keys);
    this.#alerts = new Alerts(connection, keys);
    this.#outbox = new Outbox(connection, keys);
    this.#documents = new Documents(connection, keys);
  }

  /**
   * Connects to `redis://[user:password@]host[:port][/db]`, `rediss://` (TLS) or `unix:///path`. Throws RangeError for another
   * form, StoreError `unavailable` when nothing suitable answers there within seconds, Error when that Redis would not keep
   * the data.
   */
  static async open(url: string): Promise<RedisStore> {
    const address = parseAddress(url);
    const keys = keysOf(0);
    const connection = new Connection(address);
    try {
      await checkSuitable(connection, keys);
    } catch (error) {
      connection.close();
      throw error;
    }
    return new RedisStore(connection, new Connection(address), keys);
  }

  async lease(partition: number, owner: string, ttl: number): Promise<Lease | null> {
    checkPartition(partition);
    return this.#ownership.lease(owner, ttl);
  }

  async release(partition: number, epoch: number): Promise<void> {
    checkPartition(partition);
    return this.#ownership.release(epoch);
  }

  async append(partition: number, entries: readonly LogEntry[], stamp: number): Promise<readonly Appended[]> {
    checkPartition(partition);
    return this.#log.append(entries, stamp);
  }

  async known(partition: number, ids: readonly string[]): Promise<readonly boolean[]> {
    checkPartition(partition);
    return this.#log.known(ids);
  }

  async read(
    partition: number,
    from: number,
    limit: { readonly bytes: number; readonly wait: number },
  ): Promise<readonly LogRecord[]> {
    checkPartition(partition);
    return this.#log.read(from, limit);
  }

  async bounds(partition: number): Promise<{ readonly first: number; readonly next: number }> {
    checkPartition(partition);
    return this.#log.bounds();
  }

  async trim(partition: number, before: number, idsBefore: number): Promise<void> {
    checkPartition(partition);
    return this.#log.trim(before, idsBefore);
  }

  async size(partition: number): Promise<number> {
    checkPartition(partition);
    return this.#log.size();
  }

  async rewrite(
    partition: number,
    epoch: number,
    before: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<void> {
    checkPartition(partition);
    return this.#log.rewrite(epoch, before, change);
  }

  async commit(partition: number, epoch: number, commit: Commit): Promise<void> {
    checkPartition(partition);
    return this.#ownership.commit(epoch, commit);
  }

  async checkpoint(partition: number): Promise<Checkpoint> {
    checkPartition(partition);
    return this.#ownership.checkpoint();
  }

  async state(partition: number, after: PieceName | null, bytes: number): Promise<readonly StatePiece[]> {
    checkPartition(partition);
    return this.#ownership.state(after, bytes);
  }

  alert(id: string): Promise<StoredAlert | null> {
    return this.#alerts.find(id);
  }

  alerts(after: number, limit: number, filter: AlertFilter): Promise<readonly StoredAlert[]> {
    return this.#alerts.list(after, limit, filter);
  }

  replaceBodies(alerts: readonly { readonly id: string; readonly body: Uint8Array }[]): Promise<void> {
    return this.#alerts.replaceBodies(alerts);
  }

  claim(now: number, until: number, limit: number): Promise<readonly Delivery[]> {
    return this.#outbox.claim(now, until, limit);
  }

  settle(deliveries: readonly Delivery[]): Promise<void> {
    return this.#outbox.settle(deliveries);
  }

  nextDue(): Promise<number | null> {
    return this.#outbox.nextDue();
  }

  waitingSince(destinations: readonly string[]): Promise<readonly (number | null)[]> {
    return this.#outbox.waitingSince(destinations);
  }

  delivery(id: string): Promise<Delivery | null> {
    return this.#outbox.find(id);
  }

  deliveries(after: number, limit: number, filter: DeliveryFilter): Promise<readonly Delivery[]> {
    return this.#outbox.list(after, limit, filter);
  }

  document(kind: string, key: string): Promise<Document | null> {
    return this.#documents.find(kind, key);
  }

  documents(kind: string, after: string, limit: number): Promise<readonly Document[]> {
    return this.#documents.list(kind, after, limit);
  }

  putDocument(
    kind: string,
    key: string,
    value: Uint8Array,
    expected?: number,
    alert?: AlertRecord,
  ): Promise<number> {
    return this.#documents.put(kind, key, value, expected, alert);
  }

  deleteDocument(kind: string, key: string): Promise<boolean> {
    return this.#documents.delete(kind, key);
  }

  async copy(): Promise<null> {
    return null;
  }

  async ping(): Promise<void> {
    await this.#connection.send((client) => client.ping());
  }

  async close(): Promise<void> {
    this.#tail.close();
    this.#connection.close();
  }
}

function checkPartition(partition: number): void {
  if (partition !== 0) throw new RangeError(`there is no partition ${partition}`);
}
