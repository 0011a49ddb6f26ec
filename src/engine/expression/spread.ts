import { Decimal } from '../../event/decimal.js';
import type { Value } from '../../event/value.js';
import type { AggregateNode } from '../../language/plan.js';
import { isNumeric, toDecimal, toDouble } from './compare.js';
import type { Faults } from './faults.js';
import type { State } from './plain.js';

/** Variance or standard deviation; the state is null before the first value. */
export interface Spread {
  add(state: State, value: Value, faults?: Faults): State;
  result(state: State, faults?: Faults): Value;
}

/** What the square sum is divided by: one less than the count for a sample. */
function degrees(node: AggregateNode, count: number): number {
  return node.name === 'STDDEV_POP' || node.name === 'VAR_POP' ? count : count - 1;
}

function isRoot(node: AggregateNode): boolean {
  return node.name === 'STDDEV' || node.name === 'STDDEV_POP';
}

/** In doubles: count, mean, sum of squared differences (B. P. Welford, Technometrics 4, 1962). */
export function welford(node: AggregateNode): Spread {
  return {
    add(state, value, faults) {
      if (!isNumeric(value)) {
        faults?.note('type_mismatch');
        return state;
      }
      const [count, mean, squares] = (state ?? [0, 0, 0]) as readonly [number, number, number];
      const x = toDouble(value);
      const next = mean + (x - mean) / (count + 1);
      return [count + 1, next, squares + (x - mean) * (x - next)];
    },
    result(state, faults) {
      if (state === null) return null;
      const [count, , squares] = state as readonly [number, number, number];
      const divisor = degrees(node, count);
      if (divisor === 0) return null;
      const variance = squares / divisor;
      if (!Number.isFinite(variance)) return faults?.note('overflow') ?? null;
      return isRoot(node) ? Math.sqrt(variance) : variance;
    },
  };
}

/** Of DECIMAL, exactly: count, sum and sum of squares of the unscaled integers as digits; rounded half up at the end. */
export function exactSpread(node: AggregateNode, scale: number): Spread {
  return {
    add(state, value) {
      const [count, sum, squares] = (state ?? [0, '0', '0']) as readonly [number, string, string];
      const x = toDecimal(value as Decimal).rescale(scale).unscaled;
      return [count + 1, (BigInt(sum) + x).toString(), (BigInt(squares) + x * x).toString()];
    },
    result(state, faults) {
      if (state === null || node.type.kind !== 'DECIMAL') return null;
      const [count, sum, squares] = state as readonly [number, string, string];
      const divisor = degrees(node, count);
      if (divisor === 0) return null;
      const n = BigInt(count);
      // The variance is over / under / 10^(2 * scale).
      const over = n * BigInt(squares) - BigInt(sum) ** 2n;
      const under = n * BigInt(divisor);
      const digits = node.type.scale;
      const value = isRoot(node)
        ? new Decimal(rootHalfUp(over * 10n ** BigInt(2 * digits), under * 10n ** BigInt(2 * scale)), digits)
        : new Decimal(over, 2 * scale).div(Decimal.fromInteger(under), digits);
      return value.precision > node.type.precision ? (faults?.note('overflow') ?? null) : value;
    },
  };
}

/** The square root of over / under, rounded half up: the greatest r with (2r - 1)^2 * under <= 4 * over. */
function rootHalfUp(over: bigint, under: bigint): bigint {
  return (floorRoot((4n * over) / under) + 1n) / 2n;
}

/** Newton's method on integers, from above. */
function floorRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
