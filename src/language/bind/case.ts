import type { Case } from '../ast.js';
import type { Bound } from '../plan.js';
import { commonType, typeText } from '../promotion.js';
import type { Binder } from './binder.js';
import { compare } from './operator.js';
import { promoted } from './promote.js';

/** CASE, searched or simple (ISO 6.12): its values get one type. */
export function bindCase({ operand, branches, otherwise, span }: Case, binder: Binder): Bound | null {
  // Once, not for each branch: CASE within CASE within CASE would double the work with each.
  const compared = operand === null ? null : binder.bind(operand);
  const whens = branches.map(({ when }) => {
    if (operand === null) return binder.bindCondition(when, 'what stands behind WHEN');
    const value = binder.bind(when);
    return compared === null || value === null ? null : compare('=', compared, value, when.span, binder);
  });
  const values = binder.bindAll([
    ...branches.map(({ then }) => then),
    ...(otherwise === null ? [] : [otherwise]),
  ]);
  if (values === null || whens.some((when) => when === null)) return null;
  const type = commonType(values.map((value) => value.type));
  if (type === null) {
    const types = [...new Set(values.map((value) => typeText(value.type)))].join(' and ');
    return binder.problems.error('mixed_types', span, `the values of CASE are of different types: ${types}`);
  }
  const bring = (value: Bound): Bound => (type.kind === 'ANY' ? value : promoted(value, type));
  const bound = branches.map((_, i) => {
    const then = bring(values[i]!);
    return { when: whens[i]!, then };
  });
  return {
    kind: 'case',
    type,
    branches: bound,
    otherwise: otherwise === null ? { kind: 'constant', type, value: null } : bring(values[branches.length]!),
  };
}
