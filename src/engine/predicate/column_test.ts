import { Decimal } from '../../event/decimal.js';
import type { Type } from '../../event/value.js';
import type { Bound } from '../../language/plan.js';

/** What an index can look a column's value up by. */
export type Scalar = string | number | bigint | boolean;

/** A range of numbers; an end that is not there is infinite. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/** A test of one column against constants, which a row must pass for a condition to be true. */
export interface ColumnTest {
  readonly column: string;
  /** The streams whose rows have the column; null: all. */
  readonly streams: readonly string[] | null;
  /** The column is of an undeclared stream: a value of another JSON type is a fault to be counted, not a miss. */
  readonly isAny: boolean;
  /** NULL does not decide AND: what stands beside the test is evaluated, and may be a fault to be counted. */
  readonly nullMatters: boolean;
  readonly test: { readonly values: readonly Scalar[] } | { readonly interval: Interval };
}

/** More alternatives than this cost more than they save. */
export const MOST_ALTERNATIVES = 64;

/**
 * Tests of which a row passes at least one where the condition is true for it; null where there are none such, so that every
 * row has to be tried. A row that passes none makes no fault either: conditions are evaluated from the left, and a test counts
 * only where nothing before it can fail. `candidate`: the variable whose DEFINE it is, or null.
 */
export function indexableTests(condition: Bound, candidate: number | null): readonly ColumnTest[] | null {
  if (condition.kind === 'or') {
    const branches = condition.operands.map((branch) => indexableTests(branch, candidate));
    if (branches.some((branch) => branch === null)) return null;
    const tests = branches.flatMap((branch) => branch ?? []);
    return tests.length <= MOST_ALTERNATIVES ? tests : null;
  }
  const conjuncts = condition.kind === 'and' ? condition.operands : [condition];
  const tests: ColumnTest[] = [];
  for (const conjunct of conjuncts) {
    const test = columnTest(conjunct, candidate);
    if (test === 'never') return conjuncts.every((each) => isFaultFree(each, candidate)) ? [] : null;
    if (test !== null) tests.push(test);
    if (!isFaultFree(conjunct, candidate)) break;
  }
  const best = choose(tests);
  const nullMatters = conjuncts.length > 1 && !conjuncts.every((each) => isFaultFree(each, candidate));
  return best === null ? null : [{ ...best, nullMatters }];
}

/** Equality says most; then a range with two ends, for which the tests of one column are put together; then any range. */
function choose(tests: readonly ColumnTest[]): ColumnTest | null {
  const equality = tests.find(({ test }) => 'values' in test);
  if (equality !== undefined) return equality;
  const merged = tests.map((each) =>
    tests.filter(({ column, isAny }) => column === each.column && !isAny).reduce(intersect, each),
  );
  return merged.find(isBounded) ?? merged[0] ?? null;
}

function isBounded({ test }: ColumnTest): boolean {
  return 'interval' in test && Number.isFinite(test.interval.low) && Number.isFinite(test.interval.high);
}

function intersect(a: ColumnTest, b: ColumnTest): ColumnTest {
  if (!('interval' in a.test) || !('interval' in b.test) || a.isAny) return a;
  const [x, y] = [a.test.interval, b.test.interval];
  const low = x.low > y.low || (x.low === y.low && x.lowOpen) ? x : y;
  const high = x.high < y.high || (x.high === y.high && x.highOpen) ? x : y;
  return {
    ...a,
    test: { interval: { low: low.low, lowOpen: low.lowOpen, high: high.high, highOpen: high.highOpen } },
  };
}

/** The test that a conjunct is; `never`: it is never true; null: it cannot be looked up. */
export function columnTest(bound: Bound, candidate: number | null): ColumnTest | 'never' | null {
  if (bound.kind === 'not') {
    const column = columnOf(bound.operand, candidate);
    return column?.type.kind === 'BOOLEAN' ? equals(column, [false]) : null;
  }
  const own = columnOf(bound, candidate);
  if (own?.type.kind === 'BOOLEAN') return equals(own, [true]);
  if (bound.kind !== 'call') return null;
  const [left, right] = bound.arguments;
  if (left === undefined || right === undefined) return null;
  if (bound.name === 'IN') return membership(left, bound.arguments.slice(1), candidate);
  const forwards = columnOf(left, candidate);
  const column = forwards ?? columnOf(right, candidate);
  const constant = constantOf(forwards === null ? left : right);
  if (column === null || constant === null) return null;
  if (constant.value === null) return COMPARISONS.has(bound.name) ? 'never' : null;
  if (bound.name === '=') return equals(column, [constant.value]);
  const mirrored = MIRRORED[bound.name];
  const operator = forwards === null ? mirrored : bound.name;
  if (
    mirrored === undefined ||
    operator === undefined ||
    typeof constant.value !== 'number' ||
    !isOrdered(column.type)
  )
    return null;
  return { ...columnFacts(column), test: { interval: intervalOf(operator, constant.value) } };
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
/** The comparisons that make a range, and what they are with their sides swapped. */
const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function intervalOf(operator: string, value: number): Interval {
  const isUpper = operator === '<' || operator === '<=';
  const isOpen = operator === '<' || operator === '>';
  return isUpper
    ? { low: Number.NEGATIVE_INFINITY, high: value, lowOpen: false, highOpen: isOpen }
    : { low: value, high: Number.POSITIVE_INFINITY, lowOpen: isOpen, highOpen: false };
}

function membership(operand: Bound, list: readonly Bound[], candidate: number | null): ColumnTest | null {
  const column = columnOf(operand, candidate);
  const constants = list.map(constantOf);
  if (column === null || constants.some((constant) => constant === null)) return null;
  const values = constants.flatMap((constant) => constant?.value ?? []);
  // The type decides what a value of another type is: one type only.
  return new Set(values.map((value) => typeof value)).size === 1 ? equals(column, values) : null;
}

type Column = Extract<Bound, { kind: 'column' }>;

function columnFacts({ name, streams, type }: Column): Omit<ColumnTest, 'test'> {
  return { column: name, streams, isAny: type.kind === 'ANY', nullMatters: false };
}

function equals(column: Column, values: readonly Scalar[]): ColumnTest | null {
  const isLookedUp = ['VARCHAR', 'BOOLEAN', 'BIGINT', 'DOUBLE', 'TIMESTAMP', 'INTERVAL', 'ANY'].includes(
    column.type.kind,
  );
  // Past 2^53 a BIGINT widened to DOUBLE is another value than the one that is looked up.
  const isExact = values.every(
    (value) => typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value),
  );
  return isLookedUp && isExact ? { ...columnFacts(column), test: { values } } : null;
}

function isOrdered({ kind }: Type): boolean {
  return ['BIGINT', 'DOUBLE', 'TIMESTAMP', 'INTERVAL', 'ANY'].includes(kind);
}

/** A column of the row itself: bare, behind its own variable, or widened from BIGINT to DOUBLE. */
function columnOf(bound: Bound, candidate: number | null): Column | null {
  if (bound.kind === 'column') return bound;
  if (bound.kind === 'cast' && bound.type.kind === 'DOUBLE' && bound.operand.type.kind === 'BIGINT') {
    return columnOf(bound.operand, candidate);
  }
  if (bound.kind !== 'navigation' || candidate === null) return null;
  const { set, from, logical, physical, operand } = bound;
  const isOwn =
    from === 'last' && logical === 0 && physical === 0 && (set === null || set.includes(candidate));
  return isOwn && operand.kind === 'column' ? operand : null;
}

/** A constant, widened to DOUBLE where it is cast to that. */
function constantOf(bound: Bound): { readonly value: Scalar | null } | null {
  if (bound.kind === 'constant') {
    const { value } = bound;
    return value === null || typeof value !== 'object' ? { value } : null;
  }
  if (bound.kind !== 'cast' || bound.type.kind !== 'DOUBLE' || bound.operand.kind !== 'constant') return null;
  const { value } = bound.operand;
  if (value instanceof Decimal) return { value: value.toNumber() };
  return typeof value === 'number' || typeof value === 'bigint' ? { value: Number(value) } : null;
}

/** Whether evaluating a conjunct can make no fault, whatever the row. */
export function isFaultFree(bound: Bound, candidate: number | null): boolean {
  switch (bound.kind) {
    case 'constant':
    case 'column':
      return bound.type.kind !== 'ANY';
    case 'navigation':
      return columnOf(bound, candidate) !== null && bound.type.kind !== 'ANY';
    case 'cast':
      return (
        bound.type.kind === 'DOUBLE' &&
        ['BIGINT', 'DECIMAL'].includes(bound.operand.type.kind) &&
        isFaultFree(bound.operand, candidate)
      );
    case 'not':
    case 'is_null':
      return isFaultFree(bound.operand, candidate);
    case 'and':
    case 'or':
      return bound.operands.every((operand) => isFaultFree(operand, candidate));
    case 'call':
      return (
        (COMPARISONS.has(bound.name) || bound.name === 'IN') &&
        bound.arguments.every((each) => isFaultFree(each, candidate))
      );
    default:
      return false;
  }
}
