import { back } from './summary.js';
import { BEFORE, COMPLETE } from './unambiguous.js';
import type { Window } from './window.js';

/** Where a less preferred way branches off: row, state, place of the next target, labels before; four numbers each. */
const CHOICE = 4;
/** Of `#passes`: no way over the block without a look at its rows. */
const NONE = -1;

/**
 * The runs over a window that end in certain states, in order of start, then preferment: a walk forward, depth first. Before each
 * row is known from which states the end can be reached, so that no step is in vain; stretches of which no row gets a label
 * are passed over as a whole. One for all windows of a rule: it keeps its memory.
 */
export class Runs {
  /** How many labels the present run has. */
  length = 0;
  /** The labels that the present run has in common with the one before. */
  shared = 0;

  /** The numbers of its rows, and their labels, as of `labelOf`. */
  #numbers = new Int32Array(64);
  #labels = new Int32Array(64);
  /** Null between walks. */
  #window: Window | null = null;
  #block = 0;
  #bits = 0;
  /** The number of the first row of the window's first block. */
  #origin = 0;
  /** By row: the states before it from which a goal is reached, as bits. */
  #needs = new Int32Array(0);
  /** By block, the walk whose `#needs` stand for its rows, and for its beginning. */
  #rowsKnown = new Int32Array(0);
  #beginningKnown = new Int32Array(0);
  /** By block, the walk and the state for which `#passes` and `#passed` tell where the way goes on, and in which state. */
  #passKnown = new Int32Array(0);
  #passFrom = new Uint8Array(0);
  #passes = new Int32Array(0);
  #passed = new Uint8Array(0);
  #walk = 0;
  #choices = new Int32Array(256);
  /** Numbers in `#choices`. */
  #chosen = 0;
  #isBegun = false;

  /** The number of the row of a label of the present run, and the label. */
  numberAt(place: number): number {
    return this.#numbers[place]!;
  }

  labelAt(place: number): number {
    return this.#labels[place]!;
  }

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
      const { front } = this.#window!;
      if (((this.#needAt(front) >> BEFORE) & 1) === 0) return false;
      this.#forward(front, BEFORE, 0);
      return true;
    }
    if (this.#chosen === 0) return false;
    this.#chosen -= CHOICE;
    const choices = this.#choices;
    const at = this.#chosen;
    this.length = choices[at + 3]!;
    this.shared = this.length;
    this.#forward(choices[at]!, choices[at + 1]!, choices[at + 2]!);
    return true;
  }

  /** Goes to the first run of a start after the present one's. False: there is none. */
  nextStart(): boolean {
    const own = this.#numbers[0];
    do {
      while (this.#chosen > 0 && this.#choices[this.#chosen - 1]! > 0) this.#chosen -= CHOICE;
      if (!this.next()) return false;
    } while (this.#numbers[0] === own);
    return true;
  }

  /** Lets go of the window. */
  end(): void {
    this.#window = null;
  }

  /** The first row that a live partial match began with; null: there is none. */
  firstAlive(window: Window): number | null {
    this.alive(window);
    const first = this.#firstFrom(window);
    this.end();
    return first;
  }

  #firstFrom(window: Window): number | null {
    for (let at = window.front; at < window.end; ) {
      const isBlock = (at & (this.#block - 1)) === 0 && at < window.blocksEnd;
      if (isBlock && this.#pass(at, BEFORE)) {
        at = this.#passes[(at - this.#origin) >> this.#bits]!;
        continue;
      }
      if ((window.letter(at).labelled[BEFORE]! & this.#needBehind(at)) !== 0) return at;
      at++;
    }
    return null;
  }

  #begin(window: Window, goals: number): void {
    this.#window = window;
    this.#block = window.block;
    this.#bits = window.blockBits;
    this.#origin = window.front - (window.front & (this.#block - 1));
    this.#walk++;
    const rows = window.end - this.#origin + 1;
    if (rows > this.#needs.length) {
      this.#needs = new Int32Array(2 * rows + this.#block);
      const blocks = (this.#needs.length >> this.#bits) + 1;
      this.#rowsKnown = new Int32Array(blocks);
      this.#beginningKnown = new Int32Array(blocks);
      this.#passKnown = new Int32Array(blocks);
      this.#passFrom = new Uint8Array(blocks);
      this.#passes = new Int32Array(blocks);
      this.#passed = new Uint8Array(blocks);
    }
    this.length = 0;
    this.#chosen = 0;
    this.#isBegun = false;
    this.#needs[window.end - this.#origin] = goals;
    this.#know(window.blocksEnd, window.end);
  }

  /** Follows the most preferred way on from `state` before row `number`, of which targets from `place` on are left. */
  #forward(number: number, state: number, place: number): void {
    const window = this.#window!;
    const { end, blocksEnd } = window;
    const inBlock = this.#block - 1;
    const needs = this.#needs;
    const origin = this.#origin;
    let at = number;
    let now = state;
    let from = place;
    while (at < end) {
      if (at < blocksEnd) {
        if ((at & inBlock) === 0 && from === 0 && this.#pass(at, now)) {
          const block = (at - origin) >> this.#bits;
          at = this.#passes[block]!;
          now = this.#passed[block]!;
          continue;
        }
        if (this.#rowsKnown[(at - origin) >> this.#bits] !== this.#walk) this.#knowBlock(at);
      }
      const letter = window.letter(at);
      const goals = needs[at + 1 - origin]!;
      const targets = letter.targets[now]!;
      let to = from;
      while (((goals >> targets[to]!) & 1) === 0) to++;
      for (let next = to + 1; next < targets.length; next++) {
        if (((goals >> targets[next]!) & 1) === 0) continue;
        this.#choose(at, now, next);
        break;
      }
      const label = letter.labels[now]![to]!;
      if (label >= 0) this.#label(at, label);
      now = targets[to]!;
      from = 0;
      at++;
    }
  }

  #choose(number: number, state: number, place: number): void {
    if (this.#chosen === this.#choices.length) this.#choices = grown(this.#choices);
    const choices = this.#choices;
    choices[this.#chosen++] = number;
    choices[this.#chosen++] = state;
    choices[this.#chosen++] = place;
    choices[this.#chosen++] = this.length;
  }

  #label(number: number, label: number): void {
    if (this.length === this.#numbers.length) {
      this.#numbers = grown(this.#numbers);
      this.#labels = grown(this.#labels);
    }
    this.#numbers[this.length] = number;
    this.#labels[this.length++] = label;
  }

  /** Whether blocks from row `number` on can be passed over: no row of them gets a label, and there is one way. */
  #pass(number: number, state: number): boolean {
    const block = (number - this.#origin) >> this.#bits;
    if (this.#passKnown[block] !== this.#walk || this.#passFrom[block] !== state) {
      this.#passKnown[block] = this.#walk;
      this.#passFrom[block] = state;
      this.#passes[block] = NONE;
      this.#findPass(number, state, block);
    }
    return this.#passes[block] !== NONE;
  }

  #findPass(number: number, state: number, block: number): void {
    for (let level = 0; ; level++) {
      const summary = this.#window!.summary(level, number);
      if (summary === null) return;
      const behind = number + (this.#block << level);
      const goals = this.#needAt(behind);
      if ((summary.labelled[state]! & goals) !== 0) return;
      const free = summary.free[state]! & goals;
      // More than one: which is preferred is seen row by row.
      if ((free & (free - 1)) === 0) {
        this.#passes[block] = behind;
        this.#passed[block] = 31 - Math.clz32(free);
      }
      if ((number & (this.#block << level)) !== 0) return;
    }
  }

  /** States behind row `number` from which a goal is reached, as bits. */
  #needBehind(number: number): number {
    if (
      number < this.#window!.blocksEnd &&
      this.#rowsKnown[(number - this.#origin) >> this.#bits] !== this.#walk
    )
      this.#knowBlock(number);
    return this.#needs[number + 1 - this.#origin]!;
  }

  /** The same before row `number`. */
  #needAt(number: number): number {
    if (number >= this.#window!.blocksEnd) return this.#needs[number - this.#origin]!;
    if ((number & (this.#block - 1)) !== 0) return this.#needBehind(number - 1);
    const block = (number - this.#origin) >> this.#bits;
    if (this.#beginningKnown[block] !== this.#walk) {
      let level = 0;
      while ((number & (this.#block << level)) === 0 && this.#window!.summary(level + 1, number) !== null)
        level++;
      const behind = this.#needAt(number + (this.#block << level));
      this.#needs[number - this.#origin] = this.#window!.summary(level, number)!.back(behind);
      this.#beginningKnown[block] = this.#walk;
    }
    return this.#needs[number - this.#origin]!;
  }

  /** Finds the needs of the rows of the block that row `number` is in. */
  #knowBlock(number: number): void {
    const first = number - (number & (this.#block - 1));
    const end = first + this.#block;
    this.#needs[end - this.#origin] = this.#needAt(end);
    this.#know(first, end);
    this.#rowsKnown[(first - this.#origin) >> this.#bits] = this.#walk;
  }

  /** Goes back over rows from `end`, before which the need is known, to `first`. */
  #know(first: number, end: number): void {
    const window = this.#window!;
    const needs = this.#needs;
    let goals = needs[end - this.#origin]!;
    const least = Math.max(first, window.front);
    for (let number = end - 1; number >= least; number--) {
      goals = back(window.letter(number), goals);
      needs[number - this.#origin] = goals;
    }
  }
}

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * list.length);
  longer.set(list);
  return longer;
}
