import type { Binary, BinaryOperator, Expression, Unary } from '../ast.js';
import type { Span } from '../diagnostic.js';
import { resolveOperator } from '../operators.js';
import type { Bound } from '../plan.js';
import { isNumericType, typeText } from '../promotion.js';
import type { Binder } from './binder.js';
import { constantNumber } from './constant_number.js';
import { numberConstant } from './constants.js';
import { promoted } from './promote.js';

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];

export function bindUnary({ operator, operand, span }: Unary, binder: Binder): Bound | null {
  if (operator === 'NOT') {
    const bound = binder.bindCondition(operand, 'what stands behind NOT');
    return bound === null ? null : { kind: 'not', type: { kind: 'BOOLEAN' }, operand: bound };
  }
  // A sign before a number is part of it: -9223372036854775808 has no positive counterpart.
  const signed =
    operand.kind === 'number' ? numberConstant(operator === '-' ? `-${operand.text}` : operand.text) : null;
  if (signed !== null) return signed;
  const bound = binder.bind(operand);
  if (bound === null) return null;
  const { kind } = bound.type;
  if (!isNumericType(bound.type) && !['INTERVAL', 'ANY', 'NULL'].includes(kind)) {
    const message = `${operator} takes a number or an INTERVAL, not ${typeText(bound.type)}`;
    return binder.problems.error('wrong_operand', span, message);
  }
  if (operator === '+') return bound;
  const type = kind === 'ANY' ? ({ kind: 'DOUBLE' } as const) : bound.type;
  return { kind: 'call', type, name: 'NEGATE', arguments: [bound] };
}

export function bindBinary({ operator, left, right, span }: Binary, binder: Binder): Bound | null {
  if (operator === 'AND' || operator === 'OR') return bindConnective(operator, left, right, binder);
  const operands = binder.bindAll([left, right]);
  if (operands === null) return null;
  const [a, b] = operands as readonly [Bound, Bound];
  if ((operator === '/' || operator === '%') && constantNumber(b)?.unscaled === 0n) {
    return binder.problems.error('division_by_zero', right.span, 'this divides by zero');
  }
  return COMPARISONS.includes(operator)
    ? compare(operator, a, b, span, binder)
    : operate(operator, a, b, span, binder);
}

/** A comparison of bound operands; null when a problem was noted. */
export function compare(
  operator: BinaryOperator,
  a: Bound,
  b: Bound,
  span: Span,
  binder: Binder,
): Bound | null {
  warnOfNull(a, b, span, binder);
  return operate(operator, a, b, span, binder);
}

/** An operator over bound operands with the casts that its types ask for; null when a problem was noted. */
export function operate(
  operator: BinaryOperator | 'IS DISTINCT FROM',
  a: Bound,
  b: Bound,
  span: Span,
  binder: Binder,
): Bound | null {
  const resolved = resolveOperator(operator, a.type, b.type);
  if (resolved === null) return mismatch(operator, a, b, span, binder);
  const [left, right] = resolved.parameterTypes;
  const operands = [promoted(a, left!), promoted(b, right!)];
  return { kind: 'call', type: resolved.type, name: operator, arguments: operands };
}

/** AND and OR: chains become one node. */
function bindConnective(
  operator: 'AND' | 'OR',
  left: Expression,
  right: Expression,
  binder: Binder,
): Bound | null {
  const kind = operator === 'AND' ? 'and' : 'or';
  const operands: Bound[] = [];
  let failed = false;
  // Iterative down the left side: a chain of a thousand ANDs leans that way.
  const chain: Expression[] = [right];
  let head = left;
  while (head.kind === 'binary' && head.operator === operator) {
    chain.push(head.right);
    head = head.left;
  }
  chain.push(head);
  for (const part of chain.reverse()) {
    const bound = binder.bindCondition(part, `what stands beside ${operator}`);
    if (bound === null) failed = true;
    else if (bound.kind === kind) operands.push(...bound.operands);
    else operands.push(bound);
  }
  return failed ? null : { kind, type: { kind: 'BOOLEAN' }, operands };
}

function warnOfNull(a: Bound, b: Bound, span: Span, { problems }: Binder): void {
  const isNull = (bound: Bound): boolean => bound.kind === 'constant' && bound.value === null;
  if (!isNull(a) && !isNull(b)) return;
  problems.warn('never_true', span, 'a comparison with NULL is never true', 'write IS NULL or IS NOT NULL');
}

function mismatch(operator: string, a: Bound, b: Bound, span: Span, { problems }: Binder): null {
  const types = `${typeText(a.type)} and ${typeText(b.type)}`;
  const isComparison = COMPARISONS.includes(operator) || operator === 'IS DISTINCT FROM';
  const message = isComparison ? `${types} cannot be compared` : `${operator} does not take ${types}`;
  return problems.error('wrong_operand', span, message, mismatchHint(operator, a, b));
}

/** What to write where two types do not go together, or null. */
export function mismatchHint(operator: string, a: Bound, b: Bound): string | null {
  const kinds = [a.type.kind, b.type.kind];
  const isArithmetic = ['+', '-', '*', '/', '%'].includes(operator);
  if (kinds.includes('TIMESTAMP') || kinds.includes('INTERVAL')) {
    if (kinds.includes('ANY')) return 'write CAST(... AS TIMESTAMP) on the side that is not declared';
    if (kinds.includes('VARCHAR')) return "write TIMESTAMP '2026-11-23 21:05:00' or CAST(... AS TIMESTAMP)";
    if (kinds.includes('DOUBLE') && kinds.includes('INTERVAL'))
      return 'times of an undeclared stream are numbers or texts until they are cast: CAST(at AS TIMESTAMP)';
    const isLength = isArithmetic || kinds.includes('INTERVAL');
    return isLength ? "write INTERVAL '10' MINUTE for a length of time" : null;
  }
  if (!kinds.includes('VARCHAR')) return operator === '||' ? 'write CAST(... AS VARCHAR)' : null;
  if (operator === '||') return 'write CAST(... AS VARCHAR) on the other side';
  const quoted = [a, b].find(({ kind, type }) => kind === 'constant' && type.kind === 'VARCHAR');
  const isQuotedNumber = quoted?.kind === 'constant' && numberConstant(String(quoted.value)) !== null;
  if (isQuotedNumber && [a, b].some(({ type }) => isNumericType(type)))
    return `leave the quotes out: ${String(quoted.value)}`;
  return operator === '+' ? 'texts are put together with ||' : 'write CAST(... AS ...) on one side';
}
