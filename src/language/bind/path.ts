import type { Identifier, PathStep } from '../ast.js';
import type { Bound } from '../plan.js';
import { typeText } from '../promotion.js';
import type { Binder } from './binder.js';
import { enumerated, findNamed } from './names.js';

/** Goes down a path from a value: `.field` of a nested object, `[index]` of an array. Null when a problem was noted. */
export function bindPath(base: Bound | null, steps: readonly PathStep[], binder: Binder): Bound | null {
  let bound = base;
  for (const step of steps) {
    if (bound === null) return null;
    bound = step.kind === 'identifier' ? field(bound, step, binder) : element(bound, step, binder);
  }
  return bound;
}

function field(operand: Bound, step: Identifier, { problems }: Binder): Bound | null {
  const { type } = operand;
  if (type.kind === 'ANY') return { kind: 'field', type, operand, name: step.name };
  if (type.kind !== 'ROW') {
    const message = `there is no field ${step.name} in a value of type ${typeText(type)}`;
    return problems.error('no_fields', step.span, message, 'only nested objects (ROW) have fields');
  }
  const found = findNamed(step, type.fields, ({ name }) => name);
  if (found !== undefined) return { kind: 'field', type: found.type, operand, name: found.name };
  const names = type.fields.map(({ name }) => name);
  const hint = problems.suggest(step.name, names) ?? enumerated('it has', names);
  return problems.error('unknown_field', step.span, `there is no field ${step.name} there`, hint);
}

function element(
  operand: Bound,
  step: Extract<PathStep, { kind: 'subscript' }>,
  binder: Binder,
): Bound | null {
  const { type } = operand;
  const index = binder.bind(step.index);
  if (type.kind !== 'ARRAY' && type.kind !== 'ANY') {
    const message = `only an ARRAY has elements, and this is ${typeText(type)}`;
    return binder.problems.error('no_elements', step.span, message);
  }
  if (index === null) return null;
  const isPlace = ['BIGINT', 'ANY', 'NULL'].includes(index.type.kind);
  if (!isPlace || (index.kind === 'constant' && typeof index.value === 'number' && index.value < 1)) {
    const message = 'an element is named by its place, a whole number from 1';
    return binder.problems.error('bad_subscript', step.span, message);
  }
  return { kind: 'element', type: type.kind === 'ARRAY' ? type.element : type, operand, index };
}
