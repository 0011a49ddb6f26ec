import type { JsonValue } from '../../event/json.js';
import type { Row } from '../../event/row.js';
import type { Start } from './thread.js';

/** Lists that most keys have nothing in: one for all, never changed. */
const NO_ROWS: readonly Row[] = [];
const NO_STARTS: readonly Start[] = [];
const NO_PLACES: readonly number[] = [];
const NO_SPANS: readonly (readonly [number, number])[] = [];
/** A list that grows by `push` takes room for sixteen more: short ones are made anew. */
const SHORT = 4;

/** One key of one rule: what is live there, and what the rule can still read of the past. */
export class Partition {
  /** Rows seen: the place of the next row. */
  count = 0;
  /** The place of `rows[0]`. */
  base = 0;
  /** Rows that conditions or measures can still read. */
  rows: readonly Row[] = NO_ROWS;
  /** Live starts in order of their rows. */
  starts: readonly Start[] = NO_STARTS;
  /** No match begins before this place: where the last AFTER MATCH SKIP resumed. */
  resume = 0;
  /** Matches so far, MATCH_NUMBER() of the last one. */
  matches = 0;
  /** Event time of the last row that satisfied a variable that must be absent before a match, in milliseconds. */
  lastAbsent = Number.NEGATIVE_INFINITY;
  /** Sequential matching: places, not begun yet, before which something came that must be absent. */
  barred: readonly number[] = NO_PLACES;
  /** WITH UNMATCHED ROWS: first and last place of the matches that later decisions can still fall into. */
  covered: readonly (readonly [number, number])[] = NO_SPANS;
  /** Sequential matching: the place up to which the only start has been fed. */
  fed = -1;
  /** It stands in the checkpoint, perhaps as it was before. */
  isSaved = false;
  /** It is noted as one whose state is another than in the checkpoint. */
  isChanged = false;
  /** PARTITION BY as an alert shows it, where state stays that no start tells the columns of; else null. */
  columns: Readonly<Record<string, JsonValue>> | null = null;
  /** Partial matches, counted at the last limit check. */
  threads = 0;

  constructor(readonly key: string) {}

  rowAt(position: number): Row | null {
    return this.rows[position - this.base] ?? null;
  }

  /** Takes the next row, and gives its place. */
  push(row: Row, keep: boolean): number {
    if (keep) this.keep(row);
    else this.base = this.count + 1;
    return this.count++;
  }

  /** A row that can be read later on. */
  keep(row: Row): void {
    this.rows = appended(this.rows, row);
  }

  begin(start: Start): void {
    this.starts = appended(this.starts, start);
  }

  isCovered(position: number): boolean {
    return this.covered.some(([first, last]) => first <= position && position <= last);
  }

  /** Lets go of the rows before `position`. */
  forget(position: number): void {
    const drop = Math.min(position - this.base, this.rows.length);
    // Dropping from the front costs the length of the rest: done when it halves it.
    if (drop > 16 && drop * 2 > this.rows.length) {
      this.rows = this.rows.slice(drop);
      this.base += drop;
    }
  }
}

/** The list with one more at its end; a long one is the same list. */
function appended<T>(list: readonly T[], item: T): readonly T[] {
  if (list.length < SHORT) return [...list, item];
  (list as T[]).push(item);
  return list;
}
