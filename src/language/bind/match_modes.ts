import type { MatchRecognize, Pattern } from '../ast.js';
import type { MatchPlan } from '../plan.js';
import type { Problems } from './problems.js';

export type Modes = Pick<MatchPlan, 'rowsPerMatch' | 'timedOut' | 'emptyMatches' | 'unmatchedRows'>;

/** ROWS PER MATCH (ISO 7.7), and which of its modes go with EMIT EARLIEST, NO SKIP and exclusion. */
export function bindModes(
  { rowsPerMatch, skip, pattern, within, emitEarliest, span }: MatchRecognize,
  problems: Problems,
): Modes {
  const mode = rowsPerMatch?.mode ?? 'one';
  const place = rowsPerMatch?.span ?? span;
  const isNoSkip = skip?.mode === 'no_skip';
  if (mode === 'one_with_timed_out' && within === null) {
    problems.error(
      'timed_out_without_within',
      place,
      'without WITHIN no match times out',
      "write PATTERN (...) WITHIN INTERVAL '10' MINUTE",
    );
  }
  if (mode === 'all_with_unmatched' && hasExclusion(pattern)) {
    problems.error(
      'unmatched_with_exclusion',
      place,
      'WITH UNMATCHED ROWS does not go together with {- -}',
      'ISO 7.7: leave one of them out',
    );
  }
  if (mode === 'all_with_unmatched' && isNoSkip) {
    problems.error(
      'unmatched_with_no_skip',
      place,
      'WITH UNMATCHED ROWS does not go together with AFTER MATCH NO SKIP',
    );
  }
  if (emitEarliest && isNoSkip) {
    const message =
      'EMIT EARLIEST does not go together with AFTER MATCH NO SKIP, which gives every match at once';
    problems.error('earliest_with_no_skip', skip.span, message, 'leave one of them out');
  }
  return {
    rowsPerMatch: mode === 'one' || mode === 'one_with_timed_out' ? 'one' : 'all',
    timedOut: mode === 'one_with_timed_out',
    emptyMatches: mode === 'all_omit_empty' ? 'omit' : 'show',
    unmatchedRows: mode === 'all_with_unmatched',
  };
}

function hasExclusion(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'pattern_exclusion':
      return true;
    case 'pattern_concatenation':
    case 'pattern_permute':
      return pattern.elements.some(hasExclusion);
    case 'pattern_alternation':
      return pattern.branches.some(hasExclusion);
    case 'pattern_quantified':
    case 'pattern_group':
      return hasExclusion(pattern.body);
    default:
      return false;
  }
}
