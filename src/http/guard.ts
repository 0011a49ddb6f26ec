import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { bearerOf, hashOf, type Key } from './key.js';
import type { Keys } from './key_file.js';
import { checkOrigin } from './origin.js';
import { Problem } from './problem.js';
import type { RateLimit } from './rate_limit.js';
import { includes, type Scope } from './scope.js';

/** Who may come in. */
export interface GuardParts {
  /** None: whoever reaches the server may do everything, which is why it listens on the loopback only. */
  readonly keys?: Keys | null;
  /** None: as often as they like. */
  readonly rate?: RateLimit | null;
}

/** Who asks. */
export interface Caller {
  /** The key that came with the request and is valid now. */
  readonly key: Key | null;
  /** Why there is none. */
  readonly lack: 'none' | 'unknown' | 'expired' | null;
}

/** A request without a key. */
export const NOBODY: Caller = { key: null, lack: 'none' };
const UNKNOWN: Caller = { key: null, lack: 'unknown' };
const EXPIRED: Caller = { key: null, lack: 'expired' };

/** How often an answer that goes on is looked at, in milliseconds. */
const LOOK = 1_000;

/** What orchestrators ask all the time, and what costs next to nothing. */
const HEALTH = /^\/(healthz|readyz)(\?|$)/;

/** Decides for each request who asks, whether they may, and whether they ask too often. */
export class Guard {
  readonly #keys: Keys | null;
  readonly #rate: RateLimit | null;

  constructor({ keys = null, rate = null }: GuardParts = {}) {
    this.#keys = keys;
    this.#rate = rate;
  }

  /**
   * Who asks. `at`: milliseconds since the epoch.
   * @throws Problem `foreign_host`, `foreign_origin` where no key tells a caller from a page in the caller's browser
   */
  caller(request: IncomingMessage, at: number): Caller {
    if (this.#keys === null) {
      checkOrigin(request);
      return NOBODY;
    }
    const { authorization } = request.headers;
    if (authorization === undefined) return NOBODY;
    const token = bearerOf(authorization);
    const key = token === null ? null : this.#keys.find(hashOf(token));
    if (key === null) return UNKNOWN;
    return isExpired(key, at) ? EXPIRED : { key, lack: null };
  }

  /** Whether the caller may do what needs that scope; null needs none. */
  may({ key }: Caller, needed: Scope | null): boolean {
    return needed === null || this.#keys === null || (key !== null && includes(key.scopes, needed));
  }

  /** @throws Problem `unauthenticated`, `missing_scope` when the caller may not (RFC 6750, 3) */
  check(caller: Caller, needed: Scope | null): void {
    if (needed === null || this.may(caller, needed)) return;
    const { key, lack } = caller;
    if (key !== null) {
      const message = `the key ${key.name} lacks the scope ${needed}`;
      throw new Problem('missing_scope', message, {
        headers: {
          'www-authenticate': `Bearer realm="tocsin", error="insufficient_scope", scope="${needed}"`,
        },
        members: { scope: needed },
      });
    }
    const error = lack === 'none' ? '' : ', error="invalid_token"';
    throw new Problem('unauthenticated', WHY[lack ?? 'none'], {
      headers: { 'www-authenticate': `Bearer realm="tocsin"${error}` },
    });
  }

  /**
   * For answers that go on for long: calls `end` within a second or two of the caller's key being taken back, losing the
   * scope or expiring. The result stops looking.
   */
  watch({ key }: Caller, needed: Scope | null, end: () => void): () => void {
    const keys = this.#keys;
    if (keys === null || needed === null || key === null) return () => undefined;
    const look = setInterval(() => {
      const now = keys.find(key.hash);
      if (now !== null && !isExpired(now, Date.now()) && includes(now.scopes, needed)) return;
      clearInterval(look);
      end();
    }, LOOK);
    return () => clearInterval(look);
  }

  /** Counts a request. @throws Problem `rate_limited` with Retry-After (RFC 6585, 4) */
  count({ key }: Caller, request: IncomingMessage): void {
    if (this.#rate === null || HEALTH.test(request.url ?? '')) return;
    const who = key === null ? `address ${networkOf(request)}` : `key ${key.name}`;
    const wait = this.#rate.take(who);
    if (wait === 0) return;
    const seconds = Math.max(1, Math.ceil(wait / 1_000));
    throw new Problem('rate_limited', `the ${who} sends requests faster than is allowed: wait ${seconds} s`, {
      headers: { 'retry-after': String(seconds) },
    });
  }
}

function isExpired({ expires }: Key, at: number): boolean {
  return expires !== null && expires <= at;
}

const WHY = {
  none: 'this needs a key: send the header Authorization: Bearer KEY',
  unknown: 'the key is not one of this server: send the header Authorization: Bearer KEY with one that is',
  expired: 'the key has expired: ask for a new one',
} as const;

/** An address, or for IPv6 the network of 64 bits, which is one customer's. */
function networkOf({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? 'unknown';
  if (!isIPv6(address)) return address;
  const parsed = ipaddr.process(address.replace(/%.*$/, ''));
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
