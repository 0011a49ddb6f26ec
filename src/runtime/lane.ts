import type { Delivery } from '../store/store.js';

/** A delivery that this server has claimed. */
export interface Claimed {
  readonly delivery: Delivery;
  /** When the claim ends, in milliseconds since the epoch. */
  readonly until: number;
}

/** Attempts under way to one destination. */
const PLACES = 4;
/** As many failures in a row leave one place, */
const SUSPECT = 5;
/** and none for a while, in milliseconds: twice as long after each further one, up to the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** In so many groups the rest come again in the time behind it. */
const PAUSE_STEPS = 60;
/** Claimed deliveries that wait for a place, and how long they are expected to do so at most, in milliseconds. */
const MOST_HELD = 100;
export const LONGEST_HELD = 10_000;
/** Milliseconds that a delivery without a place is put off at most: for no longer than the destination was seen at work. */
const LONGEST_PUT_OFF = 60_000;
const FIRST_PUT_OFF = 400;
/** Milliseconds between two groups that come again together. */
const STEP = 20;
/** What an attempt is expected to take before there was one, in milliseconds: a delivery that comes too early is put off again, one that comes too late has waited for nothing. */
const FIRST_PACE = 2;
const SHORTEST_TURN = 0.1;
/** Milliseconds without an attempt that ends, after which it counts that there was none. */
const LONG_SILENCE = 1_000;
/** Milliseconds without an attempt, after which failures in a row count anew. */
const LONG_REST = 600_000;
/** The fractions of this number's multiples lie evenly between 0 and 1, however many they are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** How much the newest attempt counts for what the next is expected to take. */
const NEWEST = 0.2;

/** One destination's share of the attempts, so that a bad receiver cannot take everybody's. */
export class Lane {
  #running = 0;
  /** When the last attempt ended, or the first of those under way began; milliseconds since the epoch. */
  #since = 0;
  /** When the first attempt after a rest began. */
  #busySince = 0;
  readonly #held: Claimed[] = [];
  #failures = 0;
  /** No attempt begins before, in milliseconds since the epoch; how long that is. */
  #closedUntil = 0;
  #pause = 0;
  /** Deliveries that were put off. */
  #late = 0;
  /** Which version of the destination it serves: when that was changed. */
  #version: number | null = null;
  /** What an attempt takes, on average. */
  #pace = FIRST_PACE;
  /** When the delivery that was put off last is expected to find a place. */
  #horizon = 0;

  constructor(readonly destination: string) {}

  /** A destination that was changed has not failed yet. */
  serve(version: number | null): void {
    if (this.#version === version) return;
    this.#version = version;
    this.#failures = 0;
    this.#closedUntil = 0;
  }

  /** Whether attempts may begin: a destination that fails again and again is left alone for a while. */
  isOpen(now: number): boolean {
    return now >= this.#closedUntil;
  }

  isFree(now: number): boolean {
    return this.isOpen(now) && this.#running < this.#places;
  }

  get isIdle(): boolean {
    return this.#running === 0 && this.held === 0;
  }

  get held(): number {
    return this.#held.length;
  }

  /** Whether a further delivery would find a place before long. */
  hasRoom(now: number): boolean {
    if (!this.isOpen(now)) return false;
    if (this.isFree(now) && this.held === 0) return true;
    return this.held < MOST_HELD && (this.held + 1) * this.#turn(now) <= LONGEST_HELD;
  }

  hold(claimed: Claimed): void {
    this.#held.push(claimed);
  }

  next(): Claimed | undefined {
    return this.#held.shift();
  }

  /** An attempt takes a place. */
  begin(now: number): void {
    if (this.isIdle && now - this.#since > LONG_SILENCE) this.#busySince = now;
    // One that is tried rarely anyway keeps to its schedule.
    if (this.isIdle && now - this.#since > LONG_REST) this.#failures = Math.min(this.#failures, SUSPECT - 1);
    if (this.#running === 0) this.#since = now;
    this.#running++;
  }

  end(now: number): void {
    this.#running--;
    this.#since = now;
  }

  /** When a delivery that finds no room should come again: when its turn is expected, rather too early than too late. */
  putOff(now: number): number {
    const share = (this.#late++ * GOLDEN) % 1;
    // The first is the probe; with the others behind it no heap comes at once.
    if (!this.isOpen(now)) {
      const step = Math.max(STEP, this.#pause / PAUSE_STEPS);
      return this.#closedUntil + Math.floor((share * this.#pause) / step) * step;
    }
    const turn = this.#turn(now);
    const queued = now + this.held * turn;
    const longest = Math.min(Math.max(now - this.#busySince, FIRST_PUT_OFF), LONGEST_PUT_OFF);
    const next = Math.max(this.#horizon, queued) + turn;
    this.#horizon = Math.min(next, now + longest);
    const due = next <= this.#horizon ? next : now + (longest * (1 + share)) / 2;
    return (Math.floor(due / STEP) + 1) * STEP;
  }

  /**
   * Counts an attempt that ended at `now`; `putOff`: how long the receiver wants to be left alone. Says when the destination
   * has just become suspect, or stopped being so.
   */
  note(isTaken: boolean, duration: number, now: number, putOff = 0): 'suspect' | 'well' | null {
    const before = this.#isSuspect;
    this.#failures = isTaken ? 0 : this.#failures + 1;
    this.#pause = this.#isSuspect
      ? Math.min(FIRST_PAUSE * 2 ** (this.#failures - SUSPECT), LONGEST_PAUSE)
      : 0;
    this.#pause = Math.max(this.#pause, Math.min(putOff, LONGEST_PAUSE));
    this.#closedUntil = isTaken ? now : Math.max(this.#closedUntil, now + this.#pause);
    if (this.#pause > 0) this.#late = 0;
    this.#pace += (duration - this.#pace) * NEWEST;
    if (before === this.#isSuspect) return null;
    return this.#isSuspect ? 'suspect' : 'well';
  }

  get #isSuspect(): boolean {
    return this.#failures >= SUSPECT;
  }

  get #places(): number {
    return this.#isSuspect ? 1 : PLACES;
  }

  /** Milliseconds between two places that get free, guessed low. */
  #turn(now: number): number {
    const silence = this.#running === 0 ? 0 : now - this.#since;
    // A receiver that hangs is seen before its attempts end.
    const expected = silence > LONG_SILENCE ? Math.max(this.#pace, silence) : this.#pace;
    return Math.max(SHORTEST_TURN, expected / this.#places / 2);
  }
}
