import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import { StoreError } from '../store.js';
import { dataFile } from './directory.js';
import { checkPages } from './page_check.js';
import type { Step } from './step.js';
import { Table } from './table.js';

/** What one row of each table is. */
const ROWS = {
  log: 'a record of the log',
  partitions: 'the state of a partition of the log',
  state: 'a piece of the state',
  ids: 'an id of an event',
  idsByStamp: 'the list of ids of an append',
  alerts: 'an alert',
  alertsById: 'the id of an alert',
  alertsByText: 'the list of alerts of a rule or severity',
  deliveries: 'a delivery',
  deliveriesById: 'the id of a delivery',
  deliveriesByText: 'the list of deliveries of a destination or state',
  due: 'the list of due deliveries',
  sequences: 'the count of alerts and deliveries',
  documents: 'a document',
} as const;

/** Where a row that is not found is as good as none. */
const LOOKUPS: ReadonlySet<string> = new Set<keyof typeof ROWS>([
  ...(['ids', 'idsByStamp', 'alertsById', 'alertsByText'] as const),
  ...(['deliveriesById', 'deliveriesByText', 'due', 'sequences'] as const),
]);

export type Tables = Readonly<Record<keyof typeof ROWS, Table>>;

/** Bytes that the file is kept ahead of its use. They take no room: they are a hole. */
const AHEAD = 1024 * 1024;

/** Checks the file before it is opened; the directory must have been checked, and hold one. Throws StoreError `damaged`. */
export function checkDatabase(directory: string): Promise<void> {
  return checkPages(dataFile(directory), { rows: ROWS, lookups: LOOKUPS });
}

/** The LMDB file and its tables. */
export class Database {
  readonly tables: Tables;
  readonly #root: RootDatabase<Buffer, Buffer>;
  /** The same file, to look at its length. */
  readonly #file: number;

  private constructor(root: RootDatabase<Buffer, Buffer>, tables: Tables, path: string) {
    this.#root = root;
    this.tables = tables;
    this.#file = openSync(path, 'r+');
  }

  /** Opens or makes it. The directory must have been checked. Throws StoreError `damaged`, `unavailable`. */
  static async open(directory: string): Promise<Database> {
    const path = dataFile(directory);
    const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;
    let root: RootDatabase<Buffer, Buffer> | null = null;
    try {
      root = open<Buffer, Buffer>({
        ...{ path, noSubdir: true, maxDbs: 32, ...encoding },
        // With these an awaited batch is on disk, and a failed one does not end the process.
        ...{ overlappingSync: false, eventTurnBatching: false },
      });
      const tables: Partial<Record<keyof Tables, Table>> = {};
      for (const [name, row] of Object.entries(ROWS)) {
        const database = root.openDB<Buffer, Buffer>({ name, ...encoding });
        tables[name as keyof Tables] = new Table(name, row, database);
      }
      return new Database(root, tables as Tables, path);
    } catch (error) {
      await root?.close();
      throw cannotOpen(path, error);
    }
  }

  /** Writes a step: all of it or nothing, on disk when it resolves. Rejects with what LMDB says. */
  async write(step: Step): Promise<void> {
    try {
      await this.#root.batch(() => {
        for (const [table, key, value] of step.writes()) {
          if (value === null) table.database.remove(key);
          else table.database.put(key, value);
        }
      });
    } catch (error) {
      // The reason comes as a second promise, which must not be left unheard.
      const { commitError } = error as { commitError?: Promise<unknown> };
      await commitError;
      throw error;
    }
    this.#extend();
  }

  /** Bytes of the file that are in use, those of pages that wait to be used again included. */
  get used(): number {
    const { lastPageNumber, pageSize } = this.#root.getStats() as Extent;
    return (lastPageNumber + 1) * pageSize;
  }

  /** Writes all of it, as of one moment and without the pages that are free, to a file that there is not yet. */
  copy(path: string): Promise<void> {
    return this.#root.backup(path, true);
  }

  async close(): Promise<void> {
    for (const table of Object.values(this.tables)) table.close();
    await this.#root.close();
    closeSync(this.#file);
  }

  /**
   * Keeps the file longer than it is used. LMDB does not write a page at the end that was freed in the step that took it, and
   * the check before the next opening could not tell that from a file that was cut short.
   */
  #extend(): void {
    const { used } = this;
    if (fstatSync(this.#file).size >= used + AHEAD / 2) return;
    try {
      writeSync(this.#file, Buffer.of(0), 0, 1, used + AHEAD - 1);
    } catch {
      // A full disk: the file stays as it is, and what was written is written all the same.
    }
  }
}

/** What LMDB tells of its file, among other things. */
interface Extent {
  readonly lastPageNumber: number;
  readonly pageSize: number;
}

function cannotOpen(path: string, cause: unknown): StoreError {
  const { code, message } = cause as Error & { code?: number | string };
  // LMDB's own errors are numbers below zero, the system's are names or above it.
  const isSystem = typeof code === 'string' || (typeof code === 'number' && code > 0);
  return isSystem
    ? new StoreError('unavailable', `${path} cannot be opened: ${message}`, [], { cause })
    : new StoreError(
        'damaged',
        `${path} cannot be opened (${message}): restore the directory from a backup`,
        [],
        { cause },
      );
}
