import { RuntimeError } from './error.js';

/** Bytes that are on their way into the store: a fixed room, and who finds none is told to come back. */
export class Flight {
  bytes = 0;

  constructor(readonly room: number) {}

  /** Takes room for `bytes`; call the result once, when they have landed. Throws RuntimeError `overloaded`. One request always fits. */
  take(bytes: number): () => void {
    if (this.bytes > 0 && this.bytes + bytes > this.room) {
      const message = `${this.bytes} bytes of events are on their way into the store already: send again in a second`;
      throw new RuntimeError('overloaded', message, { retryAfter: 1_000 });
    }
    this.bytes += bytes;
    let isTaken = true;
    return () => {
      if (isTaken) this.bytes -= bytes;
      isTaken = false;
    };
  }
}
