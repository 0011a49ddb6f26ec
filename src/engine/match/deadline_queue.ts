import { PriorityQueue } from '../queue.js';
import type { Start } from './thread.js';

/** Past this many places the front of the list is let go of. */
const MOST_TAKEN = 1_024;

/**
 * The deadlines of the starts of a rule, earliest first, then in order of the starts. As WITHIN is the same for all, and rows come
 * in order, they come in order too, and leave first in, first out; what is out of order (a restored start) goes through a heap.
 */
export class DeadlineQueue {
  #inOrder: Start[] = [];
  /** Places of it that are taken already. */
  #taken = 0;
  readonly #others = new PriorityQueue<Start>(isBefore);

  get size(): number {
    return this.#inOrder.length - this.#taken + this.#others.size;
  }

  push(start: Start): void {
    const last = this.#inOrder[this.#inOrder.length - 1];
    if (last === undefined || isBefore(last, start)) this.#inOrder.push(start);
    else this.#others.push(start);
  }

  peek(): Start | undefined {
    const first = this.#inOrder[this.#taken];
    const other = this.#others.peek();
    if (first === undefined || other === undefined) return first ?? other;
    return isBefore(first, other) ? first : other;
  }

  pop(): Start | undefined {
    const first = this.peek();
    if (first === undefined) return undefined;
    if (first !== this.#inOrder[this.#taken]) return this.#others.pop();
    this.#taken++;
    if (this.#taken === this.#inOrder.length) {
      this.#inOrder = [];
      this.#taken = 0;
    } else if (this.#taken > MOST_TAKEN && this.#taken * 2 > this.#inOrder.length) {
      this.#inOrder = this.#inOrder.slice(this.#taken);
      this.#taken = 0;
    }
    return first;
  }

  /** Drops the starts that are over. */
  tidy(): void {
    this.#inOrder = this.#inOrder.slice(this.#taken).filter(({ done }) => !done);
    this.#taken = 0;
    this.#others.retain(({ done }) => !done);
  }
}

function isBefore(a: Start, b: Start): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.sequence < b.sequence);
}
