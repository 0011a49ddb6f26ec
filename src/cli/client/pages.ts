import { UsageError } from '../terminal.js';
import type { Call, Option } from './group.js';
import type { Column } from './listing.js';
import type { JsonObject } from './problem.js';

const FEW = 100;
const LARGEST_PAGE = 1_000;

/** The options of every list. */
export const LIST_OPTIONS: Readonly<Record<string, Option>> = {
  limit: { value: 'N', help: `how many at most (default ${FEW})` },
  all: { help: 'however many there are' },
};

interface Page {
  readonly items: readonly JsonObject[];
  readonly next_cursor: string | null;
}

/** Shows a list of the server, oldest first, a table for each page; says when there is more. */
export async function list(
  { connection, options, flags, listing, say }: Call,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  columns: readonly Column[],
): Promise<void> {
  if (flags.has('all') && options['limit'] !== undefined) {
    throw new UsageError('--all lists everything, so --limit has nothing to say');
  }
  const most = flags.has('all')
    ? Number.POSITIVE_INFINITY
    : (wholeNumber(options['limit'], '--limit') ?? FEW);
  let cursor: string | undefined;
  for (let left = most; left > 0; ) {
    const limit = String(Math.min(left, LARGEST_PAGE));
    const first = cursor === undefined ? query : { ...query, from: undefined };
    const page = (await connection.send('GET', path, {
      query: { ...first, limit, cursor },
    })) as unknown as Page;
    await listing.table(page.items, columns);
    left -= page.items.length;
    if (page.next_cursor === null) return;
    cursor = page.next_cursor;
  }
  say('there is more: --limit N or --all lists it');
}

/** A count from 1 in an option; null for none. @throws UsageError */
export function wholeNumber(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`${option} ${text}: it is a whole number from 1`);
}
