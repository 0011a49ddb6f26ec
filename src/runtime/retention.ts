import type { Store } from '../store/store.js';
import type { Partition } from './partition.js';

/**
 * Drops what the log need not keep any more: ids older than `idWindow`, and records that are older than every stream's
 * `retention` and that the last snapshot has in it. A stream without a retention keeps all. Times in milliseconds.
 */
export async function trimLog(
  store: Store,
  number: number,
  { registry }: Partition,
  now: number,
  idWindow: number,
): Promise<void> {
  const retentions = registry.schemas().map(({ retention }) => retention ?? Number.POSITIVE_INFINITY);
  const longest = Math.max(0, ...retentions);
  const { first } = await store.bounds(number);
  const { state } = await store.checkpoint(number);
  const isLimited = retentions.length > 0 && Number.isFinite(longest) && state !== null;
  const before = isLimited ? await firstSince(store, number, now - longest, first, state) : first;
  await store.trim(number, before, now - idWindow);
}

/** The first offset from `low` on, at most `high`, whose record came at `stamp` or later: stamps never go back. */
async function firstSince(
  store: Store,
  number: number,
  stamp: number,
  low: number,
  high: number,
): Promise<number> {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const [record] = await store.read(number, middle, { bytes: 1, wait: 0 });
    if (record === undefined || record.stamp >= stamp) to = middle;
    else from = record.first + record.count;
  }
  return Math.min(from, high);
}
