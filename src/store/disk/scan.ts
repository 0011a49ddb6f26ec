import { setImmediate as breathe } from 'node:timers/promises';
import { keyOf, lastNumber, type Part, pastAll } from './key.js';
import { SLICE, type Table } from './table.js';

/**
 * Walks the rows whose keys are `prefix` and a sequence number above `after`, in order, until `pick` gave `limit` answers
 * that are not null. Others get their turn between two slices.
 */
export async function scan<T>(
  table: Table,
  prefix: readonly Part[],
  after: number,
  limit: number,
  pick: (sequence: number) => T | null,
): Promise<readonly T[]> {
  const found: T[] = [];
  let from = justPast(keyOf(...prefix, after));
  while (found.length < limit) {
    const keys = table.keys({ from, to: pastAll(...prefix) });
    for (const key of keys) {
      const picked = pick(lastNumber(key));
      if (picked !== null) found.push(picked);
      if (found.length === limit) return found;
    }
    const last = keys.at(-1);
    if (last === undefined || keys.length < SLICE) break;
    from = justPast(last);
    await breathe();
  }
  return found;
}

/** The first key after this one. */
export function justPast(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}
