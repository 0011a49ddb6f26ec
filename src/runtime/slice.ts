import { setImmediate as breathe } from 'node:timers/promises';

/** How long work goes on before others get their turn, in milliseconds. */
const LENGTH = 10;

/** Long work in slices: `if (slice.isOver) await slice.next()` between its steps. */
export class Slice {
  #end = performance.now() + LENGTH;

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets others have their turn, and begins the next. */
  async next(): Promise<void> {
    await breathe();
    this.#end = performance.now() + LENGTH;
  }
}
