/**
 * Seeded random numbers by 32-bit arithmetic (mulberry32, T. Ettinger), which `peers/esper` repeats to the bit: the same
 * seed gives the same events in both languages.
 */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number of 32 bits, from 0. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A whole number from 0 up to `end`, exclusive. */
  below(end: number): number {
    return this.next() % end;
  }

  /** A whole number from 0 up to `end`, exclusive; small ones are frequent, as busy keys are. */
  skewed(end: number): number {
    const share = this.next() / 4_294_967_296;
    return Math.floor(end * share * share);
  }
}
