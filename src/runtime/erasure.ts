import { setImmediate as breathe } from 'node:timers/promises';
import type { JsonValue } from '../event/json.js';
import type { StreamSchema } from '../event/schema.js';
import { Subject, type SubjectKey } from '../event/subject.js';
import type { DocumentChange, LogRecord, Store, StoredAlert } from '../store/store.js';
import { decodeLine } from './event-line.js';
import { decodeRecord, erasureEntry, eventsEntry, streamOf } from './record.js';
import { tombstoneLine, tombstoneOf } from './tombstone.js';

/** An erasure and how far it is, as a document that outlives it. Times in milliseconds. */
export interface Erasure {
  readonly partition: number;
  /** Of its record in the log: only what lies before is erased. */
  readonly offset: number;
  readonly stream: string;
  /** The stream as it was declared then; null once it is finished, */
  readonly schema: StreamSchema | null;
  /** and so is what was erased. */
  readonly key: SubjectKey | null;
  readonly columns: readonly string[];
  readonly requestedAt: number;
  readonly by: string | null;
  readonly finishedAt: number | null;
  /** Events and alerts that were erased; 0 until it is finished. */
  readonly events: number;
  readonly alerts: number;
}

/** Their kind among the documents. */
export const ERASURE = 'erasure';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Alerts that are looked at in one go. */
const PAGE = 200;

export function erasureKey({ partition, offset }: Pick<Erasure, 'partition' | 'offset'>): string {
  return `${partition}/${String(offset).padStart(16, '0')}`;
}

export function erasureDocument(erasure: Erasure): DocumentChange {
  return { kind: ERASURE, key: erasureKey(erasure), value: encoder.encode(JSON.stringify(erasure)) };
}

/** Erasures in order of their places, those behind the key `after`. */
export async function erasures(store: Store, after: string, limit: number): Promise<readonly Erasure[]> {
  const documents = await store.documents(ERASURE, after, limit);
  return documents.map(({ value }) => JSON.parse(decoder.decode(value)) as Erasure);
}

/**
 * Erases what the store has of a subject: alerts first, then the log up to the erasure's own record, which is emptied last;
 * then the document says so. Each step can be repeated, so that one which was broken off is done again from the start.
 * The state must be without it already. Throws StoreError.
 */
export async function carryOut(
  store: Store,
  epoch: number,
  erasure: Erasure,
  now: () => number,
): Promise<Erasure> {
  const { partition, offset, schema, key } = erasure;
  if (schema === null || key === null) return erasure;
  const subject = new Subject(schema, key);
  const alerts = await eraseAlerts(store, subject, erasure);
  const counts = new Map<number, number>();
  await store.rewrite(partition, epoch, offset + 1, (record) => {
    if (record.first === offset) return erasedRequest(record);
    const { payload, erased } = eraseEvents(record, subject, schema, offset);
    if (erased > 0) counts.set(record.first, erased);
    return payload;
  });
  const events = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const done: Erasure = { ...erasure, schema: null, key: null, finishedAt: now(), events, alerts };
  const { value } = erasureDocument(done);
  if (value !== null) await store.putDocument(ERASURE, erasureKey(done), value);
  return done;
}

/** A record's payload without the subject's events, null where it has none; and how many this erasure has taken in all. */
function eraseEvents(
  record: LogRecord,
  subject: Subject,
  schema: StreamSchema,
  erasure: number,
): { readonly payload: Uint8Array | null; readonly erased: number } {
  if (streamOf(record) !== subject.stream) return { payload: null, erased: 0 };
  const decoded = decodeRecord(record);
  if (decoded.kind !== 'events') return { payload: null, erased: 0 };
  let erased = 0;
  let isChanged = false;
  const lines = decoded.lines.map((line) => {
    const tombstone = tombstoneOf(line);
    if (tombstone !== null) {
      if (tombstone.erasure === erasure) erased++;
      return line;
    }
    const event = decodeLine(line, schema);
    const isSubject = event === null ? subject.hasJson(parsed(line)) : subject.hasValues(event.values);
    if (!isSubject) return line;
    erased++;
    isChanged = true;
    return tombstoneLine({ time: event === null ? null : (event.time ?? record.stamp), erasure });
  });
  return { payload: isChanged ? eventsEntry(subject.stream, lines, []).payload : null, erased };
}

/** The erasure's own record without what it was about; null where that is so already. */
function erasedRequest(record: LogRecord): Uint8Array | null {
  const decoded = decodeRecord(record);
  if (decoded.kind !== 'erasure' || decoded.change.key === null) return null;
  return erasureEntry({ ...decoded.change, key: null }).payload;
}

async function eraseAlerts(store: Store, subject: Subject, erasure: Erasure): Promise<number> {
  let erased = 0;
  for (let after = 0; ; ) {
    const page = await store.alerts(after, PAGE, {});
    const last = page.at(-1);
    if (last === undefined) return erased;
    const changed: { readonly id: string; readonly body: Uint8Array }[] = [];
    for (const alert of page) {
      const body = JSON.parse(decoder.decode(alert.body)) as AlertBody;
      if (body.data.erasure === erasure.offset) erased++;
      const without = withoutSubject(body, alert, subject, erasure);
      if (without === null) continue;
      if (body.data.erasure !== erasure.offset) erased++;
      changed.push({ id: alert.id, body: encoder.encode(JSON.stringify(without)) });
    }
    if (changed.length > 0) await store.replaceBodies(changed);
    after = last.sequence;
    await breathe();
  }
}

type Fields = Readonly<Record<string, JsonValue>>;

interface AlertEvent extends Fields {
  readonly stream: string;
  readonly offset: number;
  readonly data: JsonValue;
}

/** As `alert.ts` writes it. */
interface AlertBody {
  readonly type: string;
  readonly data: {
    readonly key: Fields;
    readonly row?: JsonValue;
    readonly rows?: readonly JsonValue[];
    readonly events: readonly AlertEvent[];
    readonly erasure?: number;
  };
}

/**
 * An alert's body without what it shows of the subject; null where it shows nothing. One with an event of the subject loses
 * its columns too, which were made of it, and so does an earlier one that has the subject's text among its columns.
 */
function withoutSubject(
  body: AlertBody,
  { stamp }: StoredAlert,
  subject: Subject,
  { offset, requestedAt }: Erasure,
): AlertBody | null {
  const { data } = body;
  const isErased = ({ stream, offset: own, data: values }: AlertEvent): boolean =>
    stream === subject.stream && own < offset && subject.hasJson(values);
  const isBefore = stamp <= requestedAt && data.events.every((event) => event.offset < offset);
  const isShown =
    isBefore && [data.key, data.row ?? null, data.rows ?? null].some((each) => shows(each, subject));
  if (!isShown && !data.events.some(isErased)) return null;
  return {
    ...body,
    type: 'alert.erased',
    data: {
      ...data,
      key: {},
      ...(data.rows === undefined ? { row: {} } : { rows: [] }),
      events: data.events.map((event) => (isErased(event) ? { ...event, data: null } : event)),
      erasure: offset,
    },
  };
}

function shows(json: JsonValue, subject: Subject): boolean {
  if (json === null || typeof json !== 'object') return subject.isText(json);
  return Object.values(json as Fields).some((each) => shows(each, subject));
}

function parsed(line: string): JsonValue {
  try {
    return JSON.parse(line) as JsonValue;
  } catch {
    return null;
  }
}
