import { type Store, StoreError } from '../store/store.js';
import type { Destination } from './sink.js';

/** A destination's failures in a row, as they are stored (document kind `failing`, JSON). Times are milliseconds since the epoch. */
interface Failing {
  /** When the first began, */
  readonly since: number;
  /** and a late one: the last, to within an hour. */
  readonly last: number;
  /** The `updatedAt` of the destination that failed: a changed one has not failed yet. */
  readonly of: number;
}

interface Known {
  readonly failing: Failing | null;
  readonly version: number;
  /** When the store said so. */
  readonly read: number;
}

const KIND = 'failing';

// Milliseconds.
/** A last failure so far back says nothing of the time since: nobody has tried. */
const LONGEST_SILENCE = 2 * 86_400_000;
/** The last failure is written down so often. */
const NOTED = 3_600_000;
/** Where all is well the store is asked so often whether another server has seen a failure. */
const LOOK = 60_000;
/** Other servers write too. */
const TRIES = 3;

/**
 * Since when each destination has failed without one success. It is stored, so that it outlasts this server, and shared by
 * all servers on the store; what was read last is kept in mind, so that a success costs nothing.
 */
export class FailingSince {
  readonly #store: Store;
  readonly #known = new Map<string, Known>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Since when it fails, as far as this server knows; null: it does not. */
  since({ name, updatedAt }: Destination): number | null {
    const failing = this.#known.get(name)?.failing ?? null;
    return failing?.of === updatedAt ? failing.since : null;
  }

  /** An attempt at `at` failed: since when all did. Throws StoreError `unavailable`, `full`. */
  async failed(destination: Destination, at: number): Promise<number> {
    const { name, updatedAt } = destination;
    for (let tries = 1; ; tries++) {
      const known = this.#known.get(name);
      const { failing, version } = known?.failing == null ? await this.#read(name, at) : known;
      const goesOn = failing !== null && failing.of === updatedAt && at - failing.last <= LONGEST_SILENCE;
      if (goesOn && at - failing.last < NOTED) return failing.since;
      const next: Failing = { since: goesOn ? failing.since : at, last: at, of: updatedAt };
      if ((await this.#write(name, next, version, at)) || tries === TRIES) return next.since;
    }
  }

  /** What the store says: another server may have seen a success. Null: it does not fail. Throws StoreError `unavailable`. */
  async asked(destination: Destination, at: number): Promise<number | null> {
    await this.#read(destination.name, at);
    return this.since(destination);
  }

  /** An attempt was taken. Throws StoreError `unavailable`. */
  async taken({ name }: Destination, at: number): Promise<void> {
    const known = this.#known.get(name);
    if (known?.failing === null && at - known.read < LOOK) return;
    const { failing } = known?.failing == null ? await this.#read(name, at) : known;
    if (failing !== null) await this.#store.deleteDocument(KIND, name);
    this.#known.set(name, { failing: null, version: 0, read: at });
  }

  /** The destination is gone. Throws StoreError `unavailable`. */
  async forget(name: string): Promise<void> {
    this.#known.delete(name);
    await this.#store.deleteDocument(KIND, name);
  }

  async #read(name: string, at: number): Promise<Known> {
    const document = await this.#store.document(KIND, name);
    const failing =
      document === null ? null : (JSON.parse(new TextDecoder().decode(document.value)) as Failing);
    const known: Known = { failing, version: document?.version ?? 0, read: at };
    this.#known.set(name, known);
    return known;
  }

  /** False when another was quicker. */
  async #write(name: string, failing: Failing, expected: number, at: number): Promise<boolean> {
    const value = new TextEncoder().encode(JSON.stringify(failing));
    try {
      const version = await this.#store.putDocument(KIND, name, value, expected);
      this.#known.set(name, { failing, version, read: at });
      return true;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
      this.#known.delete(name);
      return false;
    }
  }
}
