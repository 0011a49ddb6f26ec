import { decode } from '../event/decode.js';
import type { JsonValue } from '../event/json.js';
import type { Row } from '../event/row.js';
import { readTime, type TimedStream } from './event-time.js';
import type { Refusal } from './reader.js';

/** How events find their stream: all go to one, or each names its own in a field that is taken out. */
export type Routing = { readonly to: string } | { readonly field: string };

/** Turns decoded JSON into rows: finds the stream, checks the values, reads the time, numbers the events. */
export class Intake {
  private readonly streams: ReadonlyMap<string, TimedStream>;
  /** Lower-case name to name. */
  private readonly folded: ReadonlyMap<string, string>;
  private readonly routing: Routing;
  /** Streams whose events may not lack a time: rules measure it, or time flows. */
  private readonly needTime: ReadonlySet<string>;
  private readonly clock: () => number;
  private offset = 0;
  private arrival = 0;

  /** @param clock the wall clock, for events that carry no time; milliseconds */
  constructor(
    streams: readonly TimedStream[],
    routing: Routing,
    needTime: ReadonlySet<string>,
    clock: () => number,
  ) {
    this.streams = new Map(streams.map((stream) => [stream.schema.name, stream]));
    this.folded = new Map(streams.map(({ schema }) => [schema.name.toLowerCase(), schema.name]));
    this.routing = routing;
    this.needTime = needTime;
    this.clock = clock;
  }

  /** How many rows were made: the next offset. */
  get count(): number {
    return this.offset;
  }

  /** One event as a row, or why it cannot be one. */
  take(json: JsonValue): Row | Refusal {
    if (json === null || typeof json !== 'object' || Array.isArray(json)) {
      const hint = Array.isArray(json) ? '; NDJSON has one object a line, not an array of them' : '';
      return { code: 'not_an_object', message: `an event is a JSON object${hint}` };
    }
    const routed = this.route(json as Readonly<Record<string, JsonValue>>);
    if ('code' in routed) return routed;
    const { stream, event } = routed;
    const decoded = decode(event, stream.schema);
    if ('code' in decoded) return { code: decoded.code, message: decoded.message };
    const { name } = stream.schema;
    this.arrival = Math.max(this.arrival, this.clock());
    let { time } = decoded;
    if (time === null && stream.time !== null) {
      const value = decoded.values[stream.time.name];
      time = readTime(value);
      if (time === null && this.needTime.has(name)) return noTime(stream.time.name, value);
    }
    return {
      stream: name,
      offset: this.offset++,
      time: time ?? this.arrival,
      arrival: this.arrival,
      values: decoded.values,
    };
  }

  private route(
    event: Readonly<Record<string, JsonValue>>,
  ): { readonly stream: TimedStream; readonly event: JsonValue } | (Refusal & { stream?: never }) {
    if ('to' in this.routing) {
      const stream = this.streams.get(this.routing.to);
      if (!stream) throw new Error(`no stream ${this.routing.to}`);
      return { stream, event };
    }
    const { field } = this.routing;
    const names = [...this.streams.keys()].join(', ');
    if (!Object.hasOwn(event, field)) {
      return {
        code: 'missing_stream',
        message: `the field '${field}' that names the event's stream (${names}) is missing`,
      };
    }
    const { [field]: name, ...rest } = event;
    const stream =
      typeof name === 'string'
        ? (this.streams.get(name) ?? this.streams.get(this.folded.get(name.toLowerCase()) ?? ''))
        : undefined;
    if (!stream) {
      return {
        code: 'unknown_stream',
        message: `'${field}' is ${JSON.stringify(name)}; the streams are ${names}`,
      };
    }
    return { stream, event: rest };
  }
}

function noTime(column: string, value: unknown): Refusal {
  if (value === undefined || value === null) {
    return { code: 'missing_time', message: `the event time '${column}' is missing` };
  }
  const shown = JSON.stringify(value)?.slice(0, 60);
  return {
    code: 'wrong_time',
    message: `the event time '${column}' is ${shown}, neither ISO 8601 text nor epoch milliseconds`,
  };
}
