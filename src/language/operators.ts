import type { Type } from '../event/value.js';
import { asDecimalType, commonType, type DecimalType, isNumericType } from './promotion.js';

/** The types of an operator's use. */
export interface ResolvedOperator {
  readonly type: Type;
  /** What each operand is to be cast to; its own type where it stays as it is. */
  readonly parameterTypes: readonly Type[];
}

/**
 * The types of `+ - * / %`, `||` and the comparisons `= <> < <= > >=` (also IS DISTINCT FROM): what both operands are cast
 * to and what comes out; null where they do not fit. DECIMAL gets the digits that Trino gives it (at most 38), INTERVAL
 * goes with TIMESTAMP, INTERVAL and numbers. An operand of an undeclared stream stays as it is; arithmetic on it is DOUBLE.
 */
export function resolveOperator(name: string, left: Type, right: Type): ResolvedOperator | null {
  const kept = (type: Type): ResolvedOperator => ({ type, parameterTypes: [left, right] });
  if (name === '||') {
    if (left.kind === 'ARRAY' || right.kind === 'ARRAY') {
      const common = commonType([left, right]);
      return common?.kind === 'ARRAY' ? { type: common, parameterTypes: [common, common] } : null;
    }
    const isText = ({ kind }: Type) => kind === 'VARCHAR' || kind === 'ANY' || kind === 'NULL';
    return isText(left) && isText(right) ? kept({ kind: 'VARCHAR' }) : null;
  }
  if (!['+', '-', '*', '/', '%'].includes(name)) {
    const common = commonType([left, right]);
    if (common === null) return null;
    const parameterTypes = common.kind === 'ANY' ? [left, right] : [common, common];
    return { type: { kind: 'BOOLEAN' }, parameterTypes };
  }
  const time = timeArithmetic(name, left.kind, right.kind);
  if (time !== null) return kept({ kind: time });
  const common = commonType([left, right]);
  if (common?.kind === 'ANY') {
    const isNumber = (type: Type) => type.kind === 'ANY' || isNumericType(type);
    return isNumber(left) && isNumber(right) ? kept({ kind: 'DOUBLE' }) : null;
  }
  if (common?.kind === 'NULL')
    return { type: { kind: 'BIGINT' }, parameterTypes: [{ kind: 'BIGINT' }, { kind: 'BIGINT' }] };
  if (common === null || !isNumericType(common)) return null;
  if (common.kind !== 'DECIMAL') return { type: common, parameterTypes: [common, common] };
  const a = asDecimalType(left.kind === 'NULL' ? right : left);
  const b = asDecimalType(right.kind === 'NULL' ? left : right);
  return { type: decimalResult(name, a, b), parameterTypes: [a, b] };
}

function timeArithmetic(
  name: string,
  left: Type['kind'],
  right: Type['kind'],
): 'TIMESTAMP' | 'INTERVAL' | null {
  const isNumber = (kind: Type['kind']) => ['BIGINT', 'DECIMAL', 'DOUBLE', 'ANY', 'NULL'].includes(kind);
  const isInterval = (kind: Type['kind']) => kind === 'INTERVAL' || kind === 'NULL';
  if (name === '+' || name === '-') {
    if (left === 'TIMESTAMP' && right === 'TIMESTAMP') return name === '-' ? 'INTERVAL' : null;
    if (left === 'TIMESTAMP' && isInterval(right)) return 'TIMESTAMP';
    if (name === '+' && right === 'TIMESTAMP' && isInterval(left)) return 'TIMESTAMP';
    return (left === 'INTERVAL' && isInterval(right)) || (right === 'INTERVAL' && isInterval(left))
      ? 'INTERVAL'
      : null;
  }
  if (left === 'INTERVAL' && isNumber(right) && name !== '%') return 'INTERVAL';
  return name === '*' && right === 'INTERVAL' && isNumber(left) ? 'INTERVAL' : null;
}

/** ISO leaves precision and scale to the implementation; these are Trino's. */
function decimalResult(name: string, a: DecimalType, b: DecimalType): DecimalType {
  const scale = name === '*' ? a.scale + b.scale : Math.max(a.scale, b.scale);
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
  const precision =
    name === '*'
      ? a.precision + b.precision
      : name === '/'
        ? a.precision + b.scale + Math.max(0, b.scale - a.scale)
        : name === '%'
          ? Math.min(a.precision - a.scale, b.precision - b.scale) + scale
          : whole + scale + 1;
  return { kind: 'DECIMAL', precision: Math.max(1, Math.min(38, precision)), scale: Math.min(38, scale) };
}
