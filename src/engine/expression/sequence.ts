import type { State } from './plain.js';

/** A list that grows at its end and shares what it had: full blocks, then the last values. Adding costs about the same at any length. */
export type Sequence = readonly [blocks: readonly (readonly State[])[], last: readonly State[]];

export const EMPTY_SEQUENCE: Sequence = [[], []];

const BLOCK = 64;

/** The sequence with one more value. */
export function append([blocks, last]: Sequence, value: State): Sequence {
  const next = [...last, value];
  return next.length < BLOCK ? [blocks, next] : [[...blocks, next], []];
}

/** The values in the order in which they came. */
export function valuesOf([blocks, last]: Sequence): readonly State[] {
  return [...blocks.flat(), ...last];
}
