import type { Type } from '../event/value.js';
import { isNumericType, typeText } from './promotion.js';

const AGGREGATES = {
  COUNT: 'COUNT',
  SUM: 'SUM',
  AVG: 'AVG',
  MIN: 'MIN',
  MAX: 'MAX',
  STDDEV: 'STDDEV',
  STDDEV_SAMP: 'STDDEV',
  STDDEV_POP: 'STDDEV_POP',
  VARIANCE: 'VARIANCE',
  VAR_SAMP: 'VARIANCE',
  VAR_POP: 'VAR_POP',
  ARRAY_AGG: 'ARRAY_AGG',
  ANY_VALUE: 'ANY_VALUE',
} as const;

/** The name that an aggregate node has: STDDEV and VARIANCE are those of the sample. */
export type AggregateName = (typeof AGGREGATES)[keyof typeof AGGREGATES];

/** Every name that an aggregate may be called by, in upper case. */
export const aggregateNames: readonly string[] = Object.keys(AGGREGATES);

export interface ResolvedAggregate {
  readonly name: AggregateName;
  readonly type: Type;
  /** What the operand is to be cast to; null for COUNT(*). */
  readonly parameterType: Type | null;
}

/**
 * An aggregate by a name in any case with the type that it gives for its operand's (null: `*`); null: no such aggregate or not
 * of that type (`explainAggregate` says which). AVG and the spreads give DOUBLE, of DECIMAL a DECIMAL of at least 6 digits.
 */
export function resolveAggregate(name: string, operand: Type | null): ResolvedAggregate | null {
  const upper = name.toUpperCase();
  if (!Object.hasOwn(AGGREGATES, upper)) return null;
  const own = AGGREGATES[upper as keyof typeof AGGREGATES];
  if (own === 'COUNT') return { name: own, type: { kind: 'BIGINT' }, parameterType: operand };
  if (operand === null) return null;
  if (own === 'ARRAY_AGG')
    return { name: own, type: { kind: 'ARRAY', element: operand }, parameterType: operand };
  if (own === 'MIN' || own === 'MAX' || own === 'ANY_VALUE')
    return { name: own, type: operand, parameterType: operand };
  // Numbers of an undeclared stream behave as DOUBLE.
  if (operand.kind === 'ANY') return { name: own, type: { kind: 'DOUBLE' }, parameterType: operand };
  if (operand.kind === 'NULL')
    return { name: own, type: { kind: 'DOUBLE' }, parameterType: { kind: 'DOUBLE' } };
  if (operand.kind === 'INTERVAL' && (own === 'SUM' || own === 'AVG'))
    return { name: own, type: operand, parameterType: operand };
  if (operand.kind === 'DECIMAL') {
    const scale = own === 'SUM' ? operand.scale : Math.max(6, operand.scale);
    return { name: own, type: { kind: 'DECIMAL', precision: 38, scale }, parameterType: operand };
  }
  if (!isNumericType(operand)) return null;
  return { name: own, type: own === 'SUM' ? operand : { kind: 'DOUBLE' }, parameterType: operand };
}

/** What is wrong with an aggregate of that operand, in the user's words; null when nothing is. */
export function explainAggregate(name: string, operand: Type | null): string | null {
  const upper = name.toUpperCase();
  if (!Object.hasOwn(AGGREGATES, upper)) return `there is no aggregate ${upper}`;
  if (resolveAggregate(name, operand) !== null) return null;
  return operand === null
    ? `only COUNT takes *: ${upper} takes an expression`
    : `${upper} takes a number, not ${typeText(operand)}`;
}
