/** How much a rule may hold (`language.md` 26). Reaching a limit drops the oldest and counts it; it never stops the rule. */
export interface Limits {
  /**
   * Partial matches (threads of all starts) of one key of one rule; where NO SKIP keeps rows instead (`match/any`), the rows that
   * a match can take.
   */
  readonly partialMatchesPerKey: number;
  /** The same of one rule over all its keys. */
  readonly partialMatchesPerRule: number;
  /** Keys of one rule with state. */
  readonly keysPerRule: number;
  /** Matches that one row may give under AFTER MATCH NO SKIP. */
  readonly matchesPerRow: number;
  /** Labelled rows of those matches, together: the match that passes it is the last one. */
  readonly matchedRowsPerRow: number;
}

export const STREAM_LIMITS: Limits = {
  partialMatchesPerKey: 10_000,
  partialMatchesPerRule: 1_000_000,
  keysPerRule: 1_000_000,
  matchesPerRow: 1_000,
  matchedRowsPerRow: 100_000,
};

/** Bounded input is read by a person who waits for it: what fits in memory is held. */
export const BOUNDED_LIMITS: Limits = {
  partialMatchesPerKey: 1_000_000,
  partialMatchesPerRule: 5_000_000,
  keysPerRule: 10_000_000,
  matchesPerRow: 1_000_000,
  matchedRowsPerRow: 10_000_000,
};
