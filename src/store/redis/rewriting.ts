import { type LogRecord, StoreError } from '../store.js';
import { seal } from './checksum.js';
import type { Connection } from './connection.js';
import { Frames } from './frames.js';
import type { Keys } from './keys.js';
import { asInteger } from './reply.js';
import type { Script } from './script.js';
import { copyLog3 } from './scripts/copy_log-3.js';
import { swapLog3 } from './scripts/swap_log-3.js';

/** Bytes that one step copies: Redis serves nobody else meanwhile. */
const SLICE = 1024 * 1024;
/** Records that the last step may copy. */
const MOST_LEFT = 200;

type Read = (from: number, bytes: number) => Promise<readonly LogRecord[]>;

/**
 * Changes payloads of the log. Redis cannot change an entry of a stream, and keeps the bytes of a deleted one in its node: so
 * the log is copied, with what changes, and the copy takes its place in one step. The copy takes as much room as the log.
 */
export class Rewriting {
  readonly #connection: Connection;
  readonly #keys: Keys;
  readonly #read: Read;

  constructor(connection: Connection, keys: Keys, read: Read) {
    this.#connection = connection;
    this.#keys = keys;
    this.#read = read;
  }

  /** `first` and `next`: the log's bounds; the rest as of Store. */
  async run(
    epoch: number,
    { first, next }: { readonly first: number; readonly next: number },
    before: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<void> {
    const end = Math.min(before, next);
    // Most of the time nothing changes, and then nothing is copied.
    if (!(await this.#changes(first, end, change))) return;
    try {
      await this.#copy(epoch, first, end, change);
    } catch (error) {
      await this.#connection.send((client) => client.unlink(this.#keys.copy)).catch(() => {});
      throw error;
    }
  }

  async #changes(
    first: number,
    end: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<boolean> {
    for (let at = first; at < end; ) {
      const records = await this.#read(at, SLICE);
      if (records.some((record) => record.first < end && change(record) !== null)) return true;
      at = endOf(records) ?? end;
    }
    return false;
  }

  async #copy(
    epoch: number,
    first: number,
    end: number,
    change: (record: LogRecord) => Uint8Array | null,
  ): Promise<void> {
    for (let at = first; ; ) {
      const records = await this.#read(at, SLICE);
      const changed = records.flatMap((record) => {
        const payload = record.first < end ? change(record) : null;
        return payload === null ? [] : [[idOf(record), seal(payload)] as const];
      });
      const [from, to] = [records[0], records.at(-1)];
      if (from === undefined || to === undefined) return;
      const frames = new Frames();
      frames.add(epoch, idOf(from), idOf(to), at === first ? 1 : 0, changed.length, ...changed.flat());
      await this.#ask(copyLog3, epoch, frames);
      at = to.first + to.count;
      if (at < end) continue;
      const last = new Frames();
      last.add(epoch, idOf(to), MOST_LEFT);
      if (await this.#ask(swapLog3, epoch, last)) return;
    }
  }

  /** Whether it was done. Throws StoreError `fenced`. */
  async #ask(script: Script, epoch: number, frames: Frames): Promise<boolean> {
    const { lease, log, copy } = this.#keys;
    const answer = asInteger(
      await script.run(this.#connection, [lease, log, copy], [frames.toBuffer()], frames.patience),
    );
    if (answer >= 0)
      throw new StoreError('fenced', `epoch ${epoch} is over: the partition is at epoch ${answer}`);
    return answer === -1;
  }
}

function endOf(records: readonly LogRecord[]): number | null {
  const last = records.at(-1);
  return last === undefined ? null : last.first + last.count;
}

function idOf({ first }: LogRecord): string {
  return `${first}-1`;
}
