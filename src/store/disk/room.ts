import { statfs } from 'node:fs/promises';
import { StoreError } from '../store.js';

/** What is done when room gets short: the log stops growing first, then the rest; what frees room or ends work never stops. */
export type Need = 'grows' | 'follows' | 'frees';

/** Free bytes that are left alone, by need, as a part of the reserve. */
const SHARE: Readonly<Record<Need, number>> = { grows: 1, follows: 0.25, frees: 0 };

/** Free space is asked for at least this often, in milliseconds: others fill the disk too. */
const OFTEN = 100;

/** Room on the disk. A database on a full disk says EIO only, so the free space is watched. */
export class Room {
  readonly #directory: string;
  /** Bytes. */
  readonly #reserve: number;
  #free = 0;
  #asked = Number.NEGATIVE_INFINITY;

  constructor(directory: string, reserve: number) {
    this.#directory = directory;
    this.#reserve = reserve;
  }

  /** Looks how much is free, when that is not known well enough for `size` bytes more. Throws StoreError `unavailable`. */
  async look(size: number): Promise<void> {
    const isEnough = this.#free - 4 * size > this.#reserve;
    if (isEnough && performance.now() - this.#asked < OFTEN) return;
    const { bavail, bsize } = await statfs(this.#directory).catch((cause: Error) => {
      const message = `the store's directory ${this.#directory} is out of reach: ${cause.message}`;
      throw new StoreError('unavailable', message, [], { cause });
    });
    this.#free = bavail * bsize;
    this.#asked = performance.now();
  }

  /** Throws StoreError `full` when there is no room for `size` bytes. */
  check(need: Need, size: number): void {
    if (need === 'frees' || this.#free - size >= this.#reserve * SHARE[need]) return;
    throw this.#full();
  }

  /** So many bytes were written. */
  note(size: number): void {
    this.#free -= size;
  }

  /** What a failed write means. */
  async explain(cause: unknown): Promise<StoreError> {
    this.#asked = Number.NEGATIVE_INFINITY;
    await this.look(0);
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || this.#free < this.#reserve / 2) return this.#full(cause);
    const text = `the store in ${this.#directory} could not write: ${message}`;
    return new StoreError('unavailable', text, [], { cause });
  }

  #full(cause?: unknown): StoreError {
    const megabytes = Math.floor(this.#free / 1_000_000);
    const message = `the disk of ${this.#directory} is full (${megabytes} MB left): nothing was written; make room`;
    return new StoreError('full', message, [], { cause });
  }
}
