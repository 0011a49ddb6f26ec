import { setTimeout as wait } from 'node:timers/promises';
import { decodeRecord } from '../../src/runtime/record.js';
import { Tocsin } from '../../src/runtime/server.js';
import { MemoryStore } from '../../src/store/memory.js';
import type { LogRecord, Store } from '../../src/store/store.js';

/** An alert as it is kept. `what`: rule, key and the producer's ids of its events, by which two runs are compared. */
export interface FoundAlert {
  readonly id: string;
  readonly what: string;
  /** All of it. */
  readonly body: string;
}

/** What a run left in its store. */
export interface Remains {
  readonly log: readonly LogRecord[];
  /** The producer's numbers of the events in the log, in its order. */
  readonly numbers: readonly number[];
  readonly alerts: readonly FoundAlert[];
  /** Alerts whose delivery is recorded as delivered. */
  readonly delivered: ReadonlySet<string>;
}

const REPLAYED_WITHIN = 600_000;
const PAGE = 1_000;

/** Reads a store of which no server has hold. */
export async function remainsOf(store: Store): Promise<Remains> {
  const log: LogRecord[] = [];
  for (let { first: next } = await store.bounds(0); ; ) {
    const records = await store.read(0, next, { bytes: 1_000_000, wait: 0 });
    const last = records.at(-1);
    if (last === undefined) break;
    log.push(...records);
    next = last.first + last.count;
  }
  const delivered = new Set<string>();
  for (let after = 0; ; ) {
    const page = await store.deliveries(after, PAGE, {});
    for (const { alert, state } of page) if (state === 'delivered') delivered.add(alert);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.sequence;
  }
  return { log, numbers: log.flatMap(numbersOf), alerts: await alertsOf(store), delivered };
}

/**
 * The alerts that a server gives which begins with nothing but a log: no checkpoint, and read in pieces of `readBytes`.
 */
export async function replayed(log: readonly LogRecord[], readBytes: number): Promise<readonly FoundAlert[]> {
  const store = new MemoryStore();
  for (const { kind, count, payload, stamp } of log) {
    await store.append(0, [{ kind, count, payload, ids: [] }], stamp);
  }
  const tocsin = await Tocsin.open({ store, settings: { readBytes } });
  try {
    const deadline = Date.now() + REPLAYED_WITHIN;
    for (;;) {
      const { ready, message } = await tocsin.status();
      if (ready) break;
      if (Date.now() > deadline) throw new Error(`the replay does not come to its end: ${message}`);
      await wait(5);
    }
    return await alertsOf(store);
  } finally {
    await tocsin.close();
  }
}

async function alertsOf(store: Store): Promise<readonly FoundAlert[]> {
  const alerts: FoundAlert[] = [];
  for (let after = 0; ; ) {
    const page = await store.alerts(after, PAGE, {});
    for (const { id, body } of page) {
      const text = new TextDecoder().decode(body);
      alerts.push({ id, what: whatOf(text), body: text });
    }
    const last = page.at(-1);
    if (last === undefined) return alerts;
    after = last.sequence;
  }
}

interface AlertBody {
  readonly data: {
    readonly rule: string;
    readonly key: object;
    readonly events: readonly {
      readonly variable: string;
      readonly data: Readonly<Record<string, unknown>>;
    }[];
  };
}

function whatOf(text: string): string {
  const { rule, key, events } = (JSON.parse(text) as AlertBody).data;
  return JSON.stringify([rule, key, events.map(({ variable, data }) => [variable, numberOf(data)])]);
}

function numbersOf(record: LogRecord): number[] {
  const decoded = decodeRecord(record);
  if (decoded.kind !== 'events') return [];
  return decoded.lines.map((line) => numberOf(JSON.parse(line) as Record<string, unknown>));
}

/** A payment has its number in its id, a login in a column. */
function numberOf(data: Readonly<Record<string, unknown>>): number {
  return Number(data['id'] ?? data['number']);
}
