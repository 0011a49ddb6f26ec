import type { Clock } from './clock.js';
import { RuntimeError } from './error.js';

/** Where requests come in: counts those under way, lets none in once it is closed. */
export class Gate {
  #inside = 0;
  #isClosed = false;
  #empty: (() => void) | null = null;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Does the work. Throws RuntimeError `not_ready` once the gate is closed. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) {
      throw new RuntimeError('not_ready', 'the server is stopping; try again', { retryAfter: 1_000 });
    }
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
      if (this.#inside === 0) this.#empty?.();
    }
  }

  /** Lets nobody in any more and waits, at most `patience` milliseconds, until all are out. */
  async close(clock: Clock, patience: number): Promise<void> {
    this.#isClosed = true;
    if (this.#inside === 0) return;
    const over = new AbortController();
    const empty = new Promise<void>((resolve) => {
      this.#empty = resolve;
    });
    await Promise.race([empty, clock.sleep(patience, over.signal)]);
    over.abort();
  }
}
