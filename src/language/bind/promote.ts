import type { Type } from '../../event/value.js';
import type { Bound } from '../plan.js';

/** A value brought to a type; as it is when it is of it already. */
export function promoted(bound: Bound, type: Type): Bound {
  if (JSON.stringify(bound.type) === JSON.stringify(type)) return bound;
  return { kind: 'cast', type, operand: bound };
}

/** Whether a value of a type can be true or false. */
export function isCondition({ kind }: Type): boolean {
  return kind === 'BOOLEAN' || kind === 'ANY' || kind === 'NULL';
}
