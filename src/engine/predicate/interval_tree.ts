import type { Interval } from './column_test.js';

interface Placed<T> {
  readonly interval: Interval;
  readonly item: T;
}

interface Node<T> {
  readonly center: number;
  /** Intervals that contain the center, by their low ends ascending, */
  readonly byLow: readonly Placed<T>[];
  /** and by their high ends descending. */
  readonly byHigh: readonly Placed<T>[];
  readonly left: Node<T> | null;
  readonly right: Node<T> | null;
}

/**
 * Intervals that contain a number, found in O(log n + hits): a centered interval tree (Edelsbrunner 1980). Built once; a new
 * set of intervals is a new tree.
 */
export class IntervalTree<T> {
  readonly #root: Node<T> | null;

  constructor(placed: readonly Placed<T>[]) {
    // What can never be true (`v > 5 AND v < 3`) contains nothing, and has no place on either side of a center.
    this.#root = build(placed.filter(({ interval: { low, high } }) => low <= high));
  }

  visit(value: number, found: (item: T) => void): void {
    for (let node = this.#root; node !== null; ) {
      if (value < node.center) {
        for (const { interval, item } of node.byLow) {
          if (interval.low > value) break;
          if (interval.low < value || !interval.lowOpen) found(item);
        }
        node = node.left;
      } else if (value > node.center) {
        for (const { interval, item } of node.byHigh) {
          if (interval.high < value) break;
          if (interval.high > value || !interval.highOpen) found(item);
        }
        node = node.right;
      } else {
        for (const { interval, item } of node.byLow) if (contains(interval, value)) found(item);
        return;
      }
    }
  }
}

export function contains({ low, high, lowOpen, highOpen }: Interval, value: number): boolean {
  return (value > low || (value === low && !lowOpen)) && (value < high || (value === high && !highOpen));
}

function build<T>(placed: readonly Placed<T>[]): Node<T> | null {
  if (placed.length === 0) return null;
  const ends = placed.flatMap(({ interval: { low, high } }) => [low, high]).filter(Number.isFinite);
  ends.sort((a, b) => a - b);
  const center = ends[ends.length >> 1] ?? 0;
  const here: Placed<T>[] = [];
  const left: Placed<T>[] = [];
  const right: Placed<T>[] = [];
  for (const each of placed) {
    if (each.interval.high < center) left.push(each);
    else if (each.interval.low > center) right.push(each);
    else here.push(each);
  }
  return {
    center,
    byLow: [...here].sort((a, b) => compare(a.interval.low, b.interval.low)),
    byHigh: here.sort((a, b) => compare(b.interval.high, a.interval.high)),
    left: build(left),
    right: build(right),
  };
}

/** Infinities are equal to themselves. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
