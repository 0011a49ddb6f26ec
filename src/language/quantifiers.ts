import type { Node, Pattern, PatternQuantified, Statement } from './ast.js';
import type { Diagnostic } from './diagnostic.js';
import { grouped, refusal } from './limits.js';

/** The largest number in a quantifier. */
export const MAX_BOUND = 10_000;
/** The largest size of a pattern with every repetition written out: nested bounds multiply. */
export const MAX_SIZE = 100_000;

/** ISO 7.9: {n} with n > 0, {n,m} with n <= m and m > 0; and the limits. All that is wrong, in the order of the text. */
export function checkQuantifiers(statement: Statement): Diagnostic[] {
  const pattern = patternOf(statement);
  if (pattern === null) return [];
  const found: Diagnostic[] = [];
  const size = measure(pattern, found);
  if (size > MAX_SIZE && found.length === 0) {
    const message = `the pattern is too large: written out it has more than ${grouped(MAX_SIZE)} steps`;
    found.push(
      refusal('pattern_too_large', message, {
        span: pattern.span,
        hint: 'nested quantifiers multiply: lower one of them, or leave its upper bound open, as in {3,}',
      }),
    );
  }
  return found;
}

function patternOf(statement: Statement): Pattern | null {
  if (statement.kind === 'create_stream') return null;
  const query = statement.kind === 'create_rule' ? statement.query : statement;
  return query.from.matchRecognize?.pattern ?? null;
}

/** How many steps a pattern has when each repetition is written out. */
function measure(pattern: Pattern, found: Diagnostic[]): number {
  const sum = (parts: readonly Pattern[]) => parts.reduce((total, part) => total + measure(part, found), 0);
  switch (pattern.kind) {
    case 'pattern_concatenation':
    case 'pattern_permute':
      return sum(pattern.elements);
    case 'pattern_alternation':
      return sum(pattern.branches);
    case 'pattern_group':
    case 'pattern_exclusion':
      return measure(pattern.body, found);
    case 'pattern_quantified':
      return measure(pattern.body, found) * Math.max(1, check(pattern, found));
    default:
      return 1;
  }
}

/** The larger bound of a quantifier, after saying what is wrong with it. */
function check({ quantifier }: PatternQuantified, found: Diagnostic[]): number {
  const { min, max } = quantifier;
  const say = (code: string, message: string, hint: string, { span }: Node = quantifier) =>
    found.push(refusal(code, message, { span, hint }));
  const bound = Math.max(min, max ?? 0);
  if (bound > MAX_BOUND) {
    const most = grouped(MAX_BOUND);
    say(
      'quantifier_too_large',
      `a quantifier repeats at most ${most} times`,
      'leave the upper bound open, as in {3,}',
    );
    return 1;
  }
  if (max === 0)
    say('bad_quantifier', 'a quantifier that allows no row matches nothing', 'the upper bound is at least 1');
  else if (max !== null && min > max) {
    say('bad_quantifier', `the quantifier's bounds are the wrong way round`, `write {${max},${min}}`);
  }
  return bound;
}
