import type { Connection } from './connection.js';

/** The end of the log as it moves, told over a connection of its own: one that listens takes no other commands. */
export class Tail {
  readonly #connection: Connection;
  readonly #waiting = new Set<() => void>();
  #moves = 0;
  #isClosed = false;

  /** `channel`: where appends are announced, by this server and by others. */
  constructor(connection: Connection, channel: string) {
    this.#connection = connection;
    connection.onReady((client) => {
      client.off('message', this.#move);
      client.on('message', this.#move);
      // A subscription that fails ends with its connection, and the next one subscribes again. Waits are bounded anyway.
      client.subscribe(channel).then(this.#move, () => {});
    });
  }

  /** How often it moved. Ask before reading, wait after: a move in between is not missed. */
  get moves(): number {
    return this.#moves;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when it has moved more often than `moves`, after `wait` milliseconds at the latest. */
  moved(moves: number, wait: number): Promise<void> {
    if (this.#moves !== moves || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, wait);
      this.#waiting.add(wake);
    });
  }

  /** Ends every wait. */
  close(): void {
    this.#isClosed = true;
    this.#move();
    this.#connection.close();
  }

  readonly #move = (): void => {
    this.#moves++;
    for (const wake of this.#waiting) wake();
  };
}
