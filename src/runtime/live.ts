import type { AlertFilter } from '../store/store.js';
import type { Clock } from './clock.js';
import { RuntimeError } from './error.js';
import type { AlertView, Reader } from './reader.js';

/** How many alerts are read at a time. */
const PAGE = 100;
/** Milliseconds after which the store is looked at without a word from this server's worker: another may have committed. */
const LOOK = 1_000;

export interface LiveParts {
  readonly clock: Clock;
  readonly reader: Reader;
  /** How many feeds may be open at once. */
  readonly most: number;
}

/** The live feeds of this server: alerts as they are committed, in order of their sequence numbers. */
export class LiveAlerts {
  readonly #parts: LiveParts;
  readonly #feeds = new Set<LiveFeed>();
  #isClosed = false;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /** How many feeds are open. */
  get open(): number {
    return this.#feeds.size;
  }

  /**
   * Begins a feed behind the sequence number `after`; null: behind the newest alert there is. The caller closes it.
   * Throws RuntimeError `overloaded` where there are as many as there may be, `not_ready` when the server is stopping,
   * `store_unavailable`.
   */
  async begin(after: number | null, filter: AlertFilter): Promise<LiveFeed> {
    if (this.#isClosed) throw stopping();
    const { most, reader, clock } = this.#parts;
    if (this.#feeds.size >= most) {
      const message = `${most} live feeds are open, which is as many as this server holds: try again in a while`;
      throw new RuntimeError('overloaded', message, { retryAfter: 10_000 });
    }
    const feed = new LiveFeed({ reader, clock }, after, filter, () => this.#feeds.delete(feed));
    this.#feeds.add(feed);
    try {
      await feed.start();
      return feed;
    } catch (error) {
      feed.close();
      throw error;
    }
  }

  /** Ends every feed, and begins none any more. */
  close(): void {
    this.#isClosed = true;
    for (const feed of [...this.#feeds]) feed.close();
  }
}

/** One reader's way through the alerts. It pulls: what it has not asked for is nowhere but in the store. */
export class LiveFeed {
  readonly #parts: Pick<LiveParts, 'clock' | 'reader'>;
  readonly #filter: AlertFilter;
  readonly #onClose: () => void;
  readonly #closed = new AbortController();
  readonly #unlisten: () => void;
  #after: number | null;
  /** Alerts may have come since the store was last asked. */
  #isStirred = true;
  #wake: () => void = () => {};

  constructor(
    parts: Pick<LiveParts, 'clock' | 'reader'>,
    after: number | null,
    filter: AlertFilter,
    onClose: () => void,
  ) {
    this.#parts = parts;
    this.#after = after;
    this.#filter = filter;
    this.#onClose = onClose;
    this.#unlisten = parts.reader.onAlerts(() => this.#stir());
  }

  /** The sequence number of the last alert that the feed has gone past. */
  get position(): number {
    return this.#after ?? 0;
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  /** For the one that makes it: finds the newest alert where no other place was given. */
  async start(): Promise<void> {
    this.#after ??= await this.#parts.reader.lastSequence();
  }

  /** The next alerts, oldest first; none when none came within `patience` milliseconds, or when the feed is closed. Throws RuntimeError `store_unavailable`. */
  async next(patience: number): Promise<readonly AlertView[]> {
    const { clock, reader } = this.#parts;
    const until = clock.now() + patience;
    while (!this.isClosed) {
      this.#isStirred = false;
      const found = await reader.alerts(this.position, PAGE, this.#filter);
      if (this.isClosed) break;
      const last = found.at(-1);
      if (last !== undefined) {
        this.#after = last.sequence;
        return found;
      }
      const left = until - clock.now();
      if (left <= 0) break;
      if (!this.#isStirred) await this.#wait(Math.min(left, LOOK));
    }
    return [];
  }

  close(): void {
    if (this.isClosed) return;
    this.#closed.abort();
    this.#unlisten();
    this.#stir();
    this.#onClose();
  }

  async #wait(milliseconds: number): Promise<void> {
    const over = new AbortController();
    const stirred = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([stirred, this.#parts.clock.sleep(milliseconds, over.signal)]);
    over.abort();
  }

  #stir(): void {
    this.#isStirred = true;
    this.#wake();
  }
}

function stopping(): RuntimeError {
  return new RuntimeError('not_ready', 'the server is stopping; try again', { retryAfter: 1_000 });
}
