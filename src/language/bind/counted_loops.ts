import type { Pattern } from '../ast.js';
import type { Problems } from './problems.js';

/**
 * Rounds of a loop with a gap at which what it holds before its first match is complete, a partial match for each start and
 * each number of rounds so far, is as much as one key of a rule may hold (language.md 3.26): the root of that limit.
 */
export const MOST_ROUNDS = 100;

/**
 * A loop that begins the match, has a gap in it, and counts further than a key may hold. Not for rules whose conditions read
 * their own row alone: of those a start keeps the way that is furthest.
 */
export function warnOfCountedLoop(pattern: Pattern, problems: Problems): void {
  const loop = leadingLoop(pattern);
  if (loop === null || loop.rounds < MOST_ROUNDS) return;
  problems.warn(
    'counted_gap_loop',
    loop.pattern.span,
    `${loop.rounds} rounds with a gap between hold ${loop.rounds}² partial matches before one is complete: the limit of a key is reached, the oldest are dropped, and nothing may ever be found`,
    `count fewer than ${MOST_ROUNDS}, or write conditions that read their own row alone, or count rows without others between them, which need no gap: a{${loop.rounds}}`,
  );
}

interface Loop {
  readonly pattern: Pattern;
  readonly rounds: number;
}

/** The outermost loop that the match begins in, with the rounds that it takes at least; loops in loops multiply. */
function leadingLoop(pattern: Pattern): Loop | null {
  switch (pattern.kind) {
    case 'pattern_group':
    case 'pattern_exclusion':
      return leadingLoop(pattern.body);
    case 'pattern_concatenation':
      return leadingLoop(pattern.elements[0]!);
    case 'pattern_quantified': {
      const inner = leadingLoop(pattern.body);
      const rounds = pattern.quantifier.min * (inner?.rounds ?? 1);
      return inner !== null || hasGap(pattern.body) ? { pattern, rounds } : null;
    }
    default:
      return null;
  }
}

function hasGap(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'pattern_gap':
      return true;
    case 'pattern_concatenation':
    case 'pattern_permute':
      return pattern.elements.some(hasGap);
    case 'pattern_alternation':
      return pattern.branches.some(hasGap);
    case 'pattern_group':
    case 'pattern_exclusion':
    case 'pattern_quantified':
      return hasGap(pattern.body);
    default:
      return false;
  }
}
