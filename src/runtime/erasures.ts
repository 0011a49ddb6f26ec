import { readSubject } from '../event/subject.js';
import type { Store } from '../store/store.js';
import type { Catalog } from './catalog.js';
import type { Clock } from './clock.js';
import { ERASURE, type Erasure, erasureKey, erasures } from './erasure.js';
import { RuntimeError } from './error.js';
import type { Gate } from './gate.js';
import { erasureEntry } from './record.js';
import type { Settings } from './settings.js';
import { asked } from './trouble.js';
import type { Worker } from './worker.js';

export interface ErasuresParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly gate: Gate;
  readonly workers: readonly Worker[];
  readonly catalog: Catalog;
}

/** Requests to erase a subject's events. */
export class Erasures {
  readonly #parts: ErasuresParts;
  /** Who waits for an erasure to be carried out, by its document's key. */
  readonly #waiting = new Map<string, () => void>();

  constructor(parts: ErasuresParts) {
    this.#parts = parts;
  }

  /**
   * Erases the events of a stream that have this key (as `readSubject` takes it) and are in the log now. What rules hold of
   * them is gone when it returns, and it will be carried out whatever happens; whether log and alerts are done yet is for
   * each partition in the answer. Throws RuntimeError `unknown_stream`, `bad_key`, `not_ready`, `store_full`,
   * `store_unavailable`.
   */
  erase(name: string, text: string, by: string | null): Promise<readonly Erasure[]> {
    const { store, clock, gate, workers, catalog } = this.#parts;
    return gate.pass(async () => {
      const stream = catalog.stream(name);
      if (stream === null) throw new RuntimeError('unknown_stream', `there is no stream '${name}'`);
      const key = readSubject(stream.schema, text);
      if (typeof key === 'string') throw new RuntimeError('bad_key', key, { field: 'key' });
      const entry = erasureEntry({ stream: stream.name, key, by });
      const asking: Promise<Erasure>[] = [];
      for (const [partition, worker] of workers.entries()) {
        const appended = await asked(store.append(partition, [entry], clock.now()));
        const offset = appended[0]?.first ?? 0;
        const carriedOut = this.#carriedOut({ partition, offset });
        await worker.applied(offset);
        asking.push(carriedOut.then(() => this.#find({ partition, offset })));
      }
      return Promise.all(asking);
    });
  }

  /** In order of their places; those behind the key `after`. */
  list(after: string, limit: number): Promise<readonly Erasure[]> {
    return asked(erasures(this.#parts.store, after, limit));
  }

  /** For the workers: it is carried out. */
  note(erasure: Erasure): void {
    this.#waiting.get(erasureKey(erasure))?.();
  }

  /** Resolves when it is carried out, or not in time. */
  async #carriedOut(place: Pick<Erasure, 'partition' | 'offset'>): Promise<void> {
    const { clock, settings } = this.#parts;
    const over = new AbortController();
    const key = erasureKey(place);
    const done = new Promise<void>((resolve) => {
      this.#waiting.set(key, resolve);
    });
    await Promise.race([done, clock.sleep(settings.erasureTimeout, over.signal)]);
    over.abort();
    this.#waiting.delete(key);
  }

  async #find(place: Pick<Erasure, 'partition' | 'offset'>): Promise<Erasure> {
    const document = await asked(this.#parts.store.document(ERASURE, erasureKey(place)));
    if (document === null)
      throw new RuntimeError('not_ready', 'the erasure is in the log and will be carried out');
    return JSON.parse(new TextDecoder().decode(document.value)) as Erasure;
  }
}
