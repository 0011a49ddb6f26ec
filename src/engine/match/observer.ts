import type { Row } from '../../event/row.js';
import type { Start, Thread } from './thread.js';

/** How a start came to its end without a match, other than on a row. */
export type Ending =
  /** Its deadline has passed. */
  | 'within'
  /** AFTER MATCH SKIP: an earlier match took its row. */
  | 'passed_over'
  /** The rule held as much as it may. */
  | 'limit'
  /** The input ended. */
  | 'end';

/** Where a row stands in its partition. */
export interface Place {
  readonly row: Row;
  readonly position: number;
  /** Other rows of the partition, as far as they are kept. */
  rowAt(position: number): Row | null;
}

/** Who is told what becomes of the starts of a rule. It changes nothing. */
export interface StartObserver {
  /** A row goes to the partial matches of a key; null: it is not asked for. */
  readonly took: ((key: string, row: Row) => void) | null;
  /** The last partial matches of a start, `before`, ended on a row. */
  failed(start: Start, before: readonly Thread[], at: Readonly<Place>): void;
  /** A start ended otherwise; `left`: its partial matches. `by`: whose match passed over it. */
  ended(start: Start, left: readonly Thread[], how: Ending, by: Start | null): void;
  /** A match of `start` is out: the search of its key goes on at the place `resume`. */
  skipped(start: Start, resume: number): void;
}
