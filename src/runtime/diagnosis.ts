import type { Inspection } from '../engine/explain/inspection.js';
import type { RuleCounts } from '../engine/rule.js';
import { formatDuration } from '../event/duration.js';
import type { StreamSchema } from '../event/schema.js';
import { formatTimestamp, isTimestamp } from '../event/timestamp.js';
import type { Activity } from './activity.js';
import type { Partition } from './partition.js';
import type { RuleEntry } from './registry.js';
import type { FailedRow, LateRow } from './tally.js';

/** What a rule did since it was made or replaced; all 0 while it does not run. */
export interface RuleCounters {
  readonly rule: string;
  readonly counts: RuleCounts & {
    readonly alerts: number;
    /** Matches held back by `suppress`. */
    readonly suppressed: number;
    /** Events that made it fail. */
    readonly failures: number;
  };
}

/** How a stream that a rule reads stands. Times in milliseconds; null: there was nothing. */
export interface StreamStanding {
  readonly stream: string;
  readonly events: number;
  readonly late: number;
  readonly watermark: number | null;
  /** The latest event time, and the offset of its event. */
  readonly latest: number | null;
  readonly latestOffset: number | null;
  /** When the stream's last event came. */
  readonly lastArrival: number | null;
  /** It is silent: no pattern over several streams waits for it. */
  readonly isIdle: boolean;
  /** What moves its event time on while no event comes: `ticks`, or nothing as they are `off` or it is `replaying` history. */
  readonly silence: 'ticks' | 'off' | 'replaying';
}

/** Why a rule did or did not fire, as far as it can be told at once. Its lists are bounded. */
export interface Diagnosis extends RuleCounters {
  readonly version: number;
  readonly enabled: boolean;
  readonly failure: string | null;
  readonly streams: readonly StreamStanding[];
  /** Where event time stands for the rule, in milliseconds; null before anything is known. */
  readonly watermark: number | null;
  /** What the watermark waits for, in a sentence. */
  readonly watermarkReason: string;
  /** The stream whose watermark holds the rule back, or null. */
  readonly heldBy: string | null;
  /** Rows that wait for the watermark, of all rules that read the same streams in the same order. */
  readonly waitingRows: number;
  readonly nextDeadline: number | null;
  readonly hits: Inspection['hits'];
  readonly census: Inspection['census'];
  readonly held: Inspection['held'];
  /** Since this server took up the partition: they are not part of the state that it keeps. */
  readonly misses: Inspection['misses'];
  readonly late: readonly LateRow[];
  readonly failed: readonly FailedRow[];
}

const NOTHING: RuleCounts = {
  ...{ rows: 0, matches: 0, late: 0, dropped: 0, degradedSkips: 0, faults: {}, partialMatches: 0, keys: 0 },
};

const AT_REST: Inspection = {
  ...{ watermark: null, waitingRows: 0, nextDeadline: null, streams: [], hits: [], held: [] },
  ...{ misses: [], missed: 0 },
  census: { states: [], isWhole: true },
};

export function countersOf(partition: Partition, rule: string): RuleCounters {
  const { alerts = 0, failures = 0 } = partition.tallies.get(rule) ?? {};
  const suppressed = partition.suppressed(rule);
  return { rule, counts: { ...(partition.counts(rule) ?? NOTHING), alerts, suppressed, failures } };
}

export function diagnose(partition: Partition, rule: RuleEntry): Diagnosis {
  const tally = partition.tallies.get(rule.name);
  const found = partition.inspect(rule.name) ?? AT_REST;
  const { watermark, waitingRows, nextDeadline, hits, census, held, misses } = found;
  const streams = rule.streams.map((bound) => {
    const schema = partition.registry.streams.get(bound.name)?.schema ?? bound;
    const isIdle = found.streams.find(({ stream }) => stream === bound.name)?.isIdle ?? false;
    const watermark = partition.watermark(bound.name);
    return standing(schema, partition.activities.get(bound.name), watermark, isIdle);
  });
  const slowest = slowestOf(streams);
  return {
    ...countersOf(partition, rule.name),
    ...{ version: rule.version, enabled: rule.enabled, failure: rule.failure, streams },
    ...{ watermark, waitingRows, nextDeadline, hits, census, held, misses },
    watermarkReason: reasonOf(slowest, rule, partition),
    heldBy: streams.length > 1 ? (slowest?.stream ?? null) : null,
    late: tally?.late ?? [],
    failed: tally?.failed ?? [],
  };
}

function standing(
  schema: StreamSchema,
  activity: Activity | undefined,
  watermark: number | null,
  isIdle: boolean,
): StreamStanding {
  const has = activity !== undefined && activity.events > 0;
  return {
    stream: schema.name,
    events: activity?.events ?? 0,
    late: activity?.late ?? 0,
    watermark,
    latest: has ? activity.latest : null,
    latestOffset: has && activity.latestOffset >= 0 ? activity.latestOffset : null,
    lastArrival: has ? activity.lastArrival : null,
    isIdle,
    silence: schema.idleTimeout === null ? 'off' : activity?.replays(schema) === true ? 'replaying' : 'ticks',
  };
}

/** The stream that the others wait for: idle ones hold nobody. */
function slowestOf(streams: readonly StreamStanding[]): StreamStanding | null {
  const order = ({ watermark }: StreamStanding) => watermark ?? Number.NEGATIVE_INFINITY;
  const [slowest] = streams.filter(({ isIdle }) => !isIdle).sort((a, b) => order(a) - order(b));
  return slowest ?? null;
}

function reasonOf(
  slowest: StreamStanding | null,
  { enabled, failure }: RuleEntry,
  partition: Partition,
): string {
  if (failure !== null) return 'the rule does not run: it failed';
  if (!enabled) return 'the rule does not run: it is paused';
  if (slowest === null) return 'every stream that it reads is silent: the next event moves it on';
  const { stream, watermark, latest, silence } = slowest;
  if (latest === null && watermark === null) return `no event of '${stream}' has come`;
  const schema = partition.registry.streams.get(stream)?.schema;
  const delay = schema?.delay ?? 0;
  const isDriven = latest !== null && watermark === latest - delay;
  const behind = delay === 0 ? '' : ` less the delay of ${formatDuration(delay).toLowerCase()}`;
  const stands = isDriven
    ? `the latest event of '${stream}' is of ${shown(latest)}${behind}`
    : `'${stream}' was said, by a tick or a producer, to have come to ${shown(watermark)}`;
  const next = {
    off: 'while no event comes it stays there, as idle_timeout is off',
    replaying:
      'its events come long after their time, as a replay of history: while none comes it stays there, until a later event or an explicit watermark',
    ticks: `while no event comes ticks move it on, from ${formatDuration(schema?.idleTimeout ?? 0).toLowerCase()} of silence`,
  };
  return `${stands}; ${next[silence]}`;
}

function shown(time: number | null): string {
  return time !== null && isTimestamp(time) ? formatTimestamp(time) : String(time);
}
