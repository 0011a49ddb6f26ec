/** How many callers are remembered; the one that was silent longest is forgotten first. */
const MOST_CALLERS = 10_000;

interface Bucket {
  /** Requests that may come at once. */
  tokens: number;
  /** When that was so, in milliseconds. */
  at: number;
}

/** A token bucket for each caller: so many requests a second, and twice that at once. */
export class RateLimit {
  readonly #rate: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `rate`: requests a second, over 0. `now`: milliseconds of any clock that does not go back. */
  constructor(rate: number, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Counts a request of `caller`. Gives 0 when it may pass, else the milliseconds after which the next one may. */
  take(caller: string): number {
    const now = this.#now();
    const most = this.#rate * 2;
    const bucket = this.#buckets.get(caller) ?? { tokens: most, at: now };
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) * this.#rate) / 1_000);
    bucket.at = now;
    // Behind all others: the map is in order of the last request.
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    if (this.#buckets.size > MOST_CALLERS) this.#forgetOldest();
    if (bucket.tokens < 1) return ((1 - bucket.tokens) * 1_000) / this.#rate;
    bucket.tokens--;
    return 0;
  }

  #forgetOldest(): void {
    for (const caller of this.#buckets.keys()) {
      this.#buckets.delete(caller);
      return;
    }
  }
}
