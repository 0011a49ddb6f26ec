import type { Decoded } from '../event/decode.js';
import { formatDuration } from '../event/duration.js';
import type { Lines, Span } from '../event/lines.js';
import { partitionOf } from '../event/partition.js';
import type { StreamSchema } from '../event/schema.js';
import { formatTimestamp, isTimestamp } from '../event/timestamp.js';
import type { Value } from '../event/value.js';
import { type LogEntry, type Store, StoreError } from '../store/store.js';
import type { Catalog } from './catalog.js';
import type { Clock } from './clock.js';
import { type RejectedEvent, RuntimeError } from './error.js';
import { Flight } from './flight.js';
import type { Gate } from './gate.js';
import { eventId, requestIds } from './identity.js';
import { type Incoming, Intake, lengthOf } from './intake.js';
import { eventsEntry, watermarkEntry } from './record.js';
import type { Settings } from './settings.js';
import { Slice } from './slice.js';
import type { FreshRecord } from './tail.js';
import { asked } from './trouble.js';
import type { Worker } from './worker.js';

export interface PostOptions {
  /** All or nothing. */
  readonly atomic?: boolean;
  readonly idempotencyKey?: string | null;
  /** A digest of the request's body, with `idempotencyKey`. */
  readonly digest?: string;
}

/** What became of a post. `offsets`: the places in the log, both ends inclusive. */
export interface Posted {
  readonly stream: string;
  /** The stream was made by this post. */
  readonly created: boolean;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
  readonly offsets: readonly { readonly partition: number; readonly first: number; readonly last: number }[];
}

/** What the ingest counts for a stream since the server began. */
export interface IngestCounts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

export interface IngestParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly gate: Gate;
  readonly workers: readonly Worker[];
  readonly catalog: Catalog;
}

/** The events of a request: one by one, or the lines of a body. */
export type Events = readonly Incoming[] | Lines;

/** A checked event on its way into the log. */
interface Checked {
  /** Its line in the log. */
  readonly line: string | Span;
  /** What the line is by the stream's schema; null where it is not what was decoded. */
  readonly decoded: Decoded | null;
  readonly id: string | null;
  readonly partition: number;
}

/** Bytes of events in one log record, which is matched without a pause: a read of the log is never much larger. */
const RECORD_BYTES = 64 * 1024;

/** Events between two looks at the time. */
const SOME = 16;

/** The way in: decodes, checks and appends events; what was answered is durable. */
export class Ingest {
  readonly flight: Flight;
  readonly #parts: IngestParts;
  readonly #bodies: Flight;
  readonly #counts = new Map<string, IngestCounts>();

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.flight = new Flight(parts.settings.inFlightBytes);
    this.#bodies = new Flight(parts.settings.inFlightBytes);
  }

  /** Room for a body of so many bytes before it is read; call the result when the request is done. Throws RuntimeError `overloaded`. */
  reserve(bytes: number): () => void {
    return this.#bodies.take(bytes);
  }

  /**
   * Takes events of one stream; resolves when those that fit are durable. Throws RuntimeError `no_event_taken` when none was
   * taken (a repeat counts as taken) or, `atomic`, one was refused; `unknown_stream`, `bad_name`, `idempotency_key_reused`,
   * `overloaded`, `not_ready`, `store_full`, `store_unavailable`.
   */
  post(name: string, events: Events, options: PostOptions = {}): Promise<Posted> {
    return this.#parts.gate.pass(async () => {
      this.#checkLag();
      let landed: (() => void) | undefined;
      const takeRoom = (checked: readonly Checked[]): void => {
        landed ??= this.flight.take(checked.reduce((sum, { line }) => sum + lengthOf(line), 0));
      };
      try {
        // A request that is refused makes no stream.
        const { stream, created } = await this.#parts.catalog.ensureStream(name, async (schema) => {
          const { checked, refusal } = await this.#check(schema, events, options);
          if (refusal !== null) throw refusal;
          const request = requestOf(schema.name, options);
          const partitions = new Set(checked.map(({ partition }) => partition));
          if (request !== null) for (const partition of partitions) await this.#isRepeat(partition, request);
          takeRoom(checked);
        });
        const { checked, rejected, refusal } = await this.#check(stream.schema, events, options);
        if (refusal !== null) {
          this.#count(stream.name, { accepted: 0, duplicates: 0, rejected: rejected.length });
          throw refusal;
        }
        takeRoom(checked);
        const taken = await asked(this.#append(stream.schema, checked, options));
        const counts = { accepted: taken.accepted, duplicates: taken.duplicates, rejected: rejected.length };
        this.#count(stream.name, counts);
        return { stream: stream.name, created, ...taken, rejected };
      } finally {
        landed?.();
      }
    });
  }

  /** Nothing earlier than `time` (milliseconds) will come on the stream. Throws RuntimeError `unknown_stream`, `too_far_ahead`, `bad_option`. */
  watermark(name: string, time: number): Promise<{ readonly stream: string; readonly watermark: number }> {
    return this.#parts.gate.pass(async () => {
      const { store, clock, workers, catalog } = this.#parts;
      const stream = catalog.stream(name);
      if (stream === null) throw new RuntimeError('unknown_stream', `there is no stream '${name}'`);
      if (!isTimestamp(time)) {
        throw new RuntimeError('bad_option', `${time} is no time between the years 1 and 9999`, {
          field: 'time',
        });
      }
      const ahead = tooFarAhead(time, stream.schema, clock.now());
      if (ahead !== null) throw new RuntimeError('too_far_ahead', `the watermark ${ahead}`);
      const entry = watermarkEntry({ stream: stream.name, watermark: time, seen: null });
      for (const number of workers.keys()) await asked(store.append(number, [entry], clock.now()));
      return { stream: stream.name, watermark: time };
    });
  }

  /** What was taken and refused since the server began, by stream. */
  counts(): ReadonlyMap<string, IngestCounts> {
    return this.#counts;
  }

  #checkLag(): void {
    const { workers, settings, clock } = this.#parts;
    const now = clock.now();
    for (const worker of workers) {
      const { lag } = worker;
      const isLong = lag > settings.waitingEvents && worker.delay(now) > settings.maxDelay;
      if (lag <= settings.maxLag && !isLong) continue;
      const message = `${lag} events wait to be matched: send again in a second`;
      throw new RuntimeError('overloaded', message, { retryAfter: 1_000 });
    }
  }

  /** Checks events against their stream; `refusal`: why none of them may be taken. */
  async #check(
    schema: StreamSchema,
    events: Events,
    { atomic }: PostOptions,
  ): Promise<{
    readonly checked: readonly Checked[];
    readonly rejected: readonly RejectedEvent[];
    readonly refusal: RuntimeError | null;
  }> {
    const slice = new Slice();
    const checked: Checked[] = [];
    const rejected: RejectedEvent[] = [];
    const now = this.#parts.clock.now();
    const intake = new Intake(events, schema);
    for (let index = 0; index < intake.length; index++) {
      if (index % SOME === 0 && slice.isOver) await slice.next();
      const event = intake.read(index);
      if ('code' in event) {
        rejected.push({ index, code: event.code, message: event.message });
        continue;
      }
      const { decoded, line, isAsPosted } = event;
      const { time, values } = decoded;
      const ahead = time === null ? null : tooFarAhead(time, schema, now);
      if (ahead !== null) {
        rejected.push({ index, code: 'too_far_ahead', message: `the event time ${ahead}` });
        continue;
      }
      const id = eventId(schema, values, event.id);
      const partition = this.#partition(schema, values);
      checked.push({ line, decoded: isAsPosted ? decoded : null, id, partition });
    }
    if (rejected.length === 0 || (checked.length > 0 && atomic !== true)) {
      return { checked, rejected, refusal: null };
    }
    const what = checked.length === 0 ? 'no event fits' : 'not every event fits, and the request is atomic';
    const message = `${what} the stream '${schema.name}': nothing was taken`;
    return { checked, rejected, refusal: new RuntimeError('no_event_taken', message, { rejected }) };
  }

  #partition({ key }: StreamSchema, values: Readonly<Record<string, Value>>): number {
    const { partitions } = this.#parts.store;
    return partitions === 1
      ? 0
      : partitionOf(
          key.map((name) => values[name] ?? null),
          partitions,
        );
  }

  async #append(
    schema: StreamSchema,
    checked: readonly Checked[],
    options: PostOptions,
  ): Promise<Pick<Posted, 'accepted' | 'duplicates' | 'offsets'>> {
    const request = requestOf(schema.name, options);
    const offsets: { partition: number; first: number; last: number }[] = [];
    let accepted = 0;
    for (const [partition, own] of byPartition(checked)) {
      const appended = await this.#appendTo(partition, schema, own, request);
      if (appended === null) continue;
      accepted += appended.count;
      offsets.push({ partition, first: appended.first, last: appended.last });
    }
    return { accepted, duplicates: checked.length - accepted, offsets };
  }

  /** Appends what is not known yet; null when all of it is. */
  async #appendTo(
    partition: number,
    schema: StreamSchema,
    checked: readonly Checked[],
    request: readonly [string, string] | null,
  ): Promise<{ readonly count: number; readonly first: number; readonly last: number } | null> {
    const { store, clock, workers } = this.#parts;
    const worker = workers[partition];
    let left = firstOfEach(checked);
    /** Ids that another request brought in meanwhile. */
    const known = new Set<string>();
    for (;;) {
      if (request !== null && (await this.#isRepeat(partition, request))) return null;
      const ids = idsOf(left);
      const answers = ids.length === 0 ? [] : await store.known(partition, ids);
      for (const [index, id] of ids.entries()) if (answers[index] === true) known.add(id);
      left = left.filter(({ id }) => id === null || !known.has(id));
      if (left.length === 0) return null;
      const { entries, fresh } = entriesOf(schema, left, request ?? []);
      for (const record of fresh) worker?.tail.add(record);
      try {
        const appended = await store.append(partition, entries, clock.now());
        const first = appended[0]?.first ?? 0;
        const last = appended.at(-1)?.last ?? first;
        worker?.noteEnd(last + 1);
        return { count: left.length, first, last };
      } catch (error) {
        for (const record of fresh) worker?.tail.drop(record);
        if (!(error instanceof StoreError) || error.code !== 'duplicate_ids') throw error;
        for (const id of error.ids) known.add(id);
      }
    }
  }

  async #isRepeat(partition: number, request: readonly [string, string]): Promise<boolean> {
    const [isKey, isBody] = await this.#parts.store.known(partition, request);
    if (isKey === true && isBody !== true) {
      const message = 'this Idempotency-Key came with another body before: use a new key for a new request';
      throw new RuntimeError('idempotency_key_reused', message);
    }
    return isKey === true;
  }

  #count(stream: string, { accepted, duplicates, rejected }: IngestCounts): void {
    const before = this.#counts.get(stream) ?? { accepted: 0, duplicates: 0, rejected: 0 };
    this.#counts.set(stream, {
      accepted: before.accepted + accepted,
      duplicates: before.duplicates + duplicates,
      rejected: before.rejected + rejected,
    });
  }
}

function byPartition(checked: readonly Checked[]): ReadonlyMap<number, readonly Checked[]> {
  const partitions = new Map<number, Checked[]>();
  for (const event of checked) {
    const own = partitions.get(event.partition);
    if (own === undefined) partitions.set(event.partition, [event]);
    else own.push(event);
  }
  return partitions;
}

function idsOf(events: readonly Checked[]): string[] {
  const ids: string[] = [];
  for (const { id } of events) if (id !== null) ids.push(id);
  return ids;
}

/** Without events whose id stands in the request before. */
function firstOfEach(checked: readonly Checked[]): readonly Checked[] {
  const seen = new Set<string>();
  return checked.filter(({ id }) => {
    if (id === null) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** Records of bounded size, the request's ids with the first; `fresh`: those of which it is known what their events are. */
function entriesOf(
  schema: StreamSchema,
  events: readonly Checked[],
  request: readonly string[],
): { readonly entries: readonly LogEntry[]; readonly fresh: readonly FreshRecord[] } {
  const entries: LogEntry[] = [];
  const fresh: FreshRecord[] = [];
  let batch: Checked[] = [];
  let bytes = 0;
  const close = (): void => {
    const own = idsOf(batch);
    const ids = entries.length === 0 ? [...request, ...own] : own;
    const lines = batch.map(({ line }) => line);
    const entry = eventsEntry(schema.name, lines, ids);
    const decoded: Decoded[] = [];
    for (const event of batch) if (event.decoded !== null) decoded.push(event.decoded);
    if (decoded.length === batch.length) {
      fresh.push({ stream: schema.name, schema, payload: entry.payload, events: decoded });
    }
    entries.push(entry);
    batch = [];
    bytes = 0;
  };
  for (const event of events) {
    const length = lengthOf(event.line);
    if (batch.length > 0 && bytes + length > RECORD_BYTES) close();
    batch.push(event);
    bytes += length;
  }
  close();
  return { entries, fresh };
}

/** What is wrong with a time that lies too far ahead, as the end of a sentence; null for one that does not. */
function tooFarAhead(time: number, { maxAhead }: StreamSchema, now: number): string | null {
  if (time <= now + maxAhead) return null;
  return `${formatTimestamp(time)} is more than ${formatDuration(maxAhead)} ahead of the server's clock (${formatTimestamp(now)}); the stream's max_ahead allows more`;
}

/** The ids of a request that has an Idempotency-Key. */
function requestOf(
  stream: string,
  { idempotencyKey, digest }: PostOptions,
): readonly [string, string] | null {
  if (idempotencyKey === undefined || idempotencyKey === null) return null;
  return requestIds(stream, idempotencyKey, digest ?? '');
}
