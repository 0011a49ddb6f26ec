import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Dispatcher } from '../../src/runtime/dispatcher.js';
import type { Outcome, Sink } from '../../src/runtime/sink.js';
import { MemoryStore } from '../../src/store/memory.js';
import type { Commit } from '../../src/store/store.js';
import { ManualClock } from './manual_clock.js';
import { NOON, PAYMENTS, probe, Scene } from './scene.js';

/** `interfaces.md` and the README: SIGTERM ends a server in ten seconds. */
const PROMISED = 10_000;

/** A sink that heeds nothing. */
class DeafSink implements Sink {
  sent = 0;
  check = async () => {};
  send(): Promise<Outcome> {
    this.sent++;
    return new Promise(() => {});
  }
  close = () => new Promise<void>(() => {});
}

/** A store whose commits hang once `isHung`. Its reads wait by no clock but the test's. */
class HangingStore extends MemoryStore {
  isHung = false;
  hung = 0;

  override read(partition: number, from: number, limit: { readonly bytes: number; readonly wait: number }) {
    return super.read(partition, from, { bytes: limit.bytes, wait: Math.min(limit.wait, 1) });
  }

  override async commit(partition: number, epoch: number, commit: Commit): Promise<void> {
    if (!this.isHung) return super.commit(partition, epoch, commit);
    this.hung++;
    return new Promise(() => {});
  }
}

/** A server with a delivery and a request under way that never end. */
async function begin() {
  const clock = new ManualClock(NOON);
  const store = new HangingStore({ now: () => clock.now() });
  const sink = new DeafSink();
  const warned: string[] = [];
  const log = {
    info: () => {},
    error: () => {},
    warn: (_: object, message: string) => void warned.push(message),
  };
  const dispatch = (parts: ConstructorParameters<typeof Dispatcher>[0]) => new Dispatcher(parts);
  const scene = await Scene.open(store, { clock, log, sinks: { webhook: sink }, dispatch });
  const { catalog, destinations } = scene.tocsin;
  await catalog.putStream('payments', { query: PAYMENTS });
  await destinations.put('desk', { type: 'webhook', url: 'https://alerts.example.com/' });
  await catalog.putRule('all', { query: 'SELECT card FROM payments', notify: ['desk'] });
  await scene.post(probe('a', 0));
  await scene.settled();
  void destinations.test('desk');
  await scene.until(async () => sink.sent === 2);
  return { scene, store, clock, warned };
}

/** Moves the clock until it is closed; gives how long that took by the clock. */
async function closed({ scene, clock }: Awaited<ReturnType<typeof begin>>): Promise<number> {
  const from = clock.now();
  let isClosed = false;
  const closing = scene.tocsin.close().then(() => {
    isClosed = true;
  });
  while (!isClosed && clock.now() < from + 10 * PROMISED) {
    await wait(5);
    if (!isClosed) clock.advance(50);
  }
  assert.ok(isClosed, 'it never ends');
  await closing;
  return clock.now() - from;
}

test('a receiver, a request and a sink that hang: the checkpoint is written, the lease given back, within the promise', async (t) => {
  const begun = await begin();
  const took = await closed(begun);
  assert.ok(took < PROMISED, `${took} ms`);
  const { store, scene } = begun;
  const { position, state } = await store.checkpoint(0);
  assert.deepEqual([position, state], [(await store.bounds(0)).next, position]);
  assert.notEqual(await store.lease(0, 'another', 1_000), null);
  assert.equal(scene.tocsin.settings.closeTimeout < PROMISED, true);
  t.diagnostic(`closed after ${took} ms by the clock, ${PROMISED} promised`);
});

test('a store that hangs as well: closing ends within the promise, and says so', async (t) => {
  const begun = await begin();
  await begun.scene.post(probe('b', 1));
  await begun.scene.settled();
  begun.store.isHung = true;
  const took = await closed(begun);
  assert.ok(took < PROMISED, `${took} ms`);
  assert.ok(begun.store.hung > 0);
  assert.match(begun.warned.join(), /closing took too long/);
  t.diagnostic(`closed after ${took} ms by the clock, ${PROMISED} promised`);
});
