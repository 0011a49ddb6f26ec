import type { Engine } from '../src/engine/engine.js';
import type { Row } from '../src/event/row.js';
import { type Figure, figureOf } from './line.js';

/** Events between two looks at what came out, as a worker has them in a batch. */
const BATCH = 1_000;
const WARM_UP = 2;
const ROUNDS = 5;

/** What is measured: it takes rows and gives how many matches came. */
export type Play = (rows: readonly Row[]) => number;

export interface Compared {
  /** Events a second. */
  readonly ours: Figure;
  readonly other: Figure;
  readonly matches: number;
}

/** Milliseconds that `work` takes. */
export function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** Takes the rows to the engine; gives how many matches came. */
export function play(engine: Engine, rows: readonly Row[]): number {
  let matches = 0;
  for (let from = 0; from < rows.length; from += BATCH) {
    const to = Math.min(from + BATCH, rows.length);
    for (let i = from; i < to; i++) engine.append(rows[i]!);
    for (const { kind } of engine.take()) {
      if (kind === 'late') throw new Error('an event of the bench came late');
      matches++;
    }
  }
  return matches;
}

/** Plays the same rows to both, in turn, round after round. Throws Error when they do not count the same matches. */
export function compare(take: () => readonly Row[], ours: Play, other: Play): Compared {
  const rates = { ours: [] as number[], other: [] as number[] };
  let [matches, counted] = [0, 0];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const rows = take();
    const own = timed(() => {
      matches += ours(rows);
    });
    const theirs = timed(() => {
      counted += other(rows);
    });
    if (round < 0) continue;
    rates.ours.push((rows.length / own) * 1_000);
    rates.other.push((rows.length / theirs) * 1_000);
  }
  if (matches !== counted) throw new Error(`${matches} matches, where the other counts ${counted}`);
  return { ours: figureOf(rates.ours), other: figureOf(rates.other), matches };
}

/** Bytes in use after a full collection. Needs `node --expose-gc`. */
export function liveBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes that the engine holds, where so many were in use before it was made. Asked last: it must be alive until then. */
export function heldBy(engine: Engine, before: number): number {
  const bytes = liveBytes() - before;
  engine.take();
  return bytes;
}
