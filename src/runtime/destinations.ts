import { randomBytes, randomUUID } from 'node:crypto';
import { formatDuration, parseDuration } from '../event/duration.js';
import { formatTimestamp } from '../event/timestamp.js';
import { type Store, StoreError } from '../store/store.js';
import type { Clock } from './clock.js';
import { limitReached, RuntimeError } from './error.js';
import { checkPreconditions, etagOf, type Preconditions } from './etag.js';
import type { Gate } from './gate.js';
import { checkName } from './name.js';
import type { Destination, Outcome, Sinks } from './sink.js';
import { asked } from './trouble.js';

/** A destination as it is asked for: what is left out keeps its default, a secret the one there was. */
export interface DestinationRequest extends Preconditions {
  readonly type: string;
  readonly url: string;
  /** `whsec_` and base64 of 24 to 64 bytes. */
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of one attempt: `15 SECONDS`. */
  readonly timeout?: string;
  readonly retry?: { readonly schedule: readonly string[] };
}

/** A destination as it is shown: no secret, and no header's value that may be one. */
export interface DestinationView {
  readonly name: string;
  readonly type: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: string;
  readonly retry: { readonly schedule: readonly string[] };
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
  /** How many there may be; left out: any number. */
  readonly most?: number;
}

interface Held {
  readonly destination: Destination;
  readonly version: number;
}

// Standard Webhooks: "Deliverability and reliability".
const SCHEDULE = [
  ...['5 SECONDS', '5 MINUTES', '30 MINUTES', '2 HOURS', '5 HOURS'],
  ...['10 HOURS', '14 HOURS', '20 HOURS', '24 HOURS'],
];
const TIMEOUT = '15 SECONDS';
const LONGEST_TIMEOUT = 60_000;
const LONGEST_WAIT = 7 * 86_400_000;
const MOST_ATTEMPTS = 30;
const ROTATION = 86_400_000;
const HIDDEN = '***';
const SENSITIVE = /auth|key|token|secret|cookie|pass|pwd|credential|session|signature/i;
const CREDENTIALS = /^(bearer|basic|digest|token) /i;
const OWN_HEADERS = /^(host|content-length|content-type|connection|transfer-encoding|webhook-.*)$/i;

/** Where alerts go. Kept as documents of the store; in memory for the dispatcher. */
export class Destinations {
  readonly #parts: DestinationsParts;
  readonly #held = new Map<string, Held>();

  private constructor(parts: DestinationsParts) {
    this.#parts = parts;
  }

  /** Reads what is stored. */
  static async load(parts: DestinationsParts): Promise<Destinations> {
    const destinations = new Destinations(parts);
    for (let after = ''; ; ) {
      const documents = await asked(parts.store.documents('destination', after, 500));
      for (const { key, version, value } of documents) {
        const destination = JSON.parse(new TextDecoder().decode(value)) as Destination;
        destinations.#held.set(key, { destination, version });
        after = key;
      }
      if (documents.length < 500) return destinations;
    }
  }

  /**
   * Makes or replaces a destination. A new secret leaves the one before valid for a day. Throws RuntimeError `bad_name`,
   * `bad_option` with the field, `bad_destination` when its sink refuses it, `precondition_failed`, `limit_reached`.
   */
  put(name: string, request: DestinationRequest): Promise<PutDestination> {
    return this.#parts.gate.pass(async () => {
      checkName('destination', name);
      const held = this.#held.get(name);
      checkPreconditions(request, held === undefined ? null : tagOf(held));
      const { most = Number.POSITIVE_INFINITY } = this.#parts;
      if (held === undefined && this.#held.size >= most) throw limitReached('destination', most);
      const now = this.#parts.clock.now();
      const before = held?.destination;
      const made = request.secret === undefined && before === undefined ? newSecret() : null;
      const secret = request.secret ?? before?.secret ?? made ?? newSecret();
      checkSecret(secret);
      const destination: Destination = {
        name,
        type: typeOf(request.type),
        url: urlOf(request.url),
        secret,
        formerSecrets: formerSecrets(before, secret, now),
        headers: headersOf(request.headers ?? {}, before),
        timeout: durationOf('timeout', request.timeout ?? TIMEOUT, LONGEST_TIMEOUT),
        schedule: scheduleOf(request.retry?.schedule ?? SCHEDULE),
        disabled: null,
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
      };
      await this.#parts.sinks[destination.type]?.check(destination);
      if (before !== undefined && sameButTimes(before, destination)) {
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
      checkPreconditions(preconditions, tagOf(this.#require(name)));
      const names = this.#parts.notifiers(name);
      if (names.length > 0) {
        const message = `the destination '${name}' cannot be deleted while rules notify it: ${names.join(', ')}; change them first`;
        throw new RuntimeError('destination_in_use', message, { names });
      }
      await asked(this.#parts.store.deleteDocument('destination', name));
      this.#held.delete(name);
    });
  }

  /** Sends a signed test alert at once and gives what came back. Throws RuntimeError `unknown_destination`, `not_built` when there is no sink. */
  test(name: string): Promise<Outcome> {
    return this.#parts.gate.pass(async () => {
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

  /** Sends nothing there any more until a PUT. No effect when it is gone. */
  async disable(name: string, reason: string): Promise<void> {
    const held = this.#held.get(name);
    if (held === undefined || held.destination.disabled !== null) return;
    const disabled = { reason, since: this.#parts.clock.now() };
    await this.#save({ ...held.destination, disabled }, held.version);
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
      headers: Object.fromEntries(
        Object.entries(headers).map(([header, value]) => [
          header,
          SENSITIVE.test(header) || CREDENTIALS.test(value) ? HIDDEN : value,
        ]),
      ),
      timeout: formatDuration(timeout),
      retry: { schedule: schedule.map(formatDuration) },
      etag: tagOf(held),
    };
  }

  async #save(destination: Destination, expected: number): Promise<void> {
    const value = new TextEncoder().encode(JSON.stringify(destination));
    try {
      const { name } = destination;
      const version = await asked(this.#parts.store.putDocument('destination', name, value, expected));
      this.#held.set(name, { destination, version });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
      const message = `the destination '${destination.name}' was changed meanwhile; read it again, then change it`;
      throw new RuntimeError('precondition_failed', message);
    }
  }
}

/** One that is deleted and made again begins at version 1 anew: it is another. */
function tagOf({ destination, version }: Held): string {
  return etagOf(`${version}-${destination.createdAt.toString(36)}`);
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function checkSecret(secret: string): void {
  const body = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const bytes = body === undefined ? 0 : Buffer.from(body, 'base64').length;
  if (bytes >= 24 && bytes <= 64) return;
  throw bad('secret', "a secret is 'whsec_' and the base64 of 24 to 64 bytes; leave it out and one is made");
}

function formerSecrets(before: Destination | undefined, secret: string, now: number) {
  if (before === undefined) return [];
  const still = before.formerSecrets.filter((each) => each.until > now && each.secret !== secret);
  return before.secret === secret ? still : [...still, { secret: before.secret, until: now + ROTATION }];
}

function typeOf(type: string): 'webhook' {
  if (type === 'webhook') return type;
  throw bad('type', `a destination's type is 'webhook', not '${type}'`);
}

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    // What is none may hold a password all the same.
    throw bad('url', 'the url is no http or https address');
  }
  if (url.username !== '' || url.password !== '') {
    throw bad('url', 'an address must hold no user or password: put them into headers');
  }
  return url.href;
}

function headersOf(headers: Readonly<Record<string, string>>, before: Destination | undefined) {
  const entries = Object.entries(headers).map(([name, value]) => {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name) || OWN_HEADERS.test(name)) {
      throw bad('headers', `'${name.slice(0, 100)}' cannot be a header of a webhook`);
    }
    // What a GET showed hidden comes back with a PUT.
    const kept = value === HIDDEN ? (before?.headers[name] ?? value) : value;
    if (!/^[\t\x20-\x7e]{0,4096}$/.test(kept))
      throw bad('headers', `the value of the header '${name}' is not ASCII`);
    return [name, kept] as const;
  });
  if (entries.length > 50) throw bad('headers', 'a destination has at most 50 headers');
  return Object.fromEntries(entries);
}

function scheduleOf(waits: readonly string[]): readonly number[] {
  if (waits.length > MOST_ATTEMPTS) {
    throw bad('retry.schedule', `a schedule has at most ${MOST_ATTEMPTS} waits`);
  }
  return waits.map((wait) => durationOf('retry.schedule', wait, LONGEST_WAIT));
}

function durationOf(field: string, text: string, longest: number): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== null && milliseconds > 0 && milliseconds <= longest) return milliseconds;
  const limit = formatDuration(longest);
  throw bad(
    field,
    `${field} is '${text.slice(0, 60)}'; write a duration such as '15 SECONDS', at most ${limit}`,
  );
}

function sameButTimes(a: Destination, b: Destination): boolean {
  const plain = ({ updatedAt: _, ...rest }: Destination) => JSON.stringify(rest);
  return plain(a) === plain(b);
}

function bad(field: string, message: string): RuntimeError {
  return new RuntimeError('bad_option', message, { field });
}
