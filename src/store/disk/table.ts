import type { Database } from 'lmdb';
import { StoreError } from '../store.js';
import { unseal } from './checksum.js';

/** Rows of keys read at once: a read of the database never lasts long. */
export const SLICE = 200;

export interface KeyRange {
  /** Inclusive. */
  readonly from: Buffer;
  /** Exclusive. */
  readonly to: Buffer;
  readonly limit?: number;
}

/** What LMDB tells of a table, among other things. */
interface Pages {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** One named database of the file: sealed values by key. Only reads; writes go through a Step. */
export class Table {
  readonly name: string;
  readonly database: Database<Buffer, Buffer>;
  /** What a row is, for messages. */
  readonly #what: string;
  #isClosed = false;

  constructor(name: string, what: string, database: Database<Buffer, Buffer>) {
    this.name = name;
    this.#what = what;
    this.database = database;
  }

  /** A copy of a value, or null. Throws StoreError `damaged`. */
  get(key: Buffer): Buffer | null {
    const value = this.#ask(() => this.database.getBinary(key));
    if (value === undefined) return null;
    const body = unseal(key, value);
    if (body === null) throw this.damaged('fails its checksum');
    return body;
  }

  has(key: Buffer): boolean {
    return this.#ask(() => this.database.doesExist(key));
  }

  /** Keys in order, at most `limit` (a slice when absent). */
  keys({ from, to, limit = SLICE }: KeyRange): readonly Buffer[] {
    if (limit <= 0) return [];
    return this.#ask(() => [...this.database.getKeys({ start: from, end: to, limit })]);
  }

  /** The last key from `from` to `to`, both inclusive, or null. */
  last(from: Buffer, to: Buffer): Buffer | null {
    const [key] = this.#ask(() => [...this.database.getKeys({ start: to, reverse: true, limit: 1 })]);
    return key === undefined || key.compare(from) < 0 ? null : key;
  }

  /** Bytes of the pages that it takes in the file. */
  size(): number {
    const stats = this.#ask(() => this.database.getStats()) as Pages;
    const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = stats;
    return pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages);
  }

  /** Every later question is refused. */
  close(): void {
    this.#isClosed = true;
  }

  /** The error for a row that is not as it was written. */
  damaged(how: string): StoreError {
    const message = `${this.#what} ${how} (table ${this.name}): the data on disk is damaged; stop the server and restore its directory from a backup`;
    return new StoreError('damaged', message);
  }

  #ask<T>(question: () => T): T {
    // The database itself would end the process.
    if (this.#isClosed) throw new StoreError('unavailable', 'the store is closed');
    try {
      return question();
    } catch (error) {
      // The database found its own pages wrong.
      throw new StoreError(
        'damaged',
        this.damaged(`cannot be read: ${(error as Error).message}`).message,
        [],
        {
          cause: error,
        },
      );
    }
  }
}
