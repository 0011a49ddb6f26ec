import type { Store } from '../store/store.js';
import type { Partition } from './partition.js';

/** What is kept of a log. Durations are milliseconds. */
export interface Keeping {
  /** How long ids are remembered. */
  readonly idWindow: number;
  /** Bytes that the log may take; null: as many as there are. */
  readonly maxLog: number | null;
}

/** Rounds in which the log is brought down to its size: how much a record takes is only known on average. */
const ROUNDS = 20;

/**
 * Drops what the log need not keep any more: ids older than `idWindow`, records that are older than every stream's
 * `retention`, and the oldest ones of a log that is larger than `maxLog`. A stream without a retention keeps all of them, as
 * far as the size allows. Only what the last saved state has in it is dropped: that state has its own copy of every row that
 * a rule may still need. Says which offset the log begins at, and did before. `now` in milliseconds.
 */
export async function trimLog(
  store: Store,
  number: number,
  { registry }: Partition,
  now: number,
  { idWindow, maxLog }: Keeping,
): Promise<{ readonly before: number; readonly after: number }> {
  const retentions = registry.schemas().map(({ retention }) => retention ?? Number.POSITIVE_INFINITY);
  const longest = Math.max(0, ...retentions);
  const { first: before } = await store.bounds(number);
  const { state } = await store.checkpoint(number);
  const isLimited = retentions.length > 0 && Number.isFinite(longest) && state !== null;
  const from = isLimited ? await firstSince(store, number, now - longest, before, state) : before;
  await store.trim(number, from, now - idWindow);
  if (maxLog !== null && state !== null) await shrink(store, number, maxLog, state, now - idWindow);
  const { first: after } = await store.bounds(number);
  return { before, after };
}

/** Drops the oldest records, none from offset `end` on, until the log takes no more than `most` bytes. */
async function shrink(
  store: Store,
  number: number,
  most: number,
  end: number,
  idsBefore: number,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const size = await store.size(number);
    const { first, next } = await store.bounds(number);
    if (size <= most || first >= end) return;
    const surplus = Math.ceil((next - first) * ((size - most) / size));
    const [oldest] = await store.read(number, first, { bytes: 1, wait: 0 });
    const least = oldest === undefined ? first : oldest.first + oldest.count;
    const before = Math.min(Math.max(first + surplus, least), end);
    if (before < least) return;
    await store.trim(number, before, idsBefore);
  }
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
