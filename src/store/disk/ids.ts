import { hash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { StoreError } from '../store.js';
import type { Tables } from './database.js';
import { keyOf } from './key.js';
import { checkPartition } from './partition.js';
import type { Step } from './step.js';
import type { Writer } from './writer.js';

/** Ids in one row of the list by stamp. */
const ROW = 250;
/** Rows that one step of a trim drops. */
const TRIM_SLICE = 4;
/** Ids looked up before others get their turn. */
const LOOK_SLICE = 1_000;

/** The ids that tell repeats, and which of them an append brought, by its stamp. Digests are kept, not what the ids say. */
export class IdIndex {
  readonly #tables: Tables;
  readonly #writer: Writer;

  constructor(tables: Tables, writer: Writer) {
    this.#tables = tables;
    this.#writer = writer;
  }

  async known(partition: number, ids: readonly string[]): Promise<readonly boolean[]> {
    checkPartition(partition);
    const answers: boolean[] = [];
    for (const id of ids) {
      answers.push(this.#tables.ids.has(keyOf(partition, digest(id))));
      if (answers.length % LOOK_SLICE === 0) await breathe();
    }
    return answers;
  }

  /**
   * Adds the ids of an append; `offset` is its first. Throws StoreError `duplicate_ids` when one is known or comes twice.
   */
  add(step: Step, partition: number, ids: readonly string[], stamp: number, offset: number): void {
    const { ids: table, idsByStamp } = this.#tables;
    const keys = new Map<string, Buffer>();
    const repeated = new Set<string>();
    for (const id of ids) {
      const key = keyOf(partition, digest(id));
      if (keys.has(id) || step.has(table, key)) repeated.add(id);
      else keys.set(id, key);
    }
    if (repeated.size > 0) {
      const message = `${repeated.size} of ${ids.length} ids are known already`;
      throw new StoreError('duplicate_ids', message, [...repeated]);
    }
    for (const key of keys.values()) step.put(table, key);
    const all = [...keys.values()];
    for (let start = 0; start < all.length; start += ROW) {
      step.put(
        idsByStamp,
        keyOf(partition, stamp, offset, start),
        ...all.slice(start, start + ROW).flatMap(counted),
      );
    }
  }

  /** Forgets the ids of appends with a stamp below `before`. */
  async trim(partition: number, before: number): Promise<void> {
    checkPartition(partition);
    for (let isMore = true; isMore; await breathe()) {
      isMore = await this.#writer.run('frees', 0, (step) => this.#trim(step, partition, before));
    }
  }

  /** Drops a slice; says whether there may be more to drop. */
  #trim(step: Step, partition: number, before: number): boolean {
    const { ids, idsByStamp } = this.#tables;
    const range = { from: keyOf(partition), to: keyOf(partition, before), limit: TRIM_SLICE };
    const rows = idsByStamp.keys(range);
    for (const row of rows) {
      const list = step.get(idsByStamp, row);
      // Dropped by another trim in this very step.
      if (list === null) continue;
      for (let at = 0; at < list.length; ) {
        const length = list.readUInt16BE(at);
        step.remove(ids, list.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      }
      step.remove(idsByStamp, row);
    }
    return rows.length === TRIM_SLICE;
  }
}

function counted(key: Buffer): readonly Uint8Array[] {
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(key.length, 0);
  return [length, key];
}

/** 128 bits of its SHA-256. */
function digest(id: string): Uint8Array {
  return hash('sha256', id, 'buffer').subarray(0, 16);
}
