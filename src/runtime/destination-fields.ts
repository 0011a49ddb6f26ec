import { randomBytes } from 'node:crypto';
import { formatDuration, parseDuration } from '../event/duration.js';
import { RuntimeError } from './error.js';
import type { Destination } from './sink.js';

/** The fields of a destination as it is asked for: what is left out keeps its default, a secret the one there was. */
export interface DestinationFields {
  readonly type: string;
  readonly url: string;
  /** `whsec_` and base64 of 24 to 64 bytes. */
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of one attempt: `15 SECONDS`. */
  readonly timeout?: string;
  readonly retry?: { readonly schedule: readonly string[] };
  /** Whether the server's own alerts come here too. */
  readonly serverAlerts?: boolean;
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
/** How long a secret is valid after the next one came, in milliseconds. */
const ROTATION = 86_400_000;
/** Each takes a signature in the header of every webhook: the oldest goes first. */
const MOST_FORMER = 10;
const HIDDEN = '***';
const SENSITIVE = /auth|key|token|secret|cookie|pass|pwd|credential|session|signature/i;
const CREDENTIALS = /^(bearer|basic|digest|token) /i;
const OWN_HEADERS = /^(host|content-length|content-type|connection|transfer-encoding|webhook-.*)$/i;

/**
 * The destination that the fields ask for, enabled; `before` is the one there was. `made`: the secret, where it was made
 * just now. Throws RuntimeError `bad_option` with the field.
 */
export function destinationOf(
  name: string,
  fields: DestinationFields,
  before: Destination | undefined,
  now: number,
): { readonly destination: Destination; readonly made: string | null } {
  const made = fields.secret === undefined && before === undefined ? newSecret() : null;
  const secret = fields.secret ?? before?.secret ?? made ?? newSecret();
  checkSecret(secret);
  const destination: Destination = {
    name,
    type: typeOf(fields.type),
    url: urlOf(fields.url),
    secret,
    formerSecrets: formerSecrets(before, secret, now),
    headers: headersOf(fields.headers ?? {}, before),
    timeout: durationOf('timeout', fields.timeout ?? TIMEOUT, LONGEST_TIMEOUT),
    schedule: scheduleOf(fields.retry?.schedule ?? SCHEDULE),
    serverAlerts: fields.serverAlerts ?? false,
    disabled: null,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  return { destination, made };
}

/** Headers as they are shown: no value that may be a secret. */
export function shownHeaders(headers: Destination['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([header, value]) => [
      header,
      SENSITIVE.test(header) || CREDENTIALS.test(value) ? HIDDEN : value,
    ]),
  );
}

/** Whether they differ in their times alone. */
export function isSameDestination(a: Destination, b: Destination): boolean {
  const plain = ({ updatedAt: _, ...rest }: Destination) => JSON.stringify(rest);
  return plain(a) === plain(b);
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
  if (before.secret === secret) return still;
  return [...still, { secret: before.secret, until: now + ROTATION }].slice(-MOST_FORMER);
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

function bad(field: string, message: string): RuntimeError {
  return new RuntimeError('bad_option', message, { field });
}
