import type { ServerResponse } from 'node:http';

/** Server-sent events (HTML, 9.2): never kept by anything on the way, and passed on at once. */
export const EVENT_STREAM = 'text/event-stream';
const HEADERS = {
  'content-type': `${EVENT_STREAM}; charset=utf-8`,
  'cache-control': 'no-store, no-transform',
  // nginx and those that follow it gather answers otherwise.
  'x-accel-buffering': 'no',
};

export interface ServerSentEvent {
  /** Where a client resumes that has seen this one. */
  readonly id?: string;
  readonly event?: string;
  /** One line: JSON. */
  readonly data?: string;
  /** How long a client waits before it connects again, in milliseconds. */
  readonly retry?: number;
}

/** Writes events to a client as fast as it takes them: what it has not taken fills one buffer of the socket and no more. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #patience: number;
  readonly #gone = new AbortController();

  /** `patience`: how long a client may take nothing, in milliseconds. Sends the head. */
  constructor(response: ServerResponse, patience: number) {
    this.#response = response;
    this.#patience = patience;
    response.once('close', () => this.#gone.abort());
    if (response.closed || response.destroyed) this.#gone.abort();
    else this.#begin();
  }

  #begin(): void {
    const response = this.#response;
    response.writeHead(200, HEADERS);
    response.flushHeaders();
  }

  /** Aborted when the client has gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Sends an event and waits until the client takes more; false when it has taken nothing for too long, or has gone. */
  send(event: ServerSentEvent): Promise<boolean> {
    return this.#write(textOf(event));
  }

  /** A line that clients skip: it shows both ends and all between them that the connection lives. */
  heartbeat(): Promise<boolean> {
    return this.#write(':\n\n');
  }

  /** Sends a last event and ends. A client that does not take that either is cut off. */
  async end(event: ServerSentEvent): Promise<void> {
    if (this.#gone.signal.aborted) return;
    this.#response.end(textOf(event));
    if (!(await this.#happens('close'))) this.#response.destroy();
  }

  async #write(text: string): Promise<boolean> {
    if (this.#gone.signal.aborted) return false;
    return this.#response.write(text) || (await this.#happens('drain'));
  }

  /** Whether it comes within the patience. */
  #happens(what: 'drain' | 'close'): Promise<boolean> {
    const response = this.#response;
    return new Promise((resolve) => {
      const settle = (came: boolean): void => {
        clearTimeout(timer);
        response.off('drain', drained).off('close', closed);
        resolve(came);
      };
      const drained = (): void => {
        if (what === 'drain') settle(true);
      };
      const closed = (): void => settle(what === 'close');
      const timer = setTimeout(() => settle(false), this.#patience);
      response.on('drain', drained).on('close', closed);
    });
  }
}

function textOf({ id, event, data, retry }: ServerSentEvent): string {
  const lines = [
    ...(retry === undefined ? [] : [`retry: ${retry}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(data === undefined ? [] : [`data: ${data}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}
