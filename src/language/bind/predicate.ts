import type { Between, Expression, InList, IsTest, Like } from '../ast.js';
import { likeProblem } from '../constant-form.js';
import type { Bound } from '../plan.js';
import { commonType, typeText } from '../promotion.js';
import type { Binder } from './binder.js';
import { mismatchHint, operate } from './operator.js';
import { promoted } from './promote.js';

const BOOLEAN = { kind: 'BOOLEAN' } as const;

function negatedIf(negated: boolean, bound: Bound | null): Bound | null {
  return bound !== null && negated ? { kind: 'not', type: BOOLEAN, operand: bound } : bound;
}

/** BETWEEN (ISO 8.3): at least the one and at most the other. */
export function bindBetween({ operand, low, high, negated, span }: Between, binder: Binder): Bound | null {
  const bound = binder.bindAll([operand, low, high]);
  if (bound === null) return null;
  const [value, least, most] = bound as readonly [Bound, Bound, Bound];
  const above = operate('>=', value, least, span, binder);
  const below = operate('<=', value, most, span, binder);
  if (above === null || below === null) return null;
  return negatedIf(negated, { kind: 'and', type: BOOLEAN, operands: [above, below] });
}

/** IN (ISO 8.4): all are brought to one type. */
export function bindIn({ operand, list, negated, span }: InList, binder: Binder): Bound | null {
  const bound = binder.bindAll([operand, ...list]);
  if (bound === null) return null;
  const type = commonType(bound.map((each) => each.type));
  if (type === null) {
    const types = [...new Set(bound.map((each) => typeText(each.type)))].join(' and ');
    const first = bound.slice(1).find((each) => commonType([bound[0]!.type, each.type]) === null);
    const hint = first === undefined ? null : mismatchHint('=', bound[0]!, first);
    return binder.problems.error('mixed_types', span, `IN compares ${types}, which cannot be compared`, hint);
  }
  const operands = type.kind === 'ANY' ? bound : bound.map((each) => promoted(each, type));
  return negatedIf(negated, { kind: 'call', type: BOOLEAN, name: 'IN', arguments: operands });
}

/** LIKE (ISO 8.5). */
export function bindLike(
  { operand, pattern, escape: escapedBy, negated }: Like,
  binder: Binder,
): Bound | null {
  const parts: readonly Expression[] = [operand, pattern, ...(escapedBy === null ? [] : [escapedBy])];
  const bound = parts.map((part) => {
    const each = binder.bind(part);
    if (each === null || ['VARCHAR', 'ANY', 'NULL'].includes(each.type.kind)) return each;
    return binder.problems.error(
      'wrong_operand',
      part.span,
      `LIKE takes VARCHAR, not ${typeText(each.type)}`,
    );
  });
  if (!bound.every((each) => each !== null)) return null;
  const [, text, sign] = bound;
  if (
    text?.kind === 'constant' &&
    typeof text.value === 'string' &&
    (sign === undefined || sign.kind === 'constant')
  ) {
    const problem = likeProblem(text.value, typeof sign?.value === 'string' ? sign.value : null);
    if (problem !== null) return binder.problems.error('bad_pattern', pattern.span, problem);
  }
  return negatedIf(negated, { kind: 'call', type: BOOLEAN, name: 'LIKE', arguments: bound });
}

/** IS [NOT] NULL, TRUE, FALSE, UNKNOWN (ISO 6.39, 8.8) and DISTINCT FROM (ISO 8.15). */
export function bindIs({ operand, test, other, negated, span }: IsTest, binder: Binder): Bound | null {
  if (test === 'DISTINCT FROM' && other !== null) {
    const bound = binder.bindAll([operand, other]);
    if (bound === null) return null;
    const compared = operate('IS DISTINCT FROM', bound[0]!, bound[1]!, span, binder);
    return negatedIf(negated, compared);
  }
  if (test === 'NULL') {
    const bound = binder.bind(operand);
    return bound === null ? null : negatedIf(negated, { kind: 'is_null', type: BOOLEAN, operand: bound });
  }
  const bound = binder.bindCondition(operand, `what stands before IS ${test}`);
  if (bound === null) return null;
  return negatedIf(negated, { kind: 'call', type: BOOLEAN, name: `IS ${test}`, arguments: [bound] });
}
