/** Random choices that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to and without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to and without `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** The bytes with a few places changed, cut out, doubled or put in. */
  spoil(bytes: Buffer): Buffer {
    let spoiled = Buffer.from(bytes);
    for (let times = 1 + this.below(4); times > 0; times--) {
      const at = this.below(spoiled.length + 1);
      const end = Math.min(spoiled.length, at + this.below(8));
      const [before, piece, after] = [
        spoiled.subarray(0, at),
        spoiled.subarray(at, end),
        spoiled.subarray(end),
      ];
      const put = this.pick([this.bytes(1 + this.below(4)), Buffer.alloc(0), Buffer.concat([piece, piece])]);
      spoiled = Buffer.concat([before, put, after]);
    }
    return spoiled;
  }
}
