import { back } from './summary.js';
import { BEFORE, COMPLETE } from './unambiguous.js';
import type { Window } from './window.js';

/** Four numbers each: row, state, place of the next target, labels before. */
const CHOICE = 4;

/**
 * The runs over a window that end in certain states, in order of start, then preferment: a walk forward, depth first. Before each
 * row is known from which states the end can be reached, so that no step is in vain; stretches of which no row gets a label
 * are passed over as a whole. One for all windows of a rule: it keeps its memory.
 */
export class Runs {
  /** The labels of the present run: numbers of rows, */
  readonly numbers: number[] = [];
  /** and the labels, as of `labelOf`. */
  readonly labels: number[] = [];
  /** The labels that the present run has in common with the last one. */
  shared = 0;

  #window!: Window;
  #block = 0;
  /** The number of the first row of the window's first block. */
  #origin = 0;
  /** By row: the states before it from which a goal is reached, as bits. */
  #needs = new Int32Array(0);
  /** By block, whether `#needs` are those of this walk for its rows, and for its beginning. */
  #rowsKnown = new Int32Array(0);
  #beginningKnown = new Int32Array(0);
  #walk = 0;
  #choices: number[] = [];
  #isBegun = false;

  /** Begins a walk: to the matches that the last row completed. */
  complete(window: Window): void {
    this.#begin(window, 1 << COMPLETE);
  }

  /** Begins a walk: to the partial matches that are live. */
  alive(window: Window): void {
    this.#begin(window, window.alive());
  }

  /** Goes to the next run. False: there is none. */
  next(): boolean {
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.shared = 0;
      const { front } = this.#window;
      if (((this.#needAt(front) >> BEFORE) & 1) === 0) return false;
      this.#forward(front, BEFORE);
      return true;
    }
    if (this.#choices.length === 0) return false;
    const [number, state, place, labels] = this.#choices.splice(-CHOICE) as [number, number, number, number];
    this.numbers.length = labels;
    this.labels.length = labels;
    this.shared = labels;
    this.#forward(number + 1, this.#take(number, state, place));
    return true;
  }

  /** Goes to the first run of a start after the present one's. False: there is none. */
  nextStart(): boolean {
    const own = this.numbers[0];
    do {
      while (this.#choices.length > 0 && this.#choices[this.#choices.length - 1]! > 0)
        this.#choices.length -= CHOICE;
      if (!this.next()) return false;
    } while (this.numbers[0] === own);
    return true;
  }

  /** The first row that a live partial match began with; null: there is none. */
  firstAlive(window: Window): number | null {
    this.alive(window);
    for (let at = window.front; at < window.end; ) {
      const passed = (at & (window.block - 1)) === 0 && at < window.blocksEnd ? this.#pass(at, BEFORE) : null;
      if (passed !== null) {
        at = passed[0];
        continue;
      }
      if ((window.letter(at).masks[BEFORE]! & ~(1 << BEFORE) & this.#needBehind(at)) !== 0) return at;
      at++;
    }
    return null;
  }

  #begin(window: Window, goals: number): void {
    this.#window = window;
    this.#block = window.block;
    this.#origin = window.front - (window.front & (this.#block - 1));
    this.#walk++;
    const rows = window.end - this.#origin + 1;
    if (rows > this.#needs.length) {
      this.#needs = new Int32Array(2 * rows + this.#block);
      this.#rowsKnown = new Int32Array((this.#needs.length >> window.blockBits) + 1);
      this.#beginningKnown = new Int32Array((this.#needs.length >> window.blockBits) + 1);
    }
    this.numbers.length = 0;
    this.labels.length = 0;
    this.#choices.length = 0;
    this.#isBegun = false;
    this.#needs[window.end - this.#origin] = goals;
    this.#know(window.blocksEnd, window.end);
  }

  /** Follows the most preferred way on from `state` before row `number`. */
  #forward(number: number, state: number): void {
    const { end, blocksEnd } = this.#window;
    let at = number;
    let now = state;
    while (at < end) {
      if ((at & (this.#block - 1)) === 0 && at < blocksEnd) {
        const passed = this.#pass(at, now);
        if (passed !== null) {
          [at, now] = passed;
          continue;
        }
      }
      now = this.#take(at++, now, 0);
    }
  }

  /** Takes a row from `state` with the first target from `place` on that leads to a goal, and remembers the next. */
  #take(number: number, state: number, place: number): number {
    const letter = this.#window.letter(number);
    const goals = this.#needBehind(number);
    const targets = letter.targets[state]!;
    let at = place;
    while (((goals >> targets[at]!) & 1) === 0) at++;
    for (let next = at + 1; next < targets.length; next++) {
      if (((goals >> targets[next]!) & 1) === 0) continue;
      this.#choices.push(number, state, next, this.numbers.length);
      break;
    }
    const label = letter.labels[state]![at]!;
    if (label >= 0) {
      this.numbers.push(number);
      this.labels.push(label);
    }
    return targets[at]!;
  }

  /** Where blocks from row `number` on lead, if no row of them gets a label and there is one way; null: step by step. */
  #pass(number: number, state: number): [number, number] | null {
    let passed: [number, number] | null = null;
    for (let level = 0; ; level++) {
      const summary = this.#window.summary(level, number);
      if (summary === null) return passed;
      const behind = number + (this.#block << level);
      const goals = this.#needAt(behind);
      if ((summary.labelled[state]! & goals) !== 0) return passed;
      const free = summary.free[state]! & goals;
      // More than one: which is preferred is seen row by row.
      if ((free & (free - 1)) === 0) passed = [behind, 31 - Math.clz32(free)];
      if ((number & (this.#block << level)) !== 0) return passed;
    }
  }

  #needBehind(number: number): number {
    const behind = number + 1;
    if ((behind & (this.#block - 1)) === 0) return this.#needAt(behind);
    const block = (number - this.#origin) >> this.#window.blockBits;
    if (number < this.#window.blocksEnd && this.#rowsKnown[block] !== this.#walk) {
      const first = this.#origin + block * this.#block;
      this.#needs[first + this.#block - this.#origin] = this.#needAt(first + this.#block);
      this.#know(first, first + this.#block);
      this.#rowsKnown[block] = this.#walk;
    }
    return this.#needs[behind - this.#origin]!;
  }

  /** States before row `number`, where a block begins (or anything behind the whole blocks), from which a goal is reached. */
  #needAt(number: number): number {
    const { blocksEnd } = this.#window;
    if (number >= blocksEnd) return this.#needs[number - this.#origin]!;
    if ((number & (this.#block - 1)) !== 0) return this.#needBehind(number - 1);
    const block = (number - this.#origin) >> this.#window.blockBits;
    if (this.#beginningKnown[block] !== this.#walk) {
      let level = 0;
      while ((number & (this.#block << level)) === 0 && this.#window.summary(level + 1, number) !== null)
        level++;
      const behind = this.#needAt(number + (this.#block << level));
      this.#needs[number - this.#origin] = this.#window.summary(level, number)!.back(behind);
      this.#beginningKnown[block] = this.#walk;
    }
    return this.#needs[number - this.#origin]!;
  }

  /** Goes back over rows from `end`, before which the need is known, to `first`. */
  #know(first: number, end: number): void {
    const needs = this.#needs;
    let goals = needs[end - this.#origin]!;
    for (let number = end - 1; number >= first && number >= this.#window.front; number--) {
      goals = back(this.#window.letter(number), goals);
      needs[number - this.#origin] = goals;
    }
  }
}
