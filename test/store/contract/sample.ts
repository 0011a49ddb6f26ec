import assert from 'node:assert/strict';
import type {
  AlertRecord,
  Commit,
  Delivery,
  LogEntry,
  LogRecord,
  Store,
  StoredAlert,
} from '../../../src/store/store.js';

/** Declares a test of the contract; `body` gets an empty store. */
export type Check = (title: string, body: (store: Store) => Promise<void>) => void;

/** An arrival stamp: 2026-11-24T12:00:00Z. */
export const NOON = 1_795_521_600_000;

/** Long enough for any test, in milliseconds. */
export const LONG = 600_000;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One event with a text for its payload. */
export const entry = (text: string, more: Partial<LogEntry> = {}): LogEntry => ({
  ...{ kind: 'events', count: 1, payload: bytes(text), ids: [] },
  ...more,
});

export const alert = (id: string, more: Partial<AlertRecord> = {}): AlertRecord => ({
  ...{ id, rule: 'testing', severity: 'high', stamp: NOON, body: bytes(`{"id":"${id}"}`) },
  ...{ destinations: [] },
  ...more,
});

/** A commit of nothing but what is given. */
export const commit = (more: Partial<Commit> = {}): Commit => ({
  ...{ position: 0, state: null, alerts: [], documents: [] },
  ...more,
});

/** The epoch of a fresh lease of partition 0. */
export async function leased(store: Store, owner = 'worker'): Promise<number> {
  const lease = await store.lease(0, owner, LONG);
  assert.ok(lease !== null, 'the partition is free');
  return lease.epoch;
}

/** Commits alerts to partition 0. */
export async function fire(store: Store, ...alerts: AlertRecord[]): Promise<void> {
  await store.commit(0, await leased(store), commit({ alerts }));
}

/** Reads partition 0 from `from` to its end, `size` bytes at a time. */
export async function readAll(store: Store, from = 0, size = 1_000_000): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for (let next = from; ; ) {
    const some = await store.read(0, next, { bytes: size, wait: 0 });
    const last = some.at(-1);
    if (last === undefined) return records;
    records.push(...some);
    next = last.first + last.count;
  }
}

export const textOf = (value: Uint8Array): string => new TextDecoder().decode(value);

/** Equal bytes: whatever kind of Uint8Array a store gives back. */
export function sameBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  assert.ok(actual !== undefined && Buffer.compare(actual, expected) === 0, 'the bytes are the same');
}

/** Walks through all pages of alerts. */
export async function allAlerts(
  store: Store,
  limit: number,
  filter: Parameters<Store['alerts']>[2],
): Promise<readonly StoredAlert[]> {
  const found: StoredAlert[] = [];
  for (;;) {
    const page = await store.alerts(found.at(-1)?.sequence ?? 0, limit, filter);
    assert.ok(page.length <= limit);
    if (page.length === 0) return found;
    found.push(...page);
  }
}

/** Walks through all pages of deliveries. */
export async function allDeliveries(
  store: Store,
  limit: number,
  filter: Parameters<Store['deliveries']>[2],
): Promise<readonly Delivery[]> {
  const found: Delivery[] = [];
  for (;;) {
    const page = await store.deliveries(found.at(-1)?.sequence ?? 0, limit, filter);
    assert.ok(page.length <= limit);
    if (page.length === 0) return found;
    found.push(...page);
  }
}

export function rises(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? number));
}
