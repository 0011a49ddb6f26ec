import { randomUUID } from 'node:crypto';
import { formatDuration } from '../event/duration.js';
import { formatTimestamp } from '../event/timestamp.js';
import { type AlertRecord, type Document, type Store, StoreError } from '../store/store.js';
import type { Clock } from './clock.js';
import { type Disabling, disabledAlert } from './destination-alert.js';
import {
  type DestinationFields,
  destinationOf,
  isSameDestination,
  shownHeaders,
} from './destination-fields.js';
import { limitReached, RuntimeError } from './error.js';
import { checkPreconditions, etagOf, type Preconditions } from './etag.js';
import { FailingSince } from './failing.js';
import type { Gate } from './gate.js';
import { checkName } from './name.js';
import type { Destination, Outcome, Sinks } from './sink.js';
import { asked } from './trouble.js';

/** A destination as it is asked for. */
export interface DestinationRequest extends DestinationFields, Preconditions {}

/** A destination as it is shown: no secret, and no header's value that may be one. */
export interface DestinationView {
  readonly name: string;
  readonly type: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: string;
  readonly retry: { readonly schedule: readonly string[] };
  readonly serverAlerts: boolean;
  readonly disabled: { readonly reason: string; readonly since: number } | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly etag: string;
}

export interface PutDestination {
  readonly destination: DestinationView;
  readonly created: boolean;
  /** The secret, when it was made anew: shown this once. */
  readonly secret: string | null;
}

export interface DestinationsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly sinks: Sinks;
  /** The rules that notify a destination. */
  readonly notifiers: (name: string) => readonly string[];
  /** An alert was stored that no rule gave. */
  readonly onAlert: () => void;
  /** How many there may be; left out: any number. */
  readonly most?: number;
}

interface Held {
  readonly destination: Destination;
  readonly version: number;
}

/** The document whose version goes up with each change of a destination, by whichever server on the store. */
const CHANGES = { kind: 'destinations', key: 'changes' } as const;
/** Documents that are read at once. */
const PAGE = 500;

// Milliseconds.
/** Other servers' changes are looked for so often; */
const LOOK = 1_000;
/** and all are read again so often: a server may have died between a change and its count. */
const READ_ANEW = 60_000;

/**
 * Where alerts go. Kept as documents of the store; in memory for the dispatcher, where what another server on the store
 * changes is seen within a second.
 */
export class Destinations {
  /** Since when each of them fails. */
  readonly failing: FailingSince;
  readonly #parts: DestinationsParts;
  #held = new Map<string, Held>();
  /** How many changes this server has made. */
  #made = 0;
  /** How many changes were made by all servers when they were last read. */
  #counted = 0;
  readonly #stop = new AbortController();

  private constructor(parts: DestinationsParts) {
    this.#parts = parts;
    this.failing = new FailingSince(parts.store);
  }

  /** Reads what is stored. */
  static async load(parts: DestinationsParts): Promise<Destinations> {
    const destinations = new Destinations(parts);
    await destinations.#readAll();
    return destinations;
  }

  /** Follows what other servers change, until `close`. */
  start(): void {
    void this.#follow();
  }

  close(): void {
    this.#stop.abort();
  }

  /** Takes up what other servers on the store have changed. Throws RuntimeError `store_unavailable`, `store_damaged`. */
  async catchUp(): Promise<void> {
    const changes = await asked(this.#parts.store.document(CHANGES.kind, CHANGES.key));
    if ((changes?.version ?? 0) !== this.#counted) await this.#readAll();
  }

  /**
   * Makes or replaces a destination. A new secret leaves the one before valid for a day. Throws RuntimeError `bad_name`,
   * `bad_option` with the field, `bad_destination` when its sink refuses it, `precondition_failed`, `limit_reached`.
   */
  put(name: string, request: DestinationRequest): Promise<PutDestination> {
    return this.#parts.gate.pass(async () => {
      checkName('destination', name);
      await this.catchUp();
      const held = this.#held.get(name);
      checkPreconditions(request, held === undefined ? null : tagOf(held));
      const { most = Number.POSITIVE_INFINITY } = this.#parts;
      if (held === undefined && this.#held.size >= most) throw limitReached('destination', most);
      const before = held?.destination;
      const { destination, made } = destinationOf(name, request, before, this.#parts.clock.now());
      await this.#parts.sinks[destination.type]?.check(destination);
      if (before !== undefined && isSameDestination(before, destination)) {
        return { destination: this.#view(name), created: false, secret: null };
      }
      await this.#save(destination, held?.version ?? 0);
      return { destination: this.#view(name), created: held === undefined, secret: made };
    });
  }

  get(name: string): DestinationView | null {
    return this.#held.has(name) ? this.#view(name) : null;
  }

  /** In order of name, names above `after`. */
  list(after: string, limit: number): readonly DestinationView[] {
    const names = [...this.#held.keys()].filter((name) => name > after).sort();
    return names.slice(0, limit).map((name) => this.#view(name));
  }

  names(): ReadonlySet<string> {
    return new Set(this.#held.keys());
  }

  /** Throws RuntimeError `unknown_destination`, `destination_in_use`, `precondition_failed`. */
  delete(name: string, preconditions: Preconditions = {}): Promise<void> {
    return this.#parts.gate.pass(async () => {
      await this.catchUp();
      checkPreconditions(preconditions, tagOf(this.#require(name)));
      const names = this.#parts.notifiers(name);
      if (names.length > 0) {
        const message = `the destination '${name}' cannot be deleted while rules notify it: ${names.join(', ')}; change them first`;
        throw new RuntimeError('destination_in_use', message, { names });
      }
      await asked(this.#parts.store.deleteDocument('destination', name));
      this.#held.delete(name);
      await this.#count();
      await this.failing.forget(name).catch(() => {});
    });
  }

  /** Sends to a disabled one again, as it was. Throws RuntimeError `unknown_destination`, `precondition_failed`. */
  enable(name: string, preconditions: Preconditions = {}): Promise<DestinationView> {
    return this.#parts.gate.pass(async () => {
      await this.catchUp();
      const held = this.#require(name);
      checkPreconditions(preconditions, tagOf(held));
      const updatedAt = this.#parts.clock.now();
      if (held.destination.disabled !== null) {
        await this.#save({ ...held.destination, disabled: null, updatedAt }, held.version);
      }
      return this.#view(name);
    });
  }

  /** Sends a signed test alert at once and gives what came back. Throws RuntimeError `unknown_destination`, `not_built` when there is no sink. */
  test(name: string): Promise<Outcome> {
    return this.#parts.gate.pass(async () => {
      await this.catchUp();
      const { destination } = this.#require(name);
      const sink = this.#parts.sinks[destination.type];
      if (sink === undefined) {
        throw new RuntimeError('not_built', `this server sends to no ${destination.type}`);
      }
      const now = this.#parts.clock.now();
      const id = `test_${randomUUID()}`;
      const data = { id, destination: name, message: 'This is a test of the destination: no rule fired.' };
      const body = JSON.stringify({ type: 'alert.test', timestamp: formatTimestamp(now), data });
      const signal = AbortSignal.timeout(destination.timeout + 1_000);
      return sink.send(destination, { id, body: new TextEncoder().encode(body) }, now, signal);
    });
  }

  /** The destination with its secrets: for those who send. */
  find(name: string): Destination | null {
    return this.#held.get(name)?.destination ?? null;
  }

  /**
   * Sends nothing there any more until a PUT, and tells of it with an alert, both in one step. No effect when it is gone, or
   * was changed since `known`. Says whether it was done. Throws RuntimeError `store_full`, `store_unavailable`.
   */
  async disable(known: Destination, { reason, since }: Omit<Disabling, 'at'>): Promise<boolean> {
    const { name, updatedAt } = known;
    const held = this.#held.get(name);
    if (held === undefined || held.destination.disabled !== null || held.destination.updatedAt !== updatedAt)
      return false;
    const at = this.#parts.clock.now();
    const receivers = [...this.#held.values()]
      .filter(({ destination }) => destination.serverAlerts && destination.disabled === null)
      .flatMap(({ destination }) => (destination.name === name ? [] : [destination.name]));
    const alert = disabledAlert(held.destination, held.version, { reason, since, at }, receivers);
    await this.#save({ ...held.destination, disabled: { reason, since: at } }, held.version, alert);
    this.#parts.onAlert();
    return true;
  }

  #require(name: string): Held {
    const held = this.#held.get(name);
    if (held === undefined) {
      throw new RuntimeError('unknown_destination', `there is no destination '${name}'`);
    }
    return held;
  }

  #view(name: string): DestinationView {
    const held = this.#require(name);
    const { destination } = held;
    const { type, url, headers, timeout, schedule, disabled, createdAt, updatedAt } = destination;
    return {
      ...{ name, type, url, disabled, createdAt, updatedAt },
      headers: shownHeaders(headers),
      timeout: formatDuration(timeout),
      retry: { schedule: schedule.map(formatDuration) },
      serverAlerts: destination.serverAlerts,
      etag: tagOf(held),
    };
  }

  async #save(destination: Destination, expected: number, alert?: AlertRecord): Promise<void> {
    const { name } = destination;
    const { store } = this.#parts;
    const value = new TextEncoder().encode(JSON.stringify(destination));
    try {
      const version = await asked(store.putDocument('destination', name, value, expected, alert));
      this.#held.set(name, { destination, version });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
      const message = `the destination '${name}' was changed meanwhile; read it again, then change it`;
      throw new RuntimeError('precondition_failed', message);
    }
    await this.#count();
  }

  /** Lets other servers see that there was a change. */
  async #count(): Promise<void> {
    this.#made++;
    try {
      const version = await this.#parts.store.putDocument(CHANGES.kind, CHANGES.key, new Uint8Array());
      // A greater step: others have made changes too, which are still to be read.
      if (version === this.#counted + 1) this.#counted = version;
    } catch {
      // The change itself is written. Others see it when they read all anew.
    }
  }

  async #readAll(): Promise<void> {
    const { store } = this.#parts;
    for (;;) {
      const made = this.#made;
      // Before the destinations: a change while they are read is found at the next look.
      const changes = await asked(store.document(CHANGES.kind, CHANGES.key));
      const found = new Map<string, Held>();
      for (let after: string | null = ''; after !== null; ) {
        const documents: readonly Document[] = await asked(store.documents('destination', after, PAGE));
        for (const { key, version, value } of documents) found.set(key, heldOf(value, version));
        after = documents.length < PAGE ? null : (documents.at(-1)?.key ?? null);
      }
      // A change of this server's own while it read may be missing.
      if (made !== this.#made) continue;
      this.#held = found;
      this.#counted = changes?.version ?? 0;
      return;
    }
  }

  async #follow(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stop;
    for (let anew = clock.now() + READ_ANEW; ; ) {
      await clock.sleep(LOOK, signal);
      if (signal.aborted) return;
      try {
        if (clock.now() < anew) await this.catchUp();
        else {
          await this.#readAll();
          anew = clock.now() + READ_ANEW;
        }
      } catch {
        // The next look: whoever needs the store now says what is wrong with it.
      }
    }
  }
}

/** One that was stored before there were alerts of the server's own wants none. */
function heldOf(value: Uint8Array, version: number): Held {
  const destination = JSON.parse(new TextDecoder().decode(value)) as Destination;
  return { destination: { ...destination, serverAlerts: destination.serverAlerts ?? false }, version };
}

/** One that is deleted and made again begins at version 1 anew: it is another. */
function tagOf({ destination, version }: Held): string {
  return etagOf(`${version}-${destination.createdAt.toString(36)}`);
}
