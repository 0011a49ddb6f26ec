import type { Row } from '../../../event/row.js';
import { Counting, Summary } from './summary.js';
import { BEFORE, COMPLETE, type Letter, MOST_STATES, type Unambiguous } from './unambiguous.js';

/** Rows of a block, as a power of two: stretches that have a summary begin and end with one. */
const BLOCK_BITS = 5;
/** Numbers are used in bit operations. */
const MOST_NUMBERED = 2 ** 30;
/** Of the row in hand: the latest starts before it. */
const BEFORE_ROW = new Array<number>(MOST_STATES).fill(-1);

/**
 * The rows of a key that a match can take, from the first one that a live match begins with. They are numbered; rows on which
 * nothing holds that is asked for stand as one. Blocks of them have summaries, pairs of blocks too, pairs of pairs, and so on:
 * a question about a stretch of any length asks a few of them.
 */
export class Window {
  /** The number of the first row: a match begins with it. */
  front = 0;
  /** The number of the next row. */
  end = 0;
  /** By state: the latest start that is in it now; -1: none. Those before `front` are gone. */
  readonly latest: number[];
  #rows: (Row | null)[] = [];
  #letters: Letter[] = [];
  /** The number of the first row that is stored. */
  #base = 0;
  /** By level: summaries of 1, 2, 4 ... blocks; null: the first of them were gone when the last came. */
  #levels: (Summary | null)[][] = [];

  /** Rows of a block. */
  readonly block: number;

  constructor(
    readonly automaton: Unambiguous,
    readonly blockBits = BLOCK_BITS,
  ) {
    this.block = 1 << blockBits;
    this.latest = new Array<number>(automaton.size).fill(-1);
  }

  /** Rows that are kept: those on which nothing holds count where they stand. */
  get size(): number {
    return this.end - this.front;
  }

  /** Rows up to here are in whole blocks. */
  get blocksEnd(): number {
    return this.end - (this.end & (this.block - 1));
  }

  row(number: number): Row | null {
    return this.#rows[number - this.#base]!;
  }

  letter(number: number): Letter {
    return this.#letters[number - this.#base]!;
  }

  /** The summary of 2^level blocks that begin with row `number`. Null: they are not all there. */
  summary(level: number, number: number): Summary | null {
    const index = number >> (this.blockBits + level);
    return this.#levels[level]?.[index - (this.#base >> (this.blockBits + level))] ?? null;
  }

  /** States of live partial matches, as bits. */
  alive(): number {
    let alive = 0;
    for (let state = COMPLETE + 1; state < this.latest.length; state++)
      if (this.latest[state]! >= this.front) alive |= 1 << state;
    return alive;
  }

  /** Whether the last row completed a match. */
  get isComplete(): boolean {
    return this.latest[COMPLETE]! >= this.front;
  }

  /** Takes the next row. False: it changes nothing. The first one has to be one that a match begins with. */
  push(row: Row, holds: number): boolean {
    if (this.end >= MOST_NUMBERED) this.#renumber();
    return this.#push(row, holds);
  }

  /** Takes rows back, as `rows` and `holds` gave them. */
  restore(rows: readonly (Row | null)[], holds: readonly number[]): void {
    for (const [i, row] of rows.entries()) this.#push(row, holds[i]!);
  }

  /** What is kept, from the first start on. */
  rows(): readonly (Row | null)[] {
    return this.#rows.slice(this.front - this.#base);
  }

  /** By row of `rows`: the variables whose conditions hold, as bits. */
  allHolds(): readonly number[] {
    return this.#letters.slice(this.front - this.#base).map(({ holds }) => holds);
  }

  #renumber(): void {
    const [rows, holds] = [this.rows(), this.allHolds()];
    this.front = 0;
    this.end = 0;
    this.#base = 0;
    this.#rows = [];
    this.#letters = [];
    this.#levels = [];
    this.latest.fill(-1);
    this.restore(rows, holds);
  }

  #push(row: Row | null, holds: number): boolean {
    const isIdle = holds === 0;
    if (isIdle && this.automaton.mergesIdle && this.#letters[this.end - 1 - this.#base]?.holds === 0)
      return false;
    const letter = this.automaton.letter(holds);
    this.#move(letter);
    // A row on which nothing holds has no label.
    this.#rows.push(isIdle ? null : row);
    this.#letters.push(letter);
    this.end++;
    if ((this.end & (this.block - 1)) === 0) this.#summarise();
    return true;
  }

  /** How many matches the last row completed. Saturates at `MOST_COUNTED`. */
  countComplete(): number {
    const counting = new Counting(this.automaton.size);
    counting.begin(BEFORE);
    const { blocksEnd } = this;
    for (let number = this.front; number < this.end; ) {
      let level = -1;
      let summary: Summary | null = null;
      if (number < blocksEnd && (number & (this.block - 1)) === 0) {
        for (
          let next = this.summary(0, number);
          next !== null;
          next = number & (this.block << level) ? null : this.summary(level + 1, number)
        ) {
          summary = next;
          level++;
        }
      }
      if (summary === null) counting.step(this.letter(number));
      else counting.pass(summary);
      number += summary === null ? 1 : this.block << level;
    }
    return counting.runs[COMPLETE]!;
  }

  /** Lets go of the first start. False: there is no live partial match any more. */
  dropFront(): boolean {
    return this.dropBefore(this.front + 1);
  }

  /** Lets go of the starts before `number`. False: there is no live partial match any more. */
  dropBefore(number: number): boolean {
    let front = number;
    while (front < this.end && !this.letter(front).begins) front++;
    this.front = front;
    if (front === this.end || this.alive() === 0) return false;
    this.#release();
    return true;
  }

  #move({ targets }: Letter): void {
    const { latest, front, end } = this;
    for (let state = 0; state < latest.length; state++) {
      BEFORE_ROW[state] = latest[state]!;
      latest[state] = -1;
    }
    for (let state = 0; state < latest.length; state++) {
      const start = state === BEFORE ? end : BEFORE_ROW[state]!;
      if (start < front) continue;
      const list = targets[state]!;
      for (let i = 0; i < list.length; i++) if (start > latest[list[i]!]!) latest[list[i]!] = start;
    }
  }

  /** A block is whole: its summary, and those of the pairs that it completes. */
  #summarise(): void {
    const first = this.end - this.block - this.#base;
    let summary: Summary | null = Summary.ofRows(this.automaton.size, this.#letters.slice(first));
    let number = this.end - this.block;
    for (let level = 0; ; level++) {
      this.#levels[level] ??= this.#levelAbove(level);
      const summaries = this.#levels[level]!;
      summaries.push(summary);
      const size = this.block << level;
      if ((number & size) === 0) return;
      const before = summaries[summaries.length - 2] ?? null;
      summary = before === null || summary === null ? null : Summary.ofBoth(before, summary);
      number -= size;
    }
  }

  /** A new level: what came before it began is not asked for as a whole. */
  #levelAbove(level: number): (Summary | null)[] {
    const first = this.#base >> (this.blockBits + level);
    const own = (this.end - 1) >> (this.blockBits + level);
    return new Array<null>(Math.max(0, own - first)).fill(null);
  }

  /** Memory of rows that are gone is given back when they are as many as are left. */
  #release(): void {
    const blocks = (this.front - this.#base) >> this.blockBits;
    if (blocks === 0 || 2 * (this.front - this.#base) < this.end - this.#base) return;
    const base = this.#base + blocks * this.block;
    this.#rows = this.#rows.slice(blocks * this.block);
    this.#letters = this.#letters.slice(blocks * this.block);
    this.#levels = this.#levels.map((summaries, level) =>
      summaries.slice((base >> (this.blockBits + level)) - (this.#base >> (this.blockBits + level))),
    );
    this.#base = base;
  }
}
