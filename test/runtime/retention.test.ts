import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Settings } from '../../src/runtime/settings.js';
import { DiskStore } from '../../src/store/disk/store.js';
import { MemoryStore } from '../../src/store/memory.js';
import type { Store } from '../../src/store/store.js';
import { ManualClock } from './manual_clock.js';
import { at, cashout, NOON, probe, Scene, TESTING } from './scene.js';

const payments = (options: string): string => `CREATE STREAM payments (
  card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP NOT NULL, note VARCHAR, WATERMARK FOR at AS at
) WITH (key = 'card', idle_timeout = 'off', max_ahead = '10 DAYS'${options})`;

const SLOW = TESTING.replace("'10' MINUTE", "'2' DAY");

async function open(store: Store, options: string, settings: Partial<Settings>): Promise<Scene> {
  const scene = await Scene.open(store, { settings: { trimInterval: 1_000, ...settings } });
  await scene.tocsin.catalog.putStream('payments', { query: payments(options) });
  await scene.tocsin.catalog.putRule('slow', { query: SLOW });
  return scene;
}

async function directory(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tocsin-retention-'));
  context.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

const first = async (store: Store): Promise<number> => (await store.bounds(0)).first;

/** The clock goes on an hour, and what is due meanwhile is done. */
async function anHour({ clock, tocsin }: Scene): Promise<void> {
  clock.advance(3_600_000);
  await tocsin.status();
  await new Promise((resolve) => setTimeout(resolve, 100));
}

test('by age: what is older than the retention goes, and a match that began there completes', async () => {
  const store = new MemoryStore();
  const scene = await open(store, ", retention = '1 DAY'", { snapshotEvents: 1 });
  await scene.post(probe('a', 0), { card: 'b', amount: 5, at: at(1) });
  for (let hour = 0; hour < 23; hour++) await anHour(scene);
  assert.equal(await first(store), 0, 'a day is not over');
  await anHour(scene);
  await scene.post({ card: 'b', amount: 5, at: at(90_000) });
  await scene.until(async () => {
    scene.clock.advance(60_000);
    return (await first(store)) === 4;
  });
  const { items } = await scene.tocsin.reader.events('payments', null, 10);
  assert.deepEqual(
    items.map(({ offset }) => offset),
    [4],
  );
  await assert.rejects(scene.tocsin.reader.events('payments', 2, 10), { code: 'trimmed' });
  // The state has its own copy of the row that the match began with: after a restart too.
  await scene.tocsin.close();
  const again = await Scene.open(store, { clock: new ManualClock(NOON + 91_000_000) });
  await again.post(cashout('a', 90_001));
  const [alert] = await again.alerts('slow');
  assert.deepEqual(
    alert?.events.map(({ offset, data }) => [offset, data['amount']]),
    [
      [2, 1],
      [5, 900],
    ],
  );
  await again.tocsin.close();
});

test('by age: a stream that keeps all keeps the log, and so does a state that is not saved', async () => {
  const unlimited = new MemoryStore();
  const scene = await open(unlimited, ", retention = '1 HOUR'", { snapshotEvents: 1 });
  await scene.tocsin.ingest.post('other', [{ json: {} }]);
  await scene.post(probe('a', 0));
  for (let hour = 0; hour < 4; hour++) await anHour(scene);
  assert.equal(await first(unlimited), 0);
  await scene.tocsin.close();

  const unsaved = new MemoryStore();
  const never = { snapshotEvents: 1_000_000, snapshotInterval: 1e12 };
  const other = await open(unsaved, ", retention = '1 HOUR'", { ...never, maxLog: 1 });
  await other.post(probe('a', 0));
  for (let hour = 0; hour < 4; hour++) await anHour(other);
  assert.equal(await first(unsaved), 0);
  await other.tocsin.close();
});

test('by size: the oldest part goes, the rest is whole, and a match that began there completes', async (context) => {
  const path = await directory(context);
  const most = 1_000_000;
  let store = await DiskStore.open(path);
  const scene = await open(store, '', { snapshotEvents: 1, maxLog: most });
  await scene.post(probe('a', 0));
  const note = 'x'.repeat(9_000);
  for (let batch = 0; batch < 40; batch++) {
    const events = Array.from({ length: 10 }, (_, index) => ({
      ...{ card: 'b', amount: 5, at: at(1 + batch), note: `${batch * 10 + index} ${note}` },
    }));
    await scene.post(...events);
  }
  await scene.settled();
  assert.ok((await store.size(0)) > 3 * most);
  await scene.until(async () => {
    scene.clock.advance(1_000);
    return (await store.size(0)) <= most;
  });
  assert.ok((await store.size(0)) > most / 4, 'no more goes than has to');
  const begin = await first(store);
  const { items } = await scene.tocsin.reader.events('payments', null, 1_000);
  assert.deepEqual(
    items.map(({ offset }) => offset),
    Array.from({ length: 403 - begin }, (_, index) => begin + index),
  );
  await scene.tocsin.close();
  await store.close();
  store = await DiskStore.open(path);
  const again = await Scene.open(store, { clock: new ManualClock(NOON + 3_600_000) });
  await again.post(cashout('a', 100));
  const [alert] = await again.alerts('slow');
  assert.deepEqual(
    alert?.events.map(({ offset, data }) => [offset, data['amount']]),
    [
      [2, 1],
      [403, 900],
    ],
  );
  await again.tocsin.close();
  await store.close();
});

test('by size: never past what is saved, however small the log is to be', async () => {
  const store = new MemoryStore();
  const scene = await open(store, '', { snapshotEvents: 5, snapshotInterval: 1e12, maxLog: 1 });
  for (let second = 0; second < 11; second++) {
    await scene.post({ card: 'b', amount: 5, at: at(second) });
    await scene.settled();
  }
  await scene.until(async () => {
    scene.clock.advance(1_000);
    return (await first(store)) > 0;
  });
  const { state } = await store.checkpoint(0);
  const { next } = await store.bounds(0);
  assert.deepEqual([state, next, await first(store)], [10, 13, 10]);
  await scene.tocsin.close();
  const again = await Scene.open(store);
  await again.settled();
  await again.tocsin.close();
});
