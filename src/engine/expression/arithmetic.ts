import { Decimal } from '../../event/decimal.js';
import { isTimestamp } from '../../event/timestamp.js';
import type { Type, Value } from '../../event/value.js';
import { isNumeric, toDecimal, toDouble } from './compare.js';
import type { Faults } from './faults.js';
import { toBigint } from './integer.js';

/** Two values that are not NULL to one. */
export type Binary = (a: NonNullable<Value>, b: NonNullable<Value>, faults: Faults) => Value;

/**
 * `+`, `-`, `*`, `/`, `%` with a result of that type. BIGINT is exact over 64 bits and `/` cuts towards zero; DECIMAL is
 * exact but for `/`, rounded half up to the result's scale. What the type cannot hold is NULL and counted.
 */
export function arithmetic(name: string, result: Type): Binary {
  switch (result.kind) {
    case 'BIGINT':
      return integers(name);
    case 'DECIMAL':
      return decimals(name, result.precision, result.scale);
    case 'TIMESTAMP':
      return (a, b, faults) => {
        const time = millisecondsOf(name, a, b, faults);
        return time === null || isTimestamp(time) ? time : faults.note('overflow');
      };
    case 'INTERVAL':
      return (a, b, faults) => millisecondsOf(name, a, b, faults);
    default:
      return doubles(name);
  }
}

/** The number with the other sign. */
export function negate(value: Value, faults: Faults): Value {
  if (typeof value === 'number') return 0 - value;
  if (typeof value === 'bigint') return toBigint(-value) ?? faults.note('overflow');
  return value instanceof Decimal ? value.negate() : faults.note('type_mismatch');
}

function doubles(name: string): Binary {
  const compute = DOUBLE_OPERATIONS[name]!;
  const divides = name === '/' || name === '%';
  return (a, b, faults) => {
    if (!isNumeric(a) || !isNumeric(b)) return faults.note('type_mismatch');
    const x = typeof a === 'number' ? a : toDouble(a);
    const y = typeof b === 'number' ? b : toDouble(b);
    if (divides && y === 0) return faults.note('division_by_zero');
    const value = compute(x, y);
    return Number.isFinite(value) ? value : faults.note('overflow');
  };
}

const DOUBLE_OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

const INTEGER_OPERATIONS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** A result that is safe as a double is exact, division included: the quotient of safe integers never rounds up to a whole. */
function integers(name: string): Binary {
  const compute = name === '/' ? (a: number, b: number) => Math.trunc(a / b) : DOUBLE_OPERATIONS[name]!;
  const exact = INTEGER_OPERATIONS[name]!;
  const divides = name === '/' || name === '%';
  return (a, b, faults) => {
    if (divides && (b === 0 || b === 0n)) return faults.note('division_by_zero');
    if (typeof a === 'number' && typeof b === 'number') {
      const value = compute(a, b);
      // + 0 makes 0 of -0.
      if (Number.isSafeInteger(value)) return value + 0;
    }
    const x = integer(a);
    const y = integer(b);
    if (x === null || y === null) return faults.note('type_mismatch');
    return toBigint(exact(x, y)) ?? faults.note('overflow');
  };
}

function integer(value: Value): bigint | null {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : null;
}

const DECIMAL_OPERATIONS: Readonly<Record<string, (a: Decimal, b: Decimal, scale: number) => Decimal>> = {
  '+': (a, b) => a.add(b),
  '-': (a, b) => a.sub(b),
  '*': (a, b) => a.mul(b),
  '/': (a, b, scale) => a.div(b, scale),
  '%': (a, b) => a.mod(b),
};

function decimals(name: string, precision: number, scale: number): Binary {
  const compute = DECIMAL_OPERATIONS[name]!;
  const divides = name === '/' || name === '%';
  return (a, b, faults) => {
    if (!isNumeric(a) || !isNumeric(b)) return faults.note('type_mismatch');
    const x = toDecimal(a);
    const y = toDecimal(b);
    if (divides && y.unscaled === 0n) return faults.note('division_by_zero');
    const value = compute(x, y, scale).rescale(scale);
    return value.precision > precision ? faults.note('overflow') : value;
  };
}

/** TIMESTAMP and INTERVAL are milliseconds both; an interval is multiplied and divided by a number and rounded half up. */
function millisecondsOf(name: string, a: Value, b: Value, faults: Faults): number | null {
  if (!isNumeric(a) || !isNumeric(b)) return faults.note('type_mismatch');
  const y = toDouble(b);
  if (name === '/' && y === 0) return faults.note('division_by_zero');
  const value = DOUBLE_OPERATIONS[name]!(toDouble(a), y);
  const rounded = Math.sign(value) * Math.round(Math.abs(value)) + 0;
  return Number.isSafeInteger(rounded) ? rounded : faults.note('overflow');
}
