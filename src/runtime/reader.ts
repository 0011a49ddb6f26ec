import { decode } from '../event/decode.js';
import { type JsonValue, parseJson } from '../event/json.js';
import type { StreamSchema } from '../event/schema.js';
import type { AlertFilter, Delivery, DeliveryFilter, Store, StoredAlert } from '../store/store.js';
import type { Clock } from './clock.js';
import type { DeliveryCounts, DeliveryTally } from './delivery-tally.js';
import type { Destinations } from './destinations.js';
import { countersOf, type Diagnosis, diagnose, type RuleCounters } from './diagnosis.js';
import { RuntimeError } from './error.js';
import type { Ingest } from './ingest.js';
import { decodeRecord, streamOf } from './record.js';
import { tombstoneOf } from './tombstone.js';
import { asked } from './trouble.js';
import type { Worker } from './worker.js';

/** An alert as it is shown. `body` is what webhooks carry. */
export interface AlertView {
  /** The cursor of lists and of the live feed. */
  readonly sequence: number;
  readonly id: string;
  readonly rule: string;
  readonly severity: string;
  readonly timestamp: number;
  readonly body: JsonValue;
}

/** An event of the log. */
export interface EventView {
  readonly partition: number;
  readonly offset: number;
  readonly arrival: number;
  readonly data: JsonValue;
  /** It was erased: `data` is null. */
  readonly isErased: boolean;
  /** Why rules do not see it, though it is in the log: it does not fit the stream's schema any more. Null: it fits. */
  readonly error: string | null;
}

/** What happened on a stream. Accepted, duplicates and rejected count since the server began, the rest in the log. */
export interface StreamCounters {
  readonly stream: string;
  readonly events: number;
  readonly late: number;
  readonly undecodable: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly watermark: number | null;
}

export interface Counters {
  readonly rules: readonly RuleCounters[];
  readonly streams: readonly StreamCounters[];
  readonly inFlightBytes: number;
  /** Events in the log that are not matched yet. */
  readonly lag: number;
}

/** How deliveries to a destination stand; of one that is gone too. Durations in milliseconds. */
export interface DestinationFigures extends DeliveryCounts {
  readonly destination: string;
  readonly isDisabled: boolean;
  /** How long it has failed without a success, as far as this server knows; null: it does not. */
  readonly failingFor: number | null;
  /** How old the oldest delivery is that waits; null: none does, or the store does not say. */
  readonly waitingFor: number | null;
}

export interface ReaderParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly workers: readonly Worker[];
  readonly ingest: Ingest;
  readonly destinations: Destinations;
  readonly tally: DeliveryTally;
  /** A delivery has become due. */
  readonly wake: () => void;
}

const READ_BYTES = 1024 * 1024;
/** Reads of the log that one question for events may take. */
const MOST_READS = 16;

/** What there is to see: alerts, deliveries, the log, counters. */
export class Reader {
  readonly #parts: ReaderParts;
  readonly #listeners = new Set<() => void>();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Alerts with a sequence number above `after`, oldest first. */
  async alerts(after: number, limit: number, filter: AlertFilter): Promise<readonly AlertView[]> {
    return (await asked(this.#parts.store.alerts(after, limit, filter))).map(alertView);
  }

  /** Throws RuntimeError `unknown_alert`. */
  async alert(id: string): Promise<AlertView> {
    const alert = await asked(this.#parts.store.alert(id));
    if (alert === null) throw new RuntimeError('unknown_alert', `there is no alert '${id.slice(0, 100)}'`);
    return alertView(alert);
  }

  /** The sequence number of the newest alert, 0 where there is none: found by halving, as the store lists what lies above a number. */
  async lastSequence(): Promise<number> {
    const isAbove = async (sequence: number) =>
      (await asked(this.#parts.store.alerts(sequence, 1, {}))).length > 0;
    let low = 0;
    let high = 1;
    while (await isAbove(high)) {
      low = high + 1;
      high *= 2;
    }
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (await isAbove(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls `listener` after each commit that brought alerts, until the result is called. */
  onAlerts(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** For the worker: a commit brought alerts. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  async deliveries(after: number, limit: number, filter: DeliveryFilter): Promise<readonly Delivery[]> {
    return asked(this.#parts.store.deliveries(after, limit, filter));
  }

  /** Throws RuntimeError `unknown_delivery`. */
  async delivery(id: string): Promise<Delivery> {
    const delivery = await asked(this.#parts.store.delivery(id));
    if (delivery === null) {
      throw new RuntimeError('unknown_delivery', `there is no delivery '${id.slice(0, 200)}'`);
    }
    return delivery;
  }

  /** Makes a dead delivery due at once. Throws RuntimeError `unknown_delivery`, `not_retryable`. */
  async retry(id: string): Promise<Delivery> {
    const delivery = await this.delivery(id);
    if (delivery.state !== 'dead') {
      const message = `the delivery is ${delivery.state}: only a dead one can be sent again by hand`;
      throw new RuntimeError('not_retryable', message);
    }
    const due: Delivery = { ...delivery, state: 'pending', due: this.#parts.clock.now() };
    await asked(this.#parts.store.settle([due]));
    this.#parts.wake();
    return due;
  }

  /**
   * A stream's events from offset `from` on (null: the oldest kept), oldest first; `next` is where to go on. A page may be
   * shorter than asked for where other streams' events lie between. Throws RuntimeError `unknown_stream`, `trimmed`.
   */
  async events(
    name: string,
    from: number | null,
    limit: number,
    partition = 0,
  ): Promise<{ readonly items: readonly EventView[]; readonly next: number; readonly isEnd: boolean }> {
    const { store } = this.#parts;
    const stream = this.#first.partition.registry.stream(name);
    if (stream === null) throw new RuntimeError('unknown_stream', `there is no stream '${name}'`);
    const { first, next: end } = await asked(store.bounds(partition));
    let next = from ?? first;
    const items: EventView[] = [];
    for (let reads = 0; reads < MOST_READS && next < end; reads++) {
      const records = await asked(store.read(partition, next, { bytes: READ_BYTES, wait: 0 }));
      if (records.length === 0) break;
      for (const record of records) {
        if (streamOf(record) === stream.name) {
          const decoded = decodeRecord(record);
          const lines = decoded.kind === 'events' ? decoded.lines : [];
          for (const [index, line] of lines.entries()) {
            const offset = record.first + index;
            if (offset < next) continue;
            items.push(eventView(line, stream.schema, { partition, offset, arrival: record.stamp }));
            if (items.length === limit) return { items, next: offset + 1, isEnd: offset + 1 >= end };
          }
        }
        next = record.first + record.count;
      }
    }
    return { items, next, isEnd: next >= end };
  }

  /** One event of the log; null when it is of another stream, or gone. */
  async event(stream: string, offset: number, partition = 0): Promise<EventView | null> {
    try {
      const { items } = await this.events(stream, offset, 1, partition);
      const [event] = items;
      return event?.offset === offset ? event : null;
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'trimmed') return null;
      throw error;
    }
  }

  /** What happened so far, for metrics. Throws RuntimeError `not_ready`. */
  counters(): Counters {
    const { partition } = this.#first;
    const { ingest, workers } = this.#parts;
    return {
      rules: [...partition.registry.rules.keys()].map((name) => countersOf(partition, name)),
      streams: [...partition.registry.streams.keys()].map((stream) => {
        const activity = partition.activities.get(stream);
        const taken = ingest.counts().get(stream) ?? { accepted: 0, duplicates: 0, rejected: 0 };
        const { events = 0, late = 0, undecodable = 0 } = activity ?? {};
        return { stream, events, late, undecodable, ...taken, watermark: partition.watermark(stream) };
      }),
      inFlightBytes: ingest.flight.bytes,
      lag: workers.reduce((sum, { lag }) => sum + lag, 0),
    };
  }

  /** How deliveries stand, by destination, in order of name; those that are gone last. Never throws. */
  async destinations(): Promise<readonly DestinationFigures[]> {
    const { store, clock, destinations, tally } = this.#parts;
    const known = [...destinations.names()].sort();
    const gone = [...tally.names()].filter((name) => destinations.find(name) === null);
    const names = [...known, ...gone];
    const waiting = await store.waitingSince(names).catch(() => []);
    const now = clock.now();
    const ago = (since: number | null | undefined) => (since == null ? null : Math.max(0, now - since));
    return names.map((name, index) => {
      const destination = destinations.find(name);
      return {
        ...{ destination: name, ...tally.counts(name), isDisabled: destination?.disabled != null },
        failingFor: ago(destination === null ? null : destinations.failing.since(destination)),
        waitingFor: ago(waiting[index]),
      };
    });
  }

  /** Throws RuntimeError `unknown_rule`, `not_ready`. */
  diagnosis(name: string): Diagnosis {
    const { partition } = this.#first;
    const rule = partition.registry.rule(name);
    if (rule === null) throw new RuntimeError('unknown_rule', `there is no rule '${name}'`);
    return diagnose(partition, rule);
  }

  get #first(): Worker {
    const [worker] = this.#parts.workers;
    if (worker === undefined) throw new Error('a store has at least one partition');
    return worker;
  }
}

function eventView(
  line: string,
  schema: StreamSchema,
  place: Pick<EventView, 'partition' | 'offset' | 'arrival'>,
): EventView {
  if (tombstoneOf(line) !== null) return { ...place, data: null, isErased: true, error: null };
  const data = parseJson(line);
  const decoded = decode(data, schema);
  return { ...place, data, isErased: false, error: 'code' in decoded ? decoded.message : null };
}

function alertView({ sequence, id, rule, severity, stamp, body }: StoredAlert): AlertView {
  const text = new TextDecoder().decode(body);
  return { sequence, id, rule, severity, timestamp: stamp, body: JSON.parse(text) as JsonValue };
}
