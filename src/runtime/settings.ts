import { randomUUID } from 'node:crypto';

/** How the server behaves; every limit has a default. Durations are milliseconds. */
export interface Settings {
  /** What becomes of a stream that a rule or a post names and that nobody declared. */
  readonly unknownStreams: 'create' | 'refuse';
  /** Bytes of events that may be on their way into the store at once; more is `overloaded`. */
  readonly inFlightBytes: number;
  /** Events that may lie between the end of the log and the worker; more is `overloaded`. */
  readonly maxLag: number;
  /** How long events may wait to be matched, where more than `waitingEvents` do; longer is `overloaded`. */
  readonly maxDelay: number;
  readonly waitingEvents: number;
  /** How long the worker owns its partition without renewing. */
  readonly leaseTtl: number;
  /** A snapshot of the state is taken after so many events, */
  readonly snapshotEvents: number;
  /** or after so many keys of rules have other state than the one before, */
  readonly snapshotKeys: number;
  /** or after so long, whichever comes first. */
  readonly snapshotInterval: number;
  /** How long the ids of events are remembered to tell repeats. */
  readonly idWindow: number;
  /** Bytes that the log may take before its oldest part is dropped; null: any number. */
  readonly maxLog: number | null;
  /** Between two trimmings of the log. */
  readonly trimInterval: number;
  /** How long a request to erase waits until it is carried out. */
  readonly erasureTimeout: number;
  /** Bytes of the log that are read and committed in one step. */
  readonly readBytes: number;
  /** How long a change waits until the worker has applied it. */
  readonly changeTimeout: number;
  /** How long closing waits for requests that are under way, */
  readonly drainTimeout: number;
  /** and how long it may take in all: what has not ended then is left as a crash would leave it. */
  readonly closeTimeout: number;
  /** How many streams, rules and destinations there may be; one more is `limit_reached`. */
  readonly maxStreams: number;
  readonly maxRules: number;
  readonly maxDestinations: number;
  /** How many lines of a rule's history are kept, the newest. */
  readonly maxRuleVersions: number;
  /** How many live feeds may be open at once; one more is `overloaded`. */
  readonly liveFeeds: number;
  /** How long the reader of a live feed may take nothing before it is dropped. */
  readonly liveStall: number;
  /** How many backtests may run at once; one more is `overloaded`. */
  readonly backtests: number;
  /** How long a backtest may take: then it answers with what it has. */
  readonly backtestTimeout: number;
  /** Who this server is among others on the same store. */
  readonly owner: string;
}

export function defaultSettings(): Settings {
  return {
    unknownStreams: 'create',
    inFlightBytes: 64 * 1024 * 1024,
    maxLag: 1_000_000,
    maxDelay: 5_000,
    waitingEvents: 50_000,
    leaseTtl: 10_000,
    snapshotEvents: 100_000,
    snapshotKeys: 5_000,
    snapshotInterval: 10_000,
    idWindow: 24 * 3_600_000,
    maxLog: null,
    trimInterval: 60_000,
    erasureTimeout: 10_000,
    readBytes: 1024 * 1024,
    changeTimeout: 30_000,
    drainTimeout: 5_000,
    closeTimeout: 8_500,
    maxStreams: 10_000,
    maxRules: 20_000,
    maxDestinations: 1_000,
    maxRuleVersions: 100,
    liveFeeds: 1_000,
    liveStall: 30_000,
    backtests: 2,
    backtestTimeout: 60_000,
    owner: randomUUID(),
  };
}
