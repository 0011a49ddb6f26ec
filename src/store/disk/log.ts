import { setImmediate as breathe } from 'node:timers/promises';
import { type Appended, type EntryKind, type LogEntry, type LogRecord, StoreError } from '../store.js';
import type { Tables } from './database.js';
import type { IdIndex } from './ids.js';
import { keyOf, lastNumber, pastAll } from './key.js';
import { changePartition, checkEpoch, partitionState } from './partition.js';
import type { Step } from './step.js';
import type { Writer } from './writer.js';

/** In the order of their numbers on disk: never reorder, only add. */
const KINDS: readonly EntryKind[] = ['events', 'watermark', 'stream', 'rule', 'erasure'];

/** Kind, count and stamp in front of a payload, in bytes. */
const HEAD = 17;

/** setTimeout fires at once past this, in milliseconds. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Records that one step of a trim drops: more would hold up the appends. */
const TRIM_SLICE = 50;

/** Bytes of records that one step of a rewriting looks at. */
const REWRITE_SLICE = 512 * 1024;

/** A partition's records by first offset. */
export class Log {
  readonly #tables: Tables;
  readonly #writer: Writer;
  readonly #ids: IdIndex;
  /** Readers that wait for an append. */
  readonly #readers = new Set<(isAppend: boolean) => void>();

  constructor(tables: Tables, writer: Writer, ids: IdIndex) {
    this.#tables = tables;
    this.#writer = writer;
    this.#ids = ids;
  }

  async append(partition: number, entries: readonly LogEntry[], stamp: number): Promise<readonly Appended[]> {
    for (const { count } of entries) {
      if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`an entry of ${count} offsets`);
    }
    const size = entries.reduce((sum, { payload, ids }) => sum + payload.length + 200 * ids.length, 0);
    const appended = await this.#writer.run('grows', size, (step) =>
      this.#append(step, partition, entries, stamp),
    );
    for (const wake of this.#readers) wake(true);
    return appended;
  }

  async read(
    partition: number,
    from: number,
    limit: { readonly bytes: number; readonly wait: number },
  ): Promise<readonly LogRecord[]> {
    const found = this.#read(partition, from, limit.bytes);
    if (found.length > 0 || limit.wait <= 0) return found;
    const isWoken = await this.#appended(limit.wait);
    return isWoken ? this.#read(partition, from, limit.bytes) : [];
  }

  bounds(partition: number): { readonly first: number; readonly next: number } {
    const { first, next } = partitionState(this.#tables.partitions, partition);
    return { first, next };
  }

  async trim(partition: number, before: number): Promise<void> {
    for (let isMore = true; isMore; await breathe()) {
      isMore = await this.#writer.run('frees', 0, (step) => this.#trim(step, partition, before));
    }
  }

  /** About how many bytes the records take in the file. */
  size(partition: number): number {
    const { first, next } = this.bounds(partition);
    return first === next ? 0 : this.#tables.log.size();
  }

  async rewrite(
    partition: number,
    epoch: number,
    before: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<void> {
    const { partitions, log } = this.#tables;
    checkEpoch(partitionState(partitions, partition), epoch);
    const { first, next } = this.bounds(partition);
    for (let at = first; at < Math.min(before, next); await breathe()) {
      const records = this.#read(partition, at, REWRITE_SLICE).filter((record) => record.first < before);
      const changed = records.flatMap((record) => {
        const payload = change(record);
        return payload === null ? [] : [{ ...record, payload }];
      });
      const size = changed.reduce((sum, { payload }) => sum + payload.length, 0);
      if (changed.length > 0) {
        await this.#writer.run('follows', size, (step) => {
          checkEpoch(partitionState(partitions, partition, step), epoch);
          for (const record of changed)
            step.put(log, keyOf(partition, record.first), headOf(record), record.payload);
        });
      }
      const last = records.at(-1);
      at = last === undefined ? before : last.first + last.count;
    }
  }

  /** Lets go of readers that wait: they get nothing. */
  close(): void {
    for (const wake of this.#readers) wake(false);
  }

  /** Checks that the last record ends where the log does. Throws StoreError `damaged`. */
  check(partition: number): void {
    const { first, next } = this.bounds(partition);
    const { log } = this.#tables;
    const key = log.last(keyOf(partition), pastAll(partition));
    const end = key === null ? first : lastNumber(key) + this.#record(key).count;
    if (end !== next) throw log.damaged(`is missing: the log ends at offset ${end} and should at ${next}`);
  }

  #append(step: Step, partition: number, entries: readonly LogEntry[], stamp: number): readonly Appended[] {
    if (entries.length === 0) return [];
    const state = partitionState(this.#tables.partitions, partition, step);
    const kept = Math.max(stamp, state.stamp);
    const ids = entries.flatMap((entry) => entry.ids);
    this.#ids.add(step, partition, ids, kept, state.next);
    let { next } = state;
    const appended = entries.map(({ kind, count, payload }) => {
      const first = next;
      const head = headOf({ kind, count, stamp: kept });
      step.put(this.#tables.log, keyOf(partition, first), head, payload);
      next += count;
      return { first, last: next - 1, stamp: kept };
    });
    changePartition(this.#tables.partitions, partition, step, { next, stamp: kept });
    return appended;
  }

  #read(partition: number, from: number, bytes: number): readonly LogRecord[] {
    const { first, next } = this.bounds(partition);
    if (from < first) {
      throw new StoreError('trimmed', `the log begins at offset ${first}: offset ${from} is gone`);
    }
    if (from >= next) return [];
    const { log } = this.#tables;
    const start = log.last(keyOf(partition), keyOf(partition, from)) ?? keyOf(partition, from);
    const records: LogRecord[] = [];
    let size = 0;
    let end = Math.min(from, lastNumber(start));
    for (const key of log.keys({ from: start, to: pastAll(partition) })) {
      const record = this.#record(key);
      // Offsets are dense: a gap is a record that the disk lost.
      if (record.first !== end || (records.length === 0 && record.first + record.count <= from)) break;
      if (records.length > 0 && size + record.payload.length > bytes) return records;
      records.push(record);
      size += record.payload.length;
      end = record.first + record.count;
      if (size >= bytes) return records;
    }
    if (records.length === 0) {
      throw log.damaged(`is missing: offset ${from} of partition ${partition}`);
    }
    return records;
  }

  #record(key: Buffer): LogRecord {
    const { log } = this.#tables;
    const body = log.get(key);
    const first = lastNumber(key);
    const kind = KINDS[body?.[0] ?? -1];
    if (body === null || kind === undefined) throw log.damaged(`at offset ${first} is of no known kind`);
    return {
      ...{ kind, first, count: body.readDoubleBE(1), stamp: body.readDoubleBE(9) },
      payload: body.subarray(HEAD),
    };
  }

  /** Drops a slice; says whether there may be more to drop. */
  #trim(step: Step, partition: number, before: number): boolean {
    const { log, partitions } = this.#tables;
    const { first } = partitionState(partitions, partition, step);
    if (before <= first) return false;
    // Only what is on disk already: the keys do not show what this step appends.
    const { next } = partitionState(partitions, partition);
    const keys = log.keys({
      from: keyOf(partition, first),
      to: pastAll(partition),
      limit: TRIM_SLICE + 1,
    });
    let kept = first;
    for (const [index, key] of keys.slice(0, TRIM_SLICE).entries()) {
      // A record goes up to the next one.
      const following = keys[index + 1];
      const end = following === undefined ? next : lastNumber(following);
      if (end > before) break;
      step.remove(log, key);
      kept = end;
    }
    if (kept === first) return false;
    changePartition(partitions, partition, step, { first: kept });
    return keys.length > TRIM_SLICE;
  }

  /** Whether an append came within `wait` milliseconds, and not the end of the store. */
  #appended(wait: number): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (isAppend: boolean): void => {
        clearTimeout(timer);
        this.#readers.delete(wake);
        resolve(isAppend);
      };
      const timer = setTimeout(wake, Math.min(wait, LONGEST_WAIT), false);
      this.#readers.add(wake);
    });
  }
}

function headOf({ kind, count, stamp }: Pick<LogRecord, 'kind' | 'count' | 'stamp'>): Buffer {
  const head = Buffer.allocUnsafe(HEAD);
  head[0] = KINDS.indexOf(kind);
  head.writeDoubleBE(count, 1);
  head.writeDoubleBE(stamp, 9);
  return head;
}
