import { setImmediate as breathe } from 'node:timers/promises';
import type { PieceName, StateChange, StatePiece } from '../store.js';
import { keyOf, named, pastAll } from './key.js';
import { justPast } from './scan.js';
import type { Step } from './step.js';
import { SLICE, type Table } from './table.js';

/** Pieces that are put down before others get their turn. */
const CHANGE_SLICE = 500;

/** The pieces of a partition's state: by group, then by key or, where that is long, its digest. */
export class StatePieces {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** How many bytes a change writes. */
  static sizeOf({ pieces }: StateChange): number {
    return pieces.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
  }

  async change(step: Step, partition: number, { dropped, pieces }: StateChange): Promise<void> {
    for (const group of dropped) this.#drop(step, partition, group);
    for (const [index, { group, key, value }] of pieces.entries()) {
      if (index % CHANGE_SLICE === CHANGE_SLICE - 1) await breathe();
      const at = keyOf(partition, group, named(key));
      if (value === null) step.remove(this.#table, at);
      else step.put(this.#table, at, nameBytes({ group, key }), value);
    }
  }

  /** At most about `bytes` behind `after`, at least one. */
  read(partition: number, after: PieceName | null, bytes: number): readonly StatePiece[] {
    const found: StatePiece[] = [];
    let size = 0;
    let from = after === null ? keyOf(partition) : justPast(keyOf(partition, after.group, named(after.key)));
    for (;;) {
      const keys = this.#table.keys({ from, to: pastAll(partition) });
      for (const key of keys) {
        const piece = pieceOf(this.#table.get(key) ?? Buffer.alloc(8));
        if (found.length > 0 && size + piece.value.length > bytes) return found;
        found.push(piece);
        size += piece.value.length;
      }
      const last = keys.at(-1);
      if (last === undefined || keys.length < SLICE) return found;
      from = justPast(last);
    }
  }

  #drop(step: Step, partition: number, group: string): void {
    let from = keyOf(partition, group);
    for (;;) {
      const keys = this.#table.keys({ from, to: pastAll(partition, group) });
      for (const key of keys) step.remove(this.#table, key);
      const last = keys.at(-1);
      if (last === undefined || keys.length < SLICE) return;
      from = justPast(last);
    }
  }
}

/** Group and key, each behind its length: the row's own key may be a digest. */
function nameBytes({ group, key }: PieceName): Buffer {
  const parts = [group, key].flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

function pieceOf(row: Buffer): StatePiece {
  const groupEnd = 4 + row.readUInt32BE(0);
  const keyEnd = groupEnd + 4 + row.readUInt32BE(groupEnd);
  return {
    group: row.toString('utf8', 4, groupEnd),
    key: row.toString('utf8', groupEnd + 4, keyEnd),
    value: row.subarray(keyEnd),
  };
}
