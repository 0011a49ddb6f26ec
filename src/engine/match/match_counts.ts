/** What a rule counted since it began. */
export interface MatchCounts {
  matches: number;
  /** Partial matches and keys dropped at a limit; matches of NO SKIP past the limit of a row. */
  dropped: number;
  /** Skips to a row that there was not, done as PAST LAST ROW (`language.md` 12). */
  degradedSkips: number;
}
