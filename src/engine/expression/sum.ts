import { Decimal } from '../../event/decimal.js';
import type { Type, Value } from '../../event/value.js';
import { isNumeric, toDecimal, toDouble } from './compare.js';
import type { Faults } from './faults.js';
import { normalise, toBigint } from './integer.js';
import { plainForm, type State } from './plain.js';

/** How values of one type are added up; the state is null before the first. */
export interface Summation {
  /** Whether a value can be added: one of an undeclared stream may be anything. Counts it when not. */
  takes(value: Value, faults?: Faults): boolean;
  add(state: State, value: Value): State;
  /** The sum in its type; NULL and counted when the type cannot hold it. */
  result(state: State, type: Type, faults?: Faults): Value;
  /** The sum divided by a count, as a double. */
  mean(state: State, count: number): number;
}

/** Exact for BIGINT and DECIMAL, whatever the order; doubles for the rest. */
export function summation(operand: Type): Summation {
  if (operand.kind === 'BIGINT') return INTEGERS;
  return operand.kind === 'DECIMAL' ? DECIMALS : DOUBLES;
}

/** AVG of `[sum, count]`: DOUBLE, or DECIMAL or INTERVAL rounded half up. */
export function average(
  sum: Summation,
  state: readonly [State, number] | null,
  type: Type,
  faults?: Faults,
): Value {
  if (state === null) return null;
  const [total, count] = state;
  if (type.kind === 'DECIMAL') {
    const value = toDecimal(DECIMAL_FORM.toValue(total) as Decimal).div(
      Decimal.fromInteger(count),
      type.scale,
    );
    return value.precision > type.precision ? overflow(faults) : value;
  }
  const mean = sum.mean(total, count);
  if (!Number.isFinite(mean)) return overflow(faults);
  return type.kind === 'INTERVAL' ? Math.sign(mean) * Math.round(Math.abs(mean)) + 0 : mean;
}

const DECIMAL_FORM = plainForm({ kind: 'DECIMAL', precision: 38, scale: 0 });

/** A number while it is safe, a bigint in 64 bits, digits beyond: other integers cannot be packed. */
const INTEGERS: Summation = {
  takes,
  add(state, value) {
    if (state === null) return value as State;
    if (typeof state === 'number' && typeof value === 'number') {
      const sum = state + value;
      if (Number.isSafeInteger(sum)) return sum;
    }
    const sum = BigInt(state as string) + BigInt(value as bigint);
    return toBigint(sum) ?? sum.toString();
  },
  result: (state, _, faults) => (typeof state === 'string' ? overflow(faults) : (state as Value)),
  mean: (state, count) => quotient(normalise(BigInt(state as string)), count),
};

/** The sum is exact: where it is beyond 2^53, whole part and rest are divided apart. */
function quotient(sum: number | bigint, count: number): number {
  if (typeof sum === 'number') return sum / count;
  const divisor = BigInt(count);
  return Number(sum / divisor) + Number(sum % divisor) / count;
}

const DECIMALS: Summation = {
  takes,
  add(state, value) {
    const each = toDecimal(value as Decimal);
    return DECIMAL_FORM.toState(state === null ? each : each.add(DECIMAL_FORM.toValue(state) as Decimal));
  },
  result(state, type, faults) {
    const sum = DECIMAL_FORM.toValue(state);
    if (!(sum instanceof Decimal) || type.kind !== 'DECIMAL') return sum;
    const value = sum.rescale(type.scale);
    return value.precision > type.precision ? overflow(faults) : value;
  },
  mean: (state, count) => (DECIMAL_FORM.toValue(state) as Decimal).toNumber() / count,
};

const DOUBLES: Summation = {
  takes,
  add: (state, value) => ((state as number | null) ?? 0) + toDouble(value as number),
  result: (state, _, faults) =>
    state === null || Number.isFinite(state) ? (state as Value) : overflow(faults),
  mean: (state, count) => (state as number) / count,
};

function takes(value: Value, faults?: Faults): boolean {
  if (isNumeric(value)) return true;
  faults?.note('type_mismatch');
  return false;
}

function overflow(faults: Faults | undefined): null {
  return faults === undefined ? null : faults.note('overflow');
}
