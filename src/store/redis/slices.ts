/** How many are looked at in one step where a filter may drop them. */
const SLICE = 500;

/**
 * The first `limit` items with a sequence number above `after` and up to `last` that fit, looked for in slices of bounded
 * size. `read` gives the items of sequence numbers, which are dense.
 */
export async function collect<T>(
  { after, last, limit }: { readonly after: number; readonly last: number; readonly limit: number },
  read: (sequences: readonly number[]) => Promise<readonly T[]>,
  fits: (item: T) => boolean,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let from = Math.max(0, after) + 1; from <= last && found.length < limit; from += SLICE) {
    const length = Math.min(SLICE, last - from + 1);
    const items = await read(Array.from({ length }, (_, index) => from + index));
    found.push(...items.filter(fits));
  }
  return found.slice(0, limit);
}
