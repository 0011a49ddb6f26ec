import { randomUUID } from 'node:crypto';

/** How the server behaves; every limit has a default. Durations are milliseconds. */
export interface Settings {
  /** What becomes of a stream that a rule or a post names and that nobody declared. */
  readonly unknownStreams: 'create' | 'refuse';
  /** Bytes of events that may be on their way into the store at once; more is `overloaded`. */
  readonly inFlightBytes: number;
  /** Events that may lie between the end of the log and the worker; more is `overloaded`. */
  readonly maxLag: number;
  /** How long the worker owns its partition without renewing. */
  readonly leaseTtl: number;
  /** A snapshot of the state is taken after so many events, */
  readonly snapshotEvents: number;
  /** or after so long, whichever comes first. */
  readonly snapshotInterval: number;
  /** How long the ids of events are remembered to tell repeats. */
  readonly idWindow: number;
  /** Bytes of the log that are read and committed in one step. */
  readonly readBytes: number;
  /** How long a change waits until the worker has applied it. */
  readonly changeTimeout: number;
  /** How long closing waits for requests that are under way. */
  readonly drainTimeout: number;
  /** Who this server is among others on the same store. */
  readonly owner: string;
}

export function defaultSettings(): Settings {
  return {
    unknownStreams: 'create',
    inFlightBytes: 64 * 1024 * 1024,
    maxLag: 1_000_000,
    leaseTtl: 10_000,
    snapshotEvents: 100_000,
    snapshotInterval: 10_000,
    idWindow: 24 * 3_600_000,
    readBytes: 1024 * 1024,
    changeTimeout: 30_000,
    drainTimeout: 5_000,
    owner: randomUUID(),
  };
}
