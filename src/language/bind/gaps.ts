import type { Pattern } from '../ast.js';

/** Whether a way through the pattern begins, or ends, with a gap as it is written. */
export function touchesGap(pattern: Pattern, side: 'first' | 'last'): boolean {
  switch (pattern.kind) {
    case 'pattern_gap':
      return true;
    case 'pattern_concatenation':
      return touchesGap(side === 'first' ? pattern.elements[0]! : pattern.elements.at(-1)!, side);
    case 'pattern_permute':
      return pattern.elements.some((element) => touchesGap(element, side));
    case 'pattern_alternation':
      return pattern.branches.some((branch) => touchesGap(branch, side));
    case 'pattern_quantified':
    case 'pattern_group':
    case 'pattern_exclusion':
      return touchesGap(pattern.body, side);
    default:
      return false;
  }
}

/** Whether a gap ends the pattern for good: at the end of a group that repeats, the next iteration comes behind it. */
export function endsInGap(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'pattern_gap':
      return true;
    case 'pattern_concatenation':
      return endsInGap(pattern.elements.at(-1)!);
    case 'pattern_alternation':
      return pattern.branches.some(endsInGap);
    case 'pattern_group':
    case 'pattern_exclusion':
      return endsInGap(pattern.body);
    case 'pattern_quantified':
      return pattern.quantifier.max === 1 && endsInGap(pattern.body);
    default:
      return false;
  }
}
