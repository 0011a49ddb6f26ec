import type { MatchRecognize, Pattern } from '../ast.js';
import type { Bound, MatchPlan, PatternPlan } from '../plan.js';
import { warnOfCountedLoop } from './counted_loops.js';
import type { Environment } from './environment.js';
import { fingerprint } from './fingerprint.js';
import { touchesGap } from './gaps.js';
import type { Problems } from './problems.js';
import { childrenOf, looksAround, readsEarlierRows } from './reads.js';

/** What a valid rule's author may not have meant (language.md 3.19, 3.26, 4). */
export function warnOfMatch(
  plan: MatchPlan,
  clause: MatchRecognize,
  { input }: Environment,
  problems: Problems,
): void {
  neverTrue(plan, problems);
  if (input === 'bounded') return;
  unbounded(plan, clause, problems);
  if (plan.timedOut || plan.variables.some(readsMore)) warnOfCountedLoop(clause.pattern, problems);
  // Both of them end a loop at the first row that completes the match.
  if (!plan.emitEarliest && plan.skip.mode !== 'no_skip') greedyGapLoop(clause.pattern, problems);
  waits(plan, clause, problems);
}

/** A condition that compares a value with itself: the candidate counts as labelled already (language.md 3.3). */
function neverTrue({ variables }: MatchPlan, problems: Problems): void {
  for (const [index, { name, condition, span }] of variables.entries()) {
    if (condition === null) continue;
    const parts = condition.kind === 'and' ? condition.operands : [condition];
    const isNever = parts.some((part) => {
      if (part.kind === 'constant') return part.value !== true;
      if (part.kind !== 'call' || !['<', '>', '<>'].includes(part.name)) return false;
      const [left, right] = part.arguments as readonly [Bound, Bound];
      const [a, b] = [left, right].map((each) => fingerprint(ofCandidate(each, index)));
      if (a === b) return true;
      // The candidate is no more than the greatest of what it is one of.
      const [more, less] = part.name === '>' ? [left, right] : [right, left];
      return part.name !== '<>' && (isPast(more, less, 'MAX', index) || isPast(less, more, 'MIN', index));
    });
    if (!isNever) continue;
    const hint = 'the row being tried already counts: read the row before with PREV, or LAST(x, 1)';
    problems.warn('never_true', span, `the condition of ${name} can never be true`, hint);
  }
}

/** LAST of what the candidate is labelled with is the candidate itself. */
function ofCandidate(bound: Bound, candidate: number): Bound {
  if (bound.kind === 'cast') return { ...bound, operand: ofCandidate(bound.operand, candidate) };
  const isOwn =
    bound.kind === 'navigation' &&
    bound.from === 'last' &&
    bound.logical === 0 &&
    bound.physical === 0 &&
    (bound.set === null || bound.set.includes(candidate));
  return isOwn ? bound.operand : bound;
}

/** Whether a value would have to be beyond the MAX or MIN of rows that it is among. */
function isPast(value: Bound, extreme: Bound, name: 'MAX' | 'MIN', candidate: number): boolean {
  if (value.kind === 'cast' && extreme.kind === 'cast')
    return isPast(value.operand, extreme.operand, name, candidate);
  if (extreme.kind !== 'aggregate' || extreme.name !== name || extreme.operand === null) return false;
  if (extreme.set !== null && !extreme.set.includes(candidate)) return false;
  return fingerprint(ofCandidate(value, candidate)) === fingerprint(extreme.operand);
}

function unbounded(
  { within, pattern }: MatchPlan,
  { pattern: { span } }: MatchRecognize,
  problems: Problems,
): void {
  if (within !== null || !isOpen(pattern)) return;
  const hint = "write PATTERN (...) WITHIN INTERVAL '10' MINUTE";
  problems.warn('unbounded_pattern', span, 'nothing limits how long a partial match is kept', hint);
}

/** Whether a partial match can go on for ever. */
function isOpen(pattern: PatternPlan): boolean {
  return somewhere(
    pattern,
    (each) => each.kind === 'gap' || (each.kind === 'quantified' && each.max === null),
  );
}

function greedyGapLoop(pattern: Pattern, problems: Problems): void {
  switch (pattern.kind) {
    case 'pattern_quantified': {
      const { quantifier, body, span } = pattern;
      const isLoop = quantifier.greedy && quantifier.max !== quantifier.min && quantifier.max !== 1;
      if (isLoop && touchesGap(body, 'first')) {
        problems.warn(
          'greedy_gap_loop',
          span,
          'this takes every further row of its kind up to the end of WITHIN',
          'for as few as possible write a ? behind the quantifier; to end with what comes next, write the gap at the end of the group: (b ->){2,} c',
        );
      }
      greedyGapLoop(body, problems);
      return;
    }
    case 'pattern_concatenation':
    case 'pattern_permute':
      for (const element of pattern.elements) greedyGapLoop(element, problems);
      return;
    case 'pattern_alternation':
      for (const branch of pattern.branches) greedyGapLoop(branch, problems);
      return;
    case 'pattern_group':
    case 'pattern_exclusion':
      greedyGapLoop(pattern.body, problems);
  }
}

/** A match that is complete and yet not out: something more preferred may come (language.md 3.19). */
function waits(
  { pattern, variables, emitEarliest, skip, absentAfter }: MatchPlan,
  clause: MatchRecognize,
  problems: Problems,
): void {
  if (emitEarliest || skip.mode === 'no_skip') return;
  const { span } = clause.pattern;
  const hint = 'EMIT EARLIEST behind WITHIN gives a match at the first row that completes it';
  if (absentAfter.length === 0 && endsGreedy(pattern)) {
    problems.warn(
      'greedy_end',
      span,
      'the pattern ends greedily: a match waits until no further row can make it longer',
      hint,
    );
  }
  if (skip.mode === 'to_next_row' || !isOpen(pattern)) return;
  const reading = variables.find(
    ({ condition }, index) => condition !== null && readsEarlierRows(condition, index),
  );
  if (reading === undefined && !hasGapInChoice(pattern)) return;
  const why =
    reading === undefined
      ? 'a branch or an order with a gap'
      : `the condition of ${reading.name}, which reads earlier rows,`;
  problems.warn(
    'held_match',
    span,
    `a match can be held back by an earlier start that is not decided yet: ${why} may still come true for it`,
    hint,
  );
}

function endsGreedy(pattern: PatternPlan): boolean {
  switch (pattern.kind) {
    case 'quantified':
      return (pattern.greedy && pattern.min !== pattern.max) || endsGreedy(pattern.body);
    case 'concatenation':
      return endsGreedyInRow(pattern.elements);
    case 'alternation':
      return pattern.branches.some(endsGreedy);
    case 'permute':
      return pattern.elements.some(endsGreedy);
    case 'exclusion':
      return endsGreedy(pattern.body);
    default:
      return false;
  }
}

/** What may take no row lets the part before it be the end. */
function endsGreedyInRow(elements: readonly PatternPlan[]): boolean {
  const last = elements.at(-1);
  if (last === undefined) return false;
  return endsGreedy(last) || (canBeEmpty(last) && endsGreedyInRow(elements.slice(0, -1)));
}

function canBeEmpty(pattern: PatternPlan): boolean {
  switch (pattern.kind) {
    case 'empty':
    case 'anchor':
    case 'gap':
      return true;
    case 'quantified':
      return pattern.min === 0 || canBeEmpty(pattern.body);
    case 'concatenation':
    case 'permute':
      return pattern.elements.every(canBeEmpty);
    case 'alternation':
      return pattern.branches.some(canBeEmpty);
    case 'exclusion':
      return canBeEmpty(pattern.body);
    default:
      return false;
  }
}

/** Whether a condition reads more than its own row. */
function readsMore({ condition }: MatchPlan['variables'][number], index: number): boolean {
  return condition !== null && (readsEarlierRows(condition, index) || looksAround(condition));
}

/** A part that a match may do without or take in another order, and in which an earlier start may be waiting. */
function hasGapInChoice(pattern: PatternPlan): boolean {
  return somewhere(pattern, (each) => {
    if (each.kind === 'alternation') return hasGap(each);
    if (each.kind === 'permute') return hasGap(each) && areSeveral(each.elements);
    return each.kind === 'quantified' && each.min === 0 && hasGapBefore(each.body);
  });
}

/** Whether there is more than one order of them. */
function areSeveral(elements: readonly PatternPlan[]): boolean {
  return new Set(elements.map((each) => JSON.stringify(each))).size > 1;
}

function hasGap(pattern: PatternPlan): boolean {
  return somewhere(pattern, ({ kind }) => kind === 'gap');
}

/** Whether something of the part stands behind its gap: a gap at its end waits for what comes next, like all else. */
function hasGapBefore(pattern: PatternPlan): boolean {
  if (pattern.kind !== 'concatenation') return pattern.kind !== 'gap' && hasGap(pattern);
  return (
    hasGap({ ...pattern, elements: pattern.elements.slice(0, -1) }) || hasGapBefore(pattern.elements.at(-1)!)
  );
}

function somewhere(pattern: PatternPlan, test: (each: PatternPlan) => boolean): boolean {
  if (test(pattern)) return true;
  return childrenOf(pattern).some((child) => somewhere(child, test));
}
