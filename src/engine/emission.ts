import type { JsonValue } from '../event/json.js';
import type { Row } from '../event/row.js';

/** What comes out of the engine, in the order in which it became final. */
export type Emission = MatchEmission | LateEmission;

export interface MatchEmission {
  readonly kind: 'match';
  readonly rule: string;
  readonly match: Match;
}

/** A row that came after its watermark: not matched by the rules named (late is decided per rule, `language.md` 22). */
export interface LateEmission {
  readonly kind: 'late';
  readonly row: Row;
  /** The watermark it came after, in milliseconds. */
  readonly watermark: number;
  readonly rules: readonly string[];
}

/**
 * One result of a rule.
 *
 * - `match`: rows were labelled; `empty`: an empty match of MATCH_RECOGNIZE; `unmatched`: a row of WITH UNMATCHED ROWS;
 *   `row`: a row of a plain SELECT.
 */
export interface Match {
  readonly kind: 'match' | 'empty' | 'unmatched' | 'row';
  /** PARTITION BY: output name to value, as JSON. */
  readonly key: Readonly<Record<string, JsonValue>>;
  /** MATCH_NUMBER(); 0 for what takes no number (unmatched rows, timed-out matches, plain rows). */
  readonly number: number;
  readonly status: 'MATCHED' | 'TIMED OUT';
  /** One object under ONE ROW PER MATCH, any number under ALL ROWS; columns in the order of the select list. */
  readonly output: readonly Readonly<Record<string, JsonValue>>[];
  /** The labelled rows in order; a plain SELECT's row has no variable. */
  readonly events: readonly MatchedRow[];
  /** The start row. */
  readonly start: Row;
  /** Event times in milliseconds, both inclusive; the end is the deadline where absence made the match. */
  readonly window: { readonly start: number; readonly end: number };
}

/** A match that has begun and is not decided. */
export interface OpenMatch {
  readonly key: Readonly<Record<string, JsonValue>>;
  readonly start: Row;
  /** The last event time inside WITHIN, in milliseconds; null without one. */
  readonly deadline: number | null;
  /** It is complete, and waits for what could be preferred to it. */
  readonly isHeld: boolean;
  /** The labelled rows of the way that is preferred so far. */
  readonly events: readonly MatchedRow[];
}

export interface MatchedRow {
  readonly variable: string | null;
  readonly row: Row;
}
