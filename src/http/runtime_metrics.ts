import { Counter, Gauge, type Registry } from 'prom-client';
import { RuntimeError } from '../runtime/error.js';
import type { Counters, Reader } from '../runtime/reader.js';

/** Rules or streams beyond this many are summed up under `other`: the number of labels has a bound. */
const NAMED = 1_000;

/** Values by label; no label: one figure. */
type Figures = readonly (readonly [label: string, value: number])[];

interface Metric {
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly read: (counters: Counters) => Figures | number;
}

type OfRule = (rule: Counters['rules'][number]) => number;
type OfStream = (stream: Counters['streams'][number]) => number;

const ruleMetric = (kind: Metric['kind'], name: string, help: string, value: OfRule): Metric => ({
  ...{ kind, name: `tocsin_rule_${name}`, help },
  read: ({ rules }) => rules.map((each) => [each.rule, value(each)] as const),
});
const streamMetric = (name: string, help: string, value: OfStream): Metric => ({
  ...{ kind: 'counter', name: `tocsin_stream_${name}`, help },
  read: ({ streams }) => streams.map((each) => [each.stream, value(each)] as const),
});

const METRICS: readonly Metric[] = [
  ruleMetric('counter', 'rows_total', 'Rows that the rule saw.', ({ counts }) => counts.rows),
  ruleMetric('counter', 'matches_total', 'Matches.', ({ counts }) => counts.matches),
  ruleMetric('counter', 'alerts_total', 'Alerts.', ({ counts }) => counts.alerts),
  ruleMetric(
    'counter',
    'suppressed_total',
    'Alerts that suppression held back.',
    ({ counts }) => counts.suppressed,
  ),
  ruleMetric('counter', 'late_total', 'Rows behind the watermark.', ({ counts }) => counts.late),
  ruleMetric(
    'counter',
    'dropped_total',
    'Partial matches dropped at a limit.',
    ({ counts }) => counts.dropped,
  ),
  ruleMetric(
    'counter',
    'failures_total',
    'Events at which the rule failed.',
    ({ counts }) => counts.failures,
  ),
  ruleMetric('gauge', 'partial_matches', 'Partial matches alive.', ({ counts }) => counts.partialMatches),
  ruleMetric('gauge', 'keys', 'Keys that hold state.', ({ counts }) => counts.keys),
  streamMetric('events_total', 'Events in the log.', ({ events }) => events),
  streamMetric('late_total', 'Events behind the watermark.', ({ late }) => late),
  streamMetric(
    'undecodable_total',
    'Events that no longer fit the declaration.',
    ({ undecodable }) => undecodable,
  ),
  streamMetric('accepted_total', 'Events accepted since the start.', ({ accepted }) => accepted),
  streamMetric(
    'duplicates_total',
    'Repeats that were not appended again, since the start.',
    ({ duplicates }) => duplicates,
  ),
  streamMetric('rejected_total', 'Events refused since the start.', ({ rejected }) => rejected),
  {
    kind: 'gauge',
    name: 'tocsin_lag_events',
    help: 'Events in the log that are not matched yet.',
    read: ({ lag }) => lag,
  },
  {
    ...{
      kind: 'gauge',
      name: 'tocsin_ingest_in_flight_bytes',
      help: 'Bytes of events on their way into the log.',
    },
    read: ({ inFlightBytes }) => inFlightBytes,
  },
];

/** Puts the runtime's figures into a registry: `reader` is asked at each scrape. Before the server has caught up there are none. */
export function registerRuntimeMetrics(registry: Registry, reader: Reader): void {
  for (const { kind, name, help, read } of METRICS) {
    const label = /^tocsin_(rule|stream)_/.exec(name)?.[1];
    const Kind = kind === 'counter' ? Counter : Gauge;
    const metric: Counter | Gauge = new Kind({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
      collect() {
        metric.reset();
        const figures = read(countersOf(reader));
        if (typeof figures === 'number') metric.inc(figures);
        else if (label !== undefined)
          for (const [value, figure] of bounded(figures)) metric.inc({ [label]: value }, figure);
      },
    });
  }
}

function countersOf(reader: Reader): Counters {
  try {
    return reader.counters();
  } catch (error) {
    if (error instanceof RuntimeError) return { rules: [], streams: [], inFlightBytes: 0, lag: 0 };
    throw error;
  }
}

function bounded(figures: Figures): Figures {
  if (figures.length <= NAMED) return figures;
  const rest = figures.slice(NAMED).reduce((sum, [, value]) => sum + value, 0);
  return [...figures.slice(0, NAMED), ['other', rest] as const];
}
