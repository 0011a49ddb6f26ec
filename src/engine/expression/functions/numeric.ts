import { Decimal } from '../../../event/decimal.js';
import type { Value } from '../../../event/value.js';
import { arithmetic, negate } from '../arithmetic.js';
import { isNumeric, isWhole, toDecimal, toDouble } from '../compare.js';
import { extreme } from '../comparison.js';
import type { FunctionBodies } from '../evaluator.js';
import type { Faults } from '../faults.js';
import { toBigint } from '../integer.js';

export const NUMERIC_FUNCTIONS: FunctionBodies = {
  ABS: ([value], faults) => {
    if (!isNumeric(value!)) return faults.note('type_mismatch');
    const isNegative = value instanceof Decimal ? value.unscaled < 0n : value < 0;
    return isNegative ? negate(value, faults) : value;
  },
  SIGN: ([value], faults) => {
    if (value instanceof Decimal) return value.unscaled > 0n ? 1 : value.unscaled < 0n ? -1 : 0;
    if (typeof value === 'bigint') return value > 0n ? 1 : -1;
    return typeof value === 'number' ? Math.sign(value) + 0 : faults.note('type_mismatch');
  },
  CEIL: ([value], faults) => whole(value!, faults, Math.ceil, (decimal) => -floorOf(decimal.negate())),
  FLOOR: ([value], faults) => whole(value!, faults, Math.floor, floorOf),
  ROUND: ([value, digits], faults) => toDigits(value!, digits ?? 0, faults, true),
  TRUNCATE: ([value, digits], faults) => toDigits(value!, digits ?? 0, faults, false),
  MOD: ([a, b], faults, _, result) => arithmetic('%', result)(a!, b!, faults),
  POWER: real((a, b) => a ** b),
  SQRT: real(Math.sqrt),
  EXP: real(Math.exp),
  LN: real((a) => (a > 0 ? Math.log(a) : Number.NaN)),
  LOG10: real((a) => (a > 0 ? Math.log10(a) : Number.NaN)),
  LOG: real((base, a) =>
    a > 0 && base > 0 ? (base === 2 ? Math.log2(a) : Math.log(a) / Math.log(base)) : Number.NaN,
  ),
  SIN: real(Math.sin),
  COS: real(Math.cos),
  TAN: real(Math.tan),
  ASIN: real(Math.asin),
  ACOS: real(Math.acos),
  ATAN: real(Math.atan),
  ATAN2: real(Math.atan2),
  DEGREES: real((a) => (a * 180) / Math.PI),
  RADIANS: real((a) => (a * Math.PI) / 180),
  PI: () => Math.PI,
  GREATEST: (values, faults, types) => extreme(values, types[0]!, 1, faults),
  LEAST: (values, faults, types) => extreme(values, types[0]!, -1, faults),
};

/** A function of doubles: what has no finite value is NULL and counted. */
function real(body: (...values: number[]) => number): FunctionBodies[string] {
  return (values, faults) => {
    if (!values.every(isNumeric)) return faults.note('type_mismatch');
    const value = body(...values.map(toDouble));
    return Number.isFinite(value) ? value + 0 : faults.note('invalid_argument');
  };
}

function whole(
  value: Value,
  faults: Faults,
  ofDouble: (value: number) => number,
  ofDecimal: (value: Decimal) => bigint,
): Value {
  if (value instanceof Decimal) return new Decimal(ofDecimal(value), 0).rescale(value.scale);
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' ? ofDouble(value) + 0 : faults.note('type_mismatch');
}

function floorOf(value: Decimal): bigint {
  const unit = 10n ** BigInt(value.scale);
  const cut = value.unscaled / unit;
  return value.unscaled < 0n && cut * unit !== value.unscaled ? cut - 1n : cut;
}

/** Rounds, or cuts, to digits behind the point (negative: before it). By the decimal digits that the number is written with. */
function toDigits(value: Value, digits: Value, faults: Faults, round: boolean): Value {
  if (!isNumeric(value) || !isWhole(digits)) return faults.note('type_mismatch');
  if (Math.abs(digits) > 400) return faults.note('invalid_argument');
  if (typeof value === 'number' && Number.isInteger(value) && digits >= 0) return value;
  const exact = toDecimal(value);
  const rounded = digits >= exact.scale ? exact : roundAt(exact, digits, round);
  if (value instanceof Decimal) return rounded.rescale(value.scale);
  if (typeof value === 'bigint') return toBigint(rounded.rescale(0).unscaled) ?? faults.note('overflow');
  return rounded.toNumber() + 0;
}

function roundAt(value: Decimal, digits: number, round: boolean): Decimal {
  const unit = 10n ** BigInt(value.scale - digits);
  const cut = value.unscaled / unit;
  const rest = value.unscaled % unit;
  const twice = rest < 0n ? -2n * rest : 2n * rest;
  const up = round && twice >= unit ? (value.unscaled < 0n ? -1n : 1n) : 0n;
  return new Decimal((cut + up) * unit, value.scale);
}
