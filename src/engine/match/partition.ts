import type { JsonValue } from '../../event/json.js';
import type { Row } from '../../event/row.js';
import type { Start } from './thread.js';

/** One key of one rule: what is live there, and what the rule can still read of the past. */
export class Partition {
  /** Rows seen: the place of the next row. */
  count = 0;
  /** The place of `rows[0]`. */
  base = 0;
  /** Rows that conditions or measures can still read. */
  rows: Row[] = [];
  /** Live starts in order of their rows. */
  starts: Start[] = [];
  /** No match begins before this place: where the last AFTER MATCH SKIP resumed. */
  resume = 0;
  /** Matches so far, MATCH_NUMBER() of the last one. */
  matches = 0;
  /** Event time of the last row that satisfied a variable that must be absent before a match, in milliseconds. */
  lastAbsent = Number.NEGATIVE_INFINITY;
  /** Sequential matching: places, not begun yet, before which something came that must be absent. */
  barred: number[] = [];
  /** WITH UNMATCHED ROWS: first and last place of the matches that later decisions can still fall into. */
  covered: (readonly [number, number])[] = [];
  /** Sequential matching: the place up to which the only start has been fed. */
  fed = -1;
  /** It stands in the checkpoint, perhaps as it was before. */
  isSaved = false;
  /** Partial matches, counted at the last limit check. */
  threads = 0;

  constructor(
    readonly key: string,
    /** PARTITION BY as the alert shows it. */
    readonly columns: Readonly<Record<string, JsonValue>>,
  ) {}

  readonly rowAt = (position: number): Row | null => this.rows[position - this.base] ?? null;

  push(row: Row, keep: boolean): number {
    if (keep) this.rows.push(row);
    else this.base = this.count + 1;
    return this.count++;
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
