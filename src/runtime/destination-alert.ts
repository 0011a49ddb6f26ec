import { createHash } from 'node:crypto';
import { formatTimestamp } from '../event/timestamp.js';
import type { AlertRecord } from '../store/store.js';
import type { Destination } from './sink.js';

/** The rule by whose name the server's own alerts go: no user's rule can be called so. */
export const SERVER_RULE = 'tocsin';

/** A destination that is disabled, as its alert tells of it. Times in milliseconds since the epoch. */
export interface Disabling {
  /** Why, as a clause. */
  readonly reason: string;
  /** When the receiver began to fail, */
  readonly since: number;
  /** and when it was given up. */
  readonly at: number;
}

/**
 * The alert that a destination was disabled; `version` is the one of the destination's document. It has the form of every
 * alert, and the same id however often and wherever the same disabling is told: SHA-256 over name, birth and version, cut to
 * 144 bits. `receivers`: the destinations that it goes to.
 */
export function disabledAlert(
  { name, createdAt }: Destination,
  version: number,
  { reason, since, at }: Disabling,
  receivers: readonly string[],
): AlertRecord {
  const identity = JSON.stringify(['tocsin destination disabled 1', name, createdAt, version]);
  const id = `al_${createHash('sha256').update(identity).digest().subarray(0, 18).toString('base64url')}`;
  const message =
    `The destination '${name}' is disabled: ${reason}. What is for it becomes dead until ` +
    `POST /v1/destinations/${encodeURIComponent(name)}/enable; then POST /v1/deliveries/{id}/retry sends what is dead.`;
  const severity = 'critical';
  const body = {
    type: 'alert.fired',
    timestamp: formatTimestamp(at),
    data: {
      ...{ id, rule: SERVER_RULE, rule_version: 1, severity, key: { destination: name } },
      row: { event: 'destination_disabled', destination: name, message },
      window: { start: formatTimestamp(since), end: formatTimestamp(at) },
      events: [],
    },
  };
  return {
    ...{ id, rule: SERVER_RULE, severity, stamp: at, destinations: receivers },
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}
