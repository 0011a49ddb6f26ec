import type { Value } from '../../event/value.js';
import type { ColumnTest, Scalar } from './column_test.js';
import { contains, IntervalTree } from './interval_tree.js';

/** Intervals that came since the tree was built are looked through one by one, up to so many, or a quarter of the tree. */
const MOST_FRESH = 32;

/** Looks at such intervals, for each interval of the column, that cost as much as building the tree. */
const PATIENCE = 16;

/** The tests of one column: which of them a value passes. */
export class ColumnIndex<T> {
  readonly #equal = new Map<Scalar, T[]>();
  readonly #ranges = new Map<T, ColumnTest[]>();
  #tree: IntervalTree<T> | null = null;
  #fresh: { readonly test: ColumnTest; readonly item: T }[] = [];
  /** How many of them were looked through since the tree was built. */
  #looked = 0;
  /** Items by the JSON type of the constants that undeclared values are compared with. */
  readonly #dynamic = new Map<string, T[]>();
  /** Items that a NULL concerns. */
  #onNull: T[] = [];

  add(test: ColumnTest, item: T): void {
    if (test.nullMatters) this.#onNull.push(item);
    if (test.isAny) push(this.#dynamic, typeOf(test), item);
    if ('values' in test.test) {
      for (const value of new Set(test.test.values)) push(this.#equal, value, item);
      return;
    }
    push(this.#ranges, item, test);
    this.#fresh.push({ test, item });
    if (this.#fresh.length > Math.max(MOST_FRESH, this.#ranges.size >> 2)) this.#rebuild();
  }

  remove(test: ColumnTest, item: T): void {
    if (test.nullMatters) this.#onNull = this.#onNull.filter((each) => each !== item);
    if (test.isAny) drop(this.#dynamic, typeOf(test), item);
    if ('values' in test.test) {
      for (const value of new Set(test.test.values)) drop(this.#equal, value, item);
      return;
    }
    this.#ranges.delete(item);
    this.#fresh = this.#fresh.filter((each) => each.item !== item);
    // What was removed may still stand in the tree: it is found there, and told apart by `#ranges`.
  }

  get isEmpty(): boolean {
    return this.#equal.size === 0 && this.#ranges.size === 0;
  }

  /** Items of which a test may be passed: none is left out, and each may come more than once. */
  visit(value: Value | undefined, found: (item: T) => void): void {
    if (value === null || value === undefined) {
      for (const item of this.#onNull) found(item);
      return;
    }
    if (typeof value !== 'object') {
      const equal = this.#equal.get(value);
      if (equal !== undefined) for (const item of equal) found(item);
    }
    if (this.#ranges.size > 0) this.#visitRanges(value, found);
    if (this.#dynamic.size === 0) return;
    // A value of another type than it is compared with is a fault that each rule counts.
    for (const [type, items] of this.#dynamic)
      if (type !== typeof value) for (const item of items) found(item);
  }

  #visitRanges(value: Value, found: (item: T) => void): void {
    if (typeof value === 'bigint') {
      for (const item of this.#ranges.keys()) found(item);
      return;
    }
    if (typeof value !== 'number') return;
    this.#looked += this.#fresh.length;
    // To look through them costs as much by now as to build the tree anew.
    if (this.#looked > PATIENCE * this.#ranges.size) this.#rebuild();
    this.#tree?.visit(value, (item) => {
      if (this.#ranges.has(item)) found(item);
    });
    for (const { test, item } of this.#fresh) {
      if ('interval' in test.test && contains(test.test.interval, value)) found(item);
    }
  }

  #rebuild(): void {
    const placed = [...this.#ranges].flatMap(([item, tests]) =>
      tests.flatMap(({ test }) => ('interval' in test ? [{ interval: test.interval, item }] : [])),
    );
    this.#tree = new IntervalTree(placed);
    this.#fresh = [];
    this.#looked = 0;
  }
}

function typeOf({ test }: ColumnTest): string {
  return 'values' in test ? typeof test.values[0] : 'number';
}

function push<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function drop<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const left = (lists.get(key) ?? []).filter((each) => each !== item);
  if (left.length === 0) lists.delete(key);
  else lists.set(key, left);
}
