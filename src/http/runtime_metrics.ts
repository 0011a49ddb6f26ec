import { Counter, Gauge, type Registry } from 'prom-client';
import { RuntimeError } from '../runtime/error.js';
import type { Counters, DestinationFigures, Reader } from '../runtime/reader.js';

/** Rules, streams or destinations beyond this many are put together under `OTHER`: the number of labels has a bound. */
const NAMED = 1_000;
/** No rule, stream or destination can be called so. */
const OTHER = '(other)';

type Label = 'rule' | 'stream' | 'destination';
/** Values by label; no label: one figure. */
type Figures = readonly (readonly [label: string, value: number])[];
type Merge = (a: number, b: number) => number;

interface Metric {
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly label: Label | null;
  readonly read: (scrape: Scrape) => Figures | number | Promise<Figures>;
  /** What is shown of those that go together. */
  readonly merge: Merge;
}

const sum: Merge = (a, b) => a + b;

function ofRules(
  kind: Metric['kind'],
  name: string,
  help: string,
  value: (counts: Counters['rules'][number]['counts']) => number,
): Metric {
  return {
    ...{ kind, name: `tocsin_rule_${name}`, help, label: 'rule', merge: sum },
    read: (scrape) => scrape.counters.rules.map(({ rule, counts }) => [rule, value(counts)] as const),
  };
}

function ofStreams(
  name: string,
  help: string,
  value: (stream: Counters['streams'][number]) => number,
): Metric {
  return {
    ...{ kind: 'counter', name: `tocsin_stream_${name}`, help, label: 'stream', merge: sum },
    read: (scrape) => scrape.counters.streams.map((each) => [each.stream, value(each)] as const),
  };
}

function ofDestinations(
  kind: Metric['kind'],
  name: string,
  help: string,
  value: (figures: DestinationFigures) => number,
  merge = sum,
): Metric {
  return {
    ...{ kind, name: `tocsin_destination_${name}`, help, label: 'destination', merge },
    read: async (scrape) =>
      (await scrape.destinations).map((each) => [each.destination, value(each)] as const),
  };
}

function ofServer(name: string, help: string, value: (counters: Counters) => number): Metric {
  return {
    ...{ kind: 'gauge', name: `tocsin_${name}`, help, label: null, merge: sum },
    read: (scrape) => value(scrape.counters),
  };
}

const METRICS: readonly Metric[] = [
  ofRules('counter', 'rows_total', 'Rows that the rule saw.', ({ rows }) => rows),
  ofRules('counter', 'matches_total', 'Matches.', ({ matches }) => matches),
  ofRules('counter', 'alerts_total', 'Alerts.', ({ alerts }) => alerts),
  ofRules(
    'counter',
    'suppressed_total',
    'Alerts that suppression held back.',
    ({ suppressed }) => suppressed,
  ),
  ofRules('counter', 'late_total', 'Rows behind the watermark.', ({ late }) => late),
  ofRules('counter', 'dropped_total', 'Partial matches dropped at a limit.', ({ dropped }) => dropped),
  ofRules('counter', 'failures_total', 'Events at which the rule failed.', ({ failures }) => failures),
  ofRules('gauge', 'partial_matches', 'Partial matches alive.', ({ partialMatches }) => partialMatches),
  ofRules('gauge', 'keys', 'Keys that hold state.', ({ keys }) => keys),
  ofStreams('events_total', 'Events in the log.', ({ events }) => events),
  ofStreams('late_total', 'Events behind the watermark.', ({ late }) => late),
  ofStreams(
    'undecodable_total',
    'Events that no longer fit the declaration.',
    ({ undecodable }) => undecodable,
  ),
  ofStreams('accepted_total', 'Events accepted since the start.', ({ accepted }) => accepted),
  ofStreams(
    'duplicates_total',
    'Repeats that were not appended again, since the start.',
    ({ duplicates }) => duplicates,
  ),
  ofStreams('rejected_total', 'Events refused since the start.', ({ rejected }) => rejected),
  {
    ...{ kind: 'gauge', name: 'tocsin_stream_watermark_timestamp_seconds', label: 'stream', merge: Math.min },
    help: 'How far event time has come, in seconds since 1970; none before anything is known of the stream.',
    read: ({ counters }) =>
      counters.streams.flatMap(({ stream, watermark }) =>
        watermark === null ? [] : [[stream, watermark / 1_000] as const],
      ),
  },
  ofDestinations(
    'counter',
    'deliveries_delivered_total',
    'Deliveries by this server that were taken, since the start.',
    ({ delivered }) => delivered,
  ),
  ofDestinations(
    'counter',
    'attempts_failed_total',
    'Attempts of this server that failed, since the start.',
    ({ failed }) => failed,
  ),
  ofDestinations(
    'counter',
    'deliveries_dead_total',
    'Deliveries that became dead on this server, since the start.',
    ({ dead }) => dead,
  ),
  ofDestinations(
    'gauge',
    'oldest_delivery_age_seconds',
    'Age of the oldest delivery that waits, pending or retrying; 0 when none does.',
    ({ waitingFor }) => (waitingFor ?? 0) / 1_000,
    Math.max,
  ),
  ofDestinations(
    'gauge',
    'failing_seconds',
    'How long every attempt has failed, as far as this server knows; 0 when the last was taken.',
    ({ failingFor }) => (failingFor ?? 0) / 1_000,
    Math.max,
  ),
  ofDestinations('gauge', 'disabled', '1 when nothing is sent there any more, else 0.', ({ isDisabled }) =>
    isDisabled ? 1 : 0,
  ),
  ofServer('lag_events', 'Events in the log that are not matched yet.', ({ lag }) => lag),
  ofServer(
    'ingest_in_flight_bytes',
    'Bytes of events on their way into the log.',
    ({ inFlightBytes }) => inFlightBytes,
  ),
];

/** Puts the runtime's figures into a registry: `reader` is asked at each scrape. Before the server has caught up there are none of the log's. */
export function registerRuntimeMetrics(registry: Registry, reader: Reader): void {
  const scrape = new Scrape(reader);
  for (const { kind, name, help, label, read, merge } of METRICS) {
    const Kind = kind === 'counter' ? Counter : Gauge;
    const metric: Counter | Gauge = new Kind({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [registry],
      async collect() {
        const figures = await read(scrape);
        metric.reset();
        if (typeof figures === 'number') metric.inc(figures);
        else if (label !== null)
          for (const [value, figure] of bounded(figures, merge)) metric.inc({ [label]: value }, figure);
      },
    });
  }
}

/** What the metrics of one scrape read: all ask in the same turn of the loop, and the runtime is asked once. */
class Scrape {
  readonly #reader: Reader;
  #counters: Counters | null = null;
  #destinations: Promise<readonly DestinationFigures[]> | null = null;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get counters(): Counters {
    if (this.#counters === null) {
      this.#counters = countersOf(this.#reader);
      setImmediate(() => {
        this.#counters = null;
      });
    }
    return this.#counters;
  }

  get destinations(): Promise<readonly DestinationFigures[]> {
    if (this.#destinations === null) {
      this.#destinations = this.#reader.destinations();
      setImmediate(() => {
        this.#destinations = null;
      });
    }
    return this.#destinations;
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

function bounded(figures: Figures, merge: Merge): Figures {
  if (figures.length <= NAMED) return figures;
  const rest = figures.slice(NAMED).map(([, value]) => value);
  return [...figures.slice(0, NAMED), [OTHER, rest.reduce(merge)] as const];
}
