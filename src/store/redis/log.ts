import { type Appended, type EntryKind, type LogEntry, type LogRecord, StoreError } from '../store.js';
import { Appender, digest } from './appender.js';
import { unseal } from './checksum.js';
import type { Connection } from './connection.js';
import type { Keys } from './keys.js';
import { asBytes, asInteger, asList, asText } from './reply.js';
import { Rewriting } from './rewriting.js';
import { read2 } from './scripts/read-2.js';
import { trimIds1 } from './scripts/trim_ids-1.js';
import { trimLog2 } from './scripts/trim_log-2.js';
import type { Tail } from './tail.js';

/** How much one step drops or asks for: Redis serves nobody else meanwhile. */
const RECORDS_A_STEP = 1_000;
const IDS_A_STEP = 5_000;

/** A partition's log: a stream of records, and the ids that tell repeats. The methods are those of Store. */
export class Log {
  readonly #connection: Connection;
  readonly #keys: Keys;
  readonly #tail: Tail;
  readonly #appender: Appender;

  constructor(connection: Connection, keys: Keys, tail: Tail) {
    this.#connection = connection;
    this.#keys = keys;
    this.#tail = tail;
    this.#appender = new Appender(connection, keys);
  }

  async append(entries: readonly LogEntry[], stamp: number): Promise<readonly Appended[]> {
    return entries.length === 0 ? [] : this.#appender.append(entries, stamp);
  }

  async known(ids: readonly string[]): Promise<readonly boolean[]> {
    const known: boolean[] = [];
    for (let from = 0; from < ids.length; from += IDS_A_STEP) {
      const digests = ids.slice(from, from + IDS_A_STEP).map(digest);
      const stamps = await this.#connection.send((client) => client.zmscore(this.#keys.ids, ...digests));
      known.push(...stamps.map((stamp) => stamp !== null));
    }
    return known;
  }

  async read(
    from: number,
    { bytes, wait }: { readonly bytes: number; readonly wait: number },
  ): Promise<readonly LogRecord[]> {
    const deadline = performance.now() + wait;
    for (;;) {
      const { moves } = this.#tail;
      const records = await this.#readNow(from, bytes);
      const left = deadline - performance.now();
      if (records.length > 0 || left <= 0 || this.#tail.isClosed) return records;
      await this.#tail.moved(moves, left);
      if (this.#tail.isClosed) return [];
    }
  }

  async bounds(): Promise<{ readonly first: number; readonly next: number }> {
    const [first, next] = await this.#connection.send((client) =>
      client.hmget(this.#keys.head, 'first', 'next'),
    );
    return { first: Number(first ?? 0), next: Number(next ?? 0) };
  }

  async trim(before: number, idsBefore: number): Promise<void> {
    const { log, head, ids } = this.#keys;
    let isDone = false;
    while (!isDone) {
      isDone = (await trimLog2.run(this.#connection, [log, head], [before, RECORDS_A_STEP])) === 1;
    }
    let dropped = IDS_A_STEP;
    while (dropped === IDS_A_STEP) {
      dropped = asInteger(await trimIds1.run(this.#connection, [ids], [idsBefore, IDS_A_STEP]));
    }
  }

  /** About how many bytes the records take in Redis. */
  async size(): Promise<number> {
    const bytes = await this.#connection.send((client) => client.memory('USAGE', this.#keys.log));
    return bytes ?? 0;
  }

  /** As Store.rewrite. */
  async rewrite(
    epoch: number,
    before: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<void> {
    const rewriting = new Rewriting(this.#connection, this.#keys, (from, bytes) =>
      this.#readNow(from, bytes),
    );
    await rewriting.run(epoch, await this.bounds(), before, change);
  }

  async #readNow(from: number, bytes: number): Promise<readonly LogRecord[]> {
    const { log, head } = this.#keys;
    const [begin, end, ...entries] = asList(await read2.run(this.#connection, [log, head], [from, bytes]));
    const [first, next] = [asInteger(begin), asInteger(end)];
    if (from < first) {
      throw new StoreError('trimmed', `the log begins at offset ${first}: offset ${from} is gone`);
    }
    if (from > next) {
      const message = `the log ends at offset ${next}, and was read up to ${from} before: Redis has lost what came between`;
      throw new StoreError(
        'damaged',
        `${message}; if that was more than it may lose, restore it from a backup`,
      );
    }
    const records = entries.map(recordOf);
    if (from < next) checkWhole(records, from);
    return records;
  }
}

/** `{<first>-1, {kind, k, count, n, stamp, s, payload, p}}` */
function recordOf(entry: unknown): LogRecord {
  const [id, fields] = asList(entry);
  const [, kind, , count, , stamp, , payload] = asList(fields);
  const first = Number.parseInt(asText(id), 10);
  return {
    kind: asText(kind) as EntryKind,
    first,
    count: asInteger(count),
    stamp: asInteger(stamp),
    payload: unseal(asBytes(payload), `the log record at offset ${first}`),
  };
}

/** Each record begins where the one before ends, and the first holds `from`. */
function checkWhole(records: readonly LogRecord[], from: number): void {
  let next = records[0] !== undefined && records[0].first < from ? records[0].first : from;
  for (const { first, count } of records) {
    if (first !== next) break;
    next += count;
  }
  const last = records.at(-1);
  if (last !== undefined && next === last.first + last.count && next > from) return;
  throw new StoreError('damaged', `the log has no record at offset ${next}: restore Redis from a backup`);
}
