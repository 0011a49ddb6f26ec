import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { PipeClosed } from './terminal.js';

/** How much text is gathered before it is handed to the stream, in UTF-16 units. */
const CHUNK = 1 << 16;

/** Lines to a stream: gathered into large writes, waiting whenever the stream's own buffer is full. */
export class Output {
  private readonly stream: Writable;
  private pending: string[] = [];
  private length = 0;

  constructor(stream: Writable) {
    this.stream = stream;
  }

  /** Adds one line, without its newline. */
  line(text: string): void {
    this.pending.push(text, '\n');
    this.length += text.length + 1;
  }

  /** Whether enough is gathered that `flush` is due. */
  get full(): boolean {
    return this.length >= CHUNK;
  }

  /**
   * Hands everything on, and waits until the stream takes more.
   * @throws PipeClosed when the reader has gone
   */
  async flush(): Promise<void> {
    if (this.stream.destroyed || this.stream.errored) throw new PipeClosed();
    if (this.length === 0) return;
    const text = this.pending.join('');
    this.pending = [];
    this.length = 0;
    if (!this.stream.write(text)) await this.drained();
  }

  private async drained(): Promise<void> {
    const stop = new AbortController();
    try {
      // `once` rejects by itself when the stream reports an error.
      await Promise.race([
        once(this.stream, 'drain', { signal: stop.signal }),
        once(this.stream, 'close', { signal: stop.signal }).then(() => {
          throw new PipeClosed();
        }),
      ]);
    } finally {
      stop.abort();
    }
  }
}
