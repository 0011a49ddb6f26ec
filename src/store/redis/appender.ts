import { hash } from 'node:crypto';
import { type Appended, type LogEntry, StoreError } from '../store.js';
import { seal } from './checksum.js';
import type { Connection } from './connection.js';
import { Frames } from './frames.js';
import type { Keys } from './keys.js';
import { asInteger, asList } from './reply.js';
import { append3 } from './scripts/append-3.js';

/** One step takes no more appends and bytes than these, unless a single one is larger: Redis serves nobody else meanwhile. */
const MOST_APPENDS = 1_000;
const MOST_BYTES = 4 * 1024 * 1024;

const DIGEST_BYTES = 16;

interface Waiting {
  readonly entries: readonly LogEntry[];
  readonly stamp: number;
  readonly bytes: number;
  resolve(appended: readonly Appended[]): void;
  reject(error: unknown): void;
}

/** Appends to the log. While one step is under way the next ones gather, and go out together. */
export class Appender {
  readonly #connection: Connection;
  readonly #keys: Keys;
  #waiting: Waiting[] = [];
  #isSending = false;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  /** As Store.append. */
  append(entries: readonly LogEntry[], stamp: number): Promise<readonly Appended[]> {
    return new Promise((resolve, reject) => {
      const bytes = entries.reduce(
        (sum, { payload, ids }) => sum + payload.length + ids.length * DIGEST_BYTES,
        0,
      );
      this.#waiting.push({ entries, stamp, bytes, resolve, reject });
      if (!this.#isSending) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        const answers = await this.#send(group);
        for (const [index, waiting] of group.entries()) settle(waiting, answers[index]);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isSending = false;
  }

  #takeGroup(): readonly Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((waiting, index) => {
      bytes += waiting.bytes;
      return index > 0 && (index === MOST_APPENDS || bytes > MOST_BYTES);
    });
    const group = end < 0 ? this.#waiting : this.#waiting.slice(0, end);
    this.#waiting = end < 0 ? [] : this.#waiting.slice(end);
    return group;
  }

  async #send(group: readonly Waiting[]): Promise<readonly unknown[]> {
    const frames = new Frames();
    frames.add(group.length);
    for (const { entries, stamp } of group) {
      frames.add(stamp, entries.length);
      for (const { kind, count, payload, ids } of entries) {
        frames.add(kind, count, seal(payload), Buffer.concat(ids.map(digest)));
      }
    }
    const { log, head, ids, appended } = this.#keys;
    const args = [frames.toBuffer(), appended];
    return asList(await append3.run(this.#connection, [log, head, ids], args, frames.patience));
  }
}

/** What an id is stored as: 128 bits of its SHA-256, so that long ids take no more room than short ones. */
export function digest(id: string): Buffer {
  return hash('sha256', id, 'buffer').subarray(0, DIGEST_BYTES);
}

function settle({ entries, resolve, reject }: Waiting, answer: unknown): void {
  const [isTaken, ...numbers] = asList(answer).map(asInteger);
  if (isTaken === 0) {
    const ids = entries.flatMap((entry) => entry.ids);
    const known = [...new Set(numbers.flatMap((place) => ids[place] ?? []))];
    reject(new StoreError('duplicate_ids', `${known.length} ids are known already`, known));
    return;
  }
  let [next = 0] = numbers;
  const [, stamp = 0] = numbers;
  resolve(
    entries.map(({ count }) => {
      const first = next;
      next += count;
      return { first, last: next - 1, stamp };
    }),
  );
}
