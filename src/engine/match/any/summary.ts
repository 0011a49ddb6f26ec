import type { Letter } from './unambiguous.js';

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
    const counting = new Counting(size);
    for (let state = 0; state < size; state++) {
      counting.begin(state);
      let [free, labelled] = [1 << state, 0];
      for (const letter of letters) {
        counting.step(letter);
        labelled = union(letter.masks, labelled) | union(letter.labelled, free);
        free = union(letter.free, free);
      }
      summary.counts.set(counting.runs, state * size);
      summary.free[state] = free;
      summary.labelled[state] = labelled;
    }
    return summary;
  }

  /** One stretch, then another. */
  static ofBoth(first: Summary, second: Summary): Summary {
    const { size } = first;
    const both = new Summary(size);
    const counting = new Counting(size);
    for (let state = 0; state < size; state++) {
      const labelled = first.labelled[state]!;
      both.free[state] = union(second.free, first.free[state]!);
      both.labelled[state] =
        union(second.labelled, first.free[state]! | labelled) | union(second.free, labelled);
      counting.runs.set(first.counts.subarray(state * size, (state + 1) * size));
      counting.pass(second);
      both.counts.set(counting.runs, state * size);
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
}

/** How many runs there are, by the state that they are in. */
export class Counting {
  runs: Float64Array;
  #spare: Float64Array;

  constructor(size: number) {
    this.runs = new Float64Array(size);
    this.#spare = new Float64Array(size);
  }

  /** With one run, in this state. */
  begin(state: number): void {
    this.runs.fill(0);
    this.runs[state] = 1;
  }

  /** Over a row. */
  step({ targets }: Letter): void {
    const { runs } = this;
    const behind = this.#swap();
    for (let state = 0; state < runs.length; state++) {
      const count = runs[state]!;
      if (count === 0) continue;
      const list = targets[state]!;
      for (let i = 0; i < list.length; i++) {
        const to = list[i]!;
        behind[to] = Math.min(behind[to]! + count, MOST_COUNTED);
      }
    }
  }

  /** Over a stretch. */
  pass({ counts, size }: Summary): void {
    const { runs } = this;
    const behind = this.#swap();
    for (let state = 0; state < size; state++) {
      const count = runs[state]!;
      if (count === 0) continue;
      const row = state * size;
      for (let to = 0; to < size; to++) {
        const ways = counts[row + to]!;
        if (ways > 0) behind[to] = Math.min(behind[to]! + Math.min(count * ways, MOST_COUNTED), MOST_COUNTED);
      }
    }
  }

  #swap(): Float64Array {
    const behind = this.#spare;
    this.#spare = this.runs;
    this.runs = behind;
    return behind.fill(0);
  }
}

/** States before a row from which one of `goals` is reached by it, as bits. */
export function back({ masks }: Letter, goals: number): number {
  let states = 0;
  for (let state = 0; state < masks.length; state++) if ((masks[state]! & goals) !== 0) states |= 1 << state;
  return states;
}

/** What stands in a list for any of the states, together; all as bits. */
function union(list: Int32Array, states: number): number {
  let bits = 0;
  for (let left = states; left !== 0; left &= left - 1) bits |= list[31 - Math.clz32(left & -left)]!;
  return bits;
}
