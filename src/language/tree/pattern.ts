import type {
  Identifier,
  Pattern,
  PatternAnchor,
  PatternEmpty,
  PatternExclusion,
  PatternGap,
  PatternGroup,
  PatternNot,
  PatternPermute,
  PatternQuantified,
  PatternVariable,
  Quantifier,
} from '../ast.js';
import type { Token } from '../token.js';
import { over } from './span.js';

// What the rules of pattern.ne build: the parameter is the rule's right side.

/**
 * Patterns in a row, latest first. The parse keeps every beginning of a row: as lists, beginnings of a long pattern would take
 * hundreds of megabytes.
 */
interface Chain {
  readonly before: Chain | null;
  readonly last: Pattern;
  readonly length: number;
}

export function chain([last]: readonly [Pattern]): Chain {
  return { before: null, last, length: 1 };
}

export function chainOn([before, last]: readonly [Chain, Pattern]): Chain {
  return { before, last, length: before.length + 1 };
}

export function chainBehindBar([before, , last]: readonly [Chain, Token, Pattern]): Chain {
  return chainOn([before, last]);
}

export function alternation([parts]: readonly [Chain]): Pattern {
  if (parts.before === null) return parts.last;
  const branches = listOf(parts);
  return { kind: 'pattern_alternation', branches, span: over(branches) };
}

export function concatenation([parts]: readonly [Chain]): Pattern {
  if (parts.before === null) return parts.last;
  const elements = listOf(parts);
  return { kind: 'pattern_concatenation', elements, span: over(elements) };
}

function listOf(parts: Chain): Pattern[] {
  const list = new Array<Pattern>(parts.length);
  for (let part: Chain | null = parts; part !== null; part = part.before) list[part.length - 1] = part.last;
  return list;
}

export function quantified(parts: readonly [Pattern, Quantifier]): PatternQuantified {
  const [body, repeat] = parts;
  return { kind: 'pattern_quantified', body, quantifier: repeat, span: over(parts) };
}

export function gap([arrow]: readonly [Token]): PatternGap {
  return { kind: 'pattern_gap', span: arrow.span };
}

export function not(parts: readonly [Token, Identifier]): PatternNot {
  return { kind: 'pattern_not', variables: [parts[1]], span: over(parts) };
}

export function notAny(parts: readonly [Token, Token, Identifier, readonly Identifier[], Token]): PatternNot {
  const [, , one, others] = parts;
  return { kind: 'pattern_not', variables: [one, ...others], span: over(parts) };
}

export function variable([name]: readonly [Identifier]): PatternVariable {
  return { kind: 'pattern_variable', name, span: name.span };
}

export function empty(parts: readonly [Token, Token]): PatternEmpty {
  return { kind: 'pattern_empty', span: over(parts) };
}

export function group(parts: readonly [Token, Pattern, Token]): PatternGroup {
  return { kind: 'pattern_group', body: parts[1], span: over(parts) };
}

export function anchor(at: PatternAnchor['at']): (parts: readonly [Token]) => PatternAnchor {
  return ([token]) => ({ kind: 'pattern_anchor', at, span: token.span });
}

export function exclusion(parts: readonly [Token, Pattern, Token]): PatternExclusion {
  return { kind: 'pattern_exclusion', body: parts[1], span: over(parts) };
}

export function permute(parts: readonly [Token, Token, Pattern, readonly Pattern[], Token]): PatternPermute {
  const [, , one, others] = parts;
  return { kind: 'pattern_permute', elements: [one, ...others], span: over(parts) };
}

/** A quantifier before its reluctant `?` is seen. */
interface Quantity {
  readonly min: number;
  readonly max: number | null;
  readonly form: Quantifier['form'];
  readonly span: Quantifier['span'];
}

export function quantifier(parts: readonly [Quantity, Token | null]): Quantifier {
  const [{ min, max, form }, reluctant] = parts;
  return { kind: 'quantifier', min, max, greedy: reluctant === null, form, span: over(parts) };
}

function quantity(
  form: Quantity['form'],
  min: number,
  max: number | null,
  parts: readonly unknown[],
): Quantity {
  return { form, min, max, span: over(parts) };
}

export const star = (parts: readonly [Token]): Quantity => quantity('*', 0, null, parts);
export const plus = (parts: readonly [Token]): Quantity => quantity('+', 1, null, parts);
export const optional = (parts: readonly [Token]): Quantity => quantity('?', 0, 1, parts);

export function exactly(parts: readonly [Token, Token, Token]): Quantity {
  return quantity('{n}', Number(parts[1].text), Number(parts[1].text), parts);
}

export function atLeast(parts: readonly [Token, Token, Token, Token]): Quantity {
  return quantity('{n,}', Number(parts[1].text), null, parts);
}

/** `{,}` is `*` (ISO 7.9). */
export function noBounds(parts: readonly [Token, Token, Token]): Quantity {
  return quantity('*', 0, null, parts);
}

export function atMost(parts: readonly [Token, Token, Token, Token]): Quantity {
  return quantity('{,m}', 0, Number(parts[2].text), parts);
}

export function between(parts: readonly [Token, Token, Token, Token, Token]): Quantity {
  return quantity('{n,m}', Number(parts[1].text), Number(parts[3].text), parts);
}
