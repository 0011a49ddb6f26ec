import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { StoreError } from '../store.js';
import type { Address } from './address.js';
import { failureOf, reason } from './failure.js';

/** How long a command waits for a connection, in milliseconds. */
const CONNECT_PATIENCE = 2_000;

/** How long a command waits for its answer, in milliseconds. */
export const ANSWER_PATIENCE = 5_000;

/** How long a server that was dialled may take until it is ready, before it is dialled anew, in milliseconds. */
const HANDSHAKE_PATIENCE = 10_000;

/** Between two attempts to connect at most, in milliseconds. */
const LONGEST_PAUSE = 500;

/** Until the client is asked again whether it is connected, in milliseconds. */
const BREATH = 5;

/**
 * One connection to Redis that restores itself. Every wait is bounded, and no command runs twice or late: nothing is queued
 * while the connection is down, and what was under way when it broke is an error whose outcome is not known.
 */
export class Connection {
  readonly #address: string;
  readonly #client: Redis;
  #failure: string | null = null;
  #isClosed = false;

  constructor({ label, options }: Address) {
    this.#address = label;
    this.#client = new Redis({
      ...options,
      connectionName: 'tocsin',
      protocol: 2,
      disableClientInfo: true,
      autoResendUnfulfilledCommands: false,
      // Only with 0 are commands under way rejected when the connection breaks; else they never settle.
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      // The client would subscribe again with a promise that nobody catches.
      autoResubscribe: false,
      connectTimeout: CONNECT_PATIENCE,
      maxLoadingRetryTime: 500,
      retryStrategy: (times) => Math.min(25 * times, LONGEST_PAUSE),
      // A replica where the primary was: the address leads elsewhere by now.
      reconnectOnError: ({ message }) => message.startsWith('READONLY'),
    });
    this.#client.setMaxListeners(0);
    this.#watch();
  }

  /**
   * Runs a command when the connection is there. Throws StoreError `unavailable` when it does not come in time or the answer
   * does not within `patience` milliseconds, `full`; Error for any other refusal.
   */
  async send<T>(command: (client: Redis) => Promise<T>, patience = ANSWER_PATIENCE): Promise<T> {
    const deadline = performance.now() + CONNECT_PATIENCE;
    for (;;) {
      await this.#ready(deadline - performance.now());
      try {
        return await this.#answer(command(this.#client), patience);
      } catch (error) {
        if (this.#isClosed) throw this.#closed();
        if (!isUnsent(error) || performance.now() >= deadline) throw failureOf(error, this.#address);
      }
      // It broke a moment ago and the client has yet to notice.
      await wait(BREATH);
    }
  }

  /** Calls `act` with the client each time that the connection was made, now too if it is there. */
  onReady(act: (client: Redis) => void): void {
    if (this.#client.status === 'ready') act(this.#client);
    this.#client.on('ready', () => act(this.#client));
  }

  close(): void {
    this.#isClosed = true;
    this.#client.disconnect();
  }

  #watch(): void {
    let handshake: NodeJS.Timeout | undefined;
    this.#client.on('error', ({ message }: Error) => {
      this.#failure = reason(message);
    });
    this.#client.on('connect', () => {
      handshake = setTimeout(() => {
        if (this.#client.status === 'connect') this.#client.disconnect(true);
      }, HANDSHAKE_PATIENCE);
    });
    this.#client.on('ready', () => {
      clearTimeout(handshake);
      this.#failure = null;
    });
    this.#client.on('close', () => clearTimeout(handshake));
  }

  async #answer<T>(answer: Promise<T>, patience: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        // A connection that says nothing is dialled anew: its other end may be gone.
        if (this.#client.status === 'ready') this.#client.disconnect(true);
        reject(this.#unavailable(`does not answer within ${Math.round(patience / 1_000)} seconds`));
      }, patience);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when the connection is there. Throws StoreError `unavailable` after `patience` milliseconds. */
  async #ready(patience: number): Promise<void> {
    const client = this.#client;
    if (this.#isClosed) throw this.#closed();
    if (client.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      const settle = (error: StoreError | null): void => {
        clearTimeout(timer);
        client.off('ready', onReady);
        client.off('end', onEnd);
        if (error === null) resolve();
        else reject(error);
      };
      const onReady = (): void => settle(null);
      const onEnd = (): void => settle(this.#closed());
      const timer = setTimeout(() => {
        settle(this.#unavailable(`cannot be reached: ${this.#failure ?? 'it is not ready'}`));
      }, patience);
      client.on('ready', onReady);
      client.on('end', onEnd);
    });
  }

  #unavailable(what: string): StoreError {
    return new StoreError('unavailable', `Redis at ${this.#address} ${what}`);
  }

  #closed(): StoreError {
    return new StoreError('unavailable', 'the store is closed');
  }
}

/** Whether the client refused a command before it sent any of it. */
function isUnsent(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Stream isn't writeable");
}
