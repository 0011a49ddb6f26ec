import { setImmediate as breathe } from 'node:timers/promises';
import { type Document, StoreError } from '../store.js';
import { keyOf, pastAll } from './key.js';
import { justPast } from './scan.js';
import type { Step } from './step.js';
import { SLICE, type Table } from './table.js';

/** Version, and the length of the key, in bytes; key and value follow. */
const FRONT = 12;

/** Documents by kind and key. */
export class Documents {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  find(kind: string, key: string): Document | null {
    return parse(this.#table.get(keyOf(kind, key)));
  }

  async list(kind: string, after: string, limit: number): Promise<readonly Document[]> {
    const found: Document[] = [];
    let from = justPast(keyOf(kind, after));
    while (found.length < limit) {
      const wanted = Math.min(SLICE, limit - found.length);
      const keys = this.#table.keys({ from, to: pastAll(kind), limit: wanted });
      for (const key of keys) {
        const document = parse(this.#table.get(key));
        if (document !== null) found.push(document);
      }
      const last = keys.at(-1);
      if (last === undefined || keys.length < wanted) break;
      from = justPast(last);
      await breathe();
    }
    return found;
  }

  /** Gives the new version. Throws StoreError `conflict`. */
  put(step: Step, kind: string, key: string, value: Uint8Array, expected?: number): number {
    const place = keyOf(kind, key);
    const version = parse(step.get(this.#table, place))?.version ?? 0;
    if (expected !== undefined && expected !== version) {
      throw new StoreError('conflict', `${kind} '${key}' is at version ${version}, not ${expected}`);
    }
    const name = Buffer.from(key);
    const front = Buffer.allocUnsafe(FRONT);
    front.writeDoubleBE(version + 1, 0);
    front.writeUInt32BE(name.length, 8);
    step.put(this.#table, place, front, name, value);
    return version + 1;
  }

  /** Says whether it was there. */
  delete(step: Step, kind: string, key: string): boolean {
    const place = keyOf(kind, key);
    if (!step.has(this.#table, place)) return false;
    step.remove(this.#table, place);
    return true;
  }
}

function parse(row: Buffer | null): Document | null {
  if (row === null) return null;
  const end = FRONT + row.readUInt32BE(8);
  return { key: row.toString('utf8', FRONT, end), version: row.readDoubleBE(0), value: row.subarray(end) };
}
