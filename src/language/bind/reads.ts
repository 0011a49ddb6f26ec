import type { Bound, PatternPlan } from '../plan.js';

/** The parts of a pattern. */
export function childrenOf(pattern: PatternPlan): readonly PatternPlan[] {
  switch (pattern.kind) {
    case 'concatenation':
    case 'permute':
      return pattern.elements;
    case 'alternation':
      return pattern.branches;
    case 'quantified':
    case 'exclusion':
      return [pattern.body];
    default:
      return [];
  }
}

/** The operands of an expression. */
export function operandsOf(bound: Bound): readonly Bound[] {
  switch (bound.kind) {
    case 'field':
    case 'not':
    case 'is_null':
    case 'cast':
    case 'navigation':
      return [bound.operand];
    case 'element':
      return [bound.operand, bound.index];
    case 'call':
      return bound.arguments;
    case 'and':
    case 'or':
      return bound.operands;
    case 'case':
      return [...bound.branches.flatMap(({ when, then }) => [when, then]), bound.otherwise];
    case 'aggregate':
      return bound.operand === null ? [] : [bound.operand];
    default:
      return [];
  }
}

/** Whether a condition of DEFINE reads rows that the match labelled before its candidate. PREV of the candidate reads none. */
export function readsEarlierRows(bound: Bound, candidate: number): boolean {
  if (bound.kind === 'aggregate' || bound.kind === 'match_number') return true;
  if (bound.kind === 'classifier') return bound.set !== null && !bound.set.includes(candidate);
  if (bound.kind === 'navigation') {
    const isOwn =
      bound.from === 'last' && bound.logical === 0 && (bound.set === null || bound.set.includes(candidate));
    if (!isOwn) return true;
  }
  return operandsOf(bound).some((operand) => readsEarlierRows(operand, candidate));
}

/** Whether an expression reads rows by their distance: PREV, NEXT. */
export function looksAround(bound: Bound): boolean {
  return (bound.kind === 'navigation' && bound.physical !== 0) || operandsOf(bound).some(looksAround);
}
