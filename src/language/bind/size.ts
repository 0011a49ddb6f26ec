import type { Bound } from '../plan.js';
import { operandsOf } from './reads.js';

/**
 * The largest expression, in nodes. A text cannot write that many; BETWEEN and CASE name their operand more than once, and
 * nested in one another they would grow without end.
 */
export const MAX_NODES = 20_000;

const sizes = new WeakMap<Bound, number>();

/** How many nodes an expression has, those that stand in it several times counted as often. */
export function sizeOf(bound: Bound): number {
  const known = sizes.get(bound);
  if (known !== undefined) return known;
  let size = 1;
  for (const operand of operandsOf(bound)) size += sizeOf(operand);
  sizes.set(bound, size);
  return size;
}
