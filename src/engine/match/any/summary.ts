import { BEFORE, type Letter } from './unambiguous.js';

/** Counts stop here: the greatest that is exact. */
export const MOST_COUNTED = Number.MAX_SAFE_INTEGER;

/** What a stretch of rows does: from which state before it which states behind it can be reached, and in how many ways. */
export class Summary {
  /** By state before: states behind it, as bits, that are reached without a label; */
  readonly free: Int32Array;
  /** those that are reached with one at least; */
  readonly labelled: Int32Array;
  /** and the number of runs, at `before * size + behind`. Saturates. */
  readonly counts: Float64Array;

  private constructor(readonly size: number) {
    this.free = new Int32Array(size);
    this.labelled = new Int32Array(size);
    this.counts = new Float64Array(size * size);
  }

  static ofRows(size: number, letters: readonly Letter[]): Summary {
    const summary = new Summary(size);
    const { free, labelled } = summary;
    for (let state = 0; state < size; state++) {
      let counts = new Float64Array(size);
      counts[state] = 1;
      let [withNone, withSome] = [1 << state, 0];
      for (const letter of letters) {
        counts = step(counts, letter);
        [withNone, withSome] = reach(withNone, withSome, letter);
      }
      summary.counts.set(counts, state * size);
      free[state] = withNone;
      labelled[state] = withSome;
    }
    return summary;
  }

  /** One stretch, then another. */
  static ofBoth(first: Summary, second: Summary): Summary {
    const { size } = first;
    const both = new Summary(size);
    for (let state = 0; state < size; state++) {
      let [withNone, withSome] = [0, 0];
      for (let at = 0; at < size; at++) {
        if ((first.free[state]! >> at) & 1) {
          withNone |= second.free[at]!;
          withSome |= second.labelled[at]!;
        }
        if ((first.labelled[state]! >> at) & 1) withSome |= second.free[at]! | second.labelled[at]!;
      }
      both.free[state] = withNone;
      both.labelled[state] = withSome;
      both.counts.set(second.count(first.counts.subarray(state * size, (state + 1) * size)), state * size);
    }
    return both;
  }

  /** The states before it from which one of `goals` behind it is reached, as bits. */
  back(goals: number): number {
    let states = 0;
    for (let state = 0; state < this.size; state++) {
      if (((this.free[state]! | this.labelled[state]!) & goals) !== 0) states |= 1 << state;
    }
    return states;
  }

  /** Runs by state behind it, given those before it. */
  count(before: Float64Array): Float64Array<ArrayBuffer> {
    const { size, counts } = this;
    const behind = new Float64Array(size);
    for (let state = 0; state < size; state++) {
      const runs = before[state]!;
      if (runs === 0) continue;
      const row = state * size;
      for (let to = 0; to < size; to++) {
        const more = counts[row + to]!;
        if (more > 0) behind[to] = Math.min(behind[to]! + Math.min(runs * more, MOST_COUNTED), MOST_COUNTED);
      }
    }
    return behind;
  }
}

/** Runs by state after a row, given those before it. */
export function step(before: Float64Array, { targets }: Letter): Float64Array<ArrayBuffer> {
  const behind = new Float64Array(before.length);
  for (let state = 0; state < before.length; state++) {
    const runs = before[state]!;
    if (runs === 0) continue;
    const list = targets[state]!;
    for (let i = 0; i < list.length; i++) behind[list[i]!] = Math.min(behind[list[i]!]! + runs, MOST_COUNTED);
  }
  return behind;
}

/** States before a row from which one of `goals` is reached by it, as bits. */
export function back({ masks }: Letter, goals: number): number {
  let states = 0;
  for (let state = 0; state < masks.length; state++) if ((masks[state]! & goals) !== 0) states |= 1 << state;
  return states;
}

/** States behind a row by states before it: without a label so far, and with one. */
function reach(withNone: number, withSome: number, { targets, labels, masks }: Letter): [number, number] {
  let [none, some] = [0, 0];
  for (let state = BEFORE; state < masks.length; state++) {
    if ((withSome >> state) & 1) some |= masks[state]!;
    if (((withNone >> state) & 1) === 0) continue;
    for (const [i, target] of targets[state]!.entries()) {
      if (labels[state]![i]! < 0) none |= 1 << target;
      else some |= 1 << target;
    }
  }
  return [none, some];
}
