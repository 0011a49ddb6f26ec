import type { VariablePlan } from '../../language/plan.js';
import { type ColumnTest, type Interval, indexableTests } from '../predicate/column_test.js';
import { contains } from '../predicate/interval_tree.js';

/**
 * Whether it is certain that no row can be both variables: they are of two streams, or their conditions ask one column for
 * values that do not go together.
 */
export function areExclusive(left: VariablePlan, i: number, right: VariablePlan, j: number): boolean {
  if (i === j) return false;
  if (left.stream !== null && right.stream !== null && left.stream !== right.stream) return true;
  if (left.condition === null || right.condition === null) return false;
  const ours = indexableTests(left.condition, i);
  const theirs = indexableTests(right.condition, j);
  if (ours === null || theirs === null) return false;
  return ours.every((one) => theirs.every((other) => isApart(one, other)));
}

function isApart(one: ColumnTest, other: ColumnTest): boolean {
  if (one.column !== other.column) return false;
  if ('values' in one.test && 'values' in other.test) {
    const { values } = other.test;
    return !one.test.values.some((value) => values.includes(value));
  }
  if ('values' in one.test) return isApart(other, one);
  const { interval } = one.test;
  if ('interval' in other.test) return areApart(interval, other.test.interval);
  return other.test.values.every((value) => typeof value === 'number' && !contains(interval, value));
}

function areApart(a: Interval, b: Interval): boolean {
  const isBelow = (x: Interval, y: Interval) =>
    x.high < y.low || (x.high === y.low && (x.highOpen || y.lowOpen));
  return isBelow(a, b) || isBelow(b, a);
}
