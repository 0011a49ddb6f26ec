import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../src/runtime/log.js';
import type { Sink } from '../../src/runtime/sink.js';
import { MemoryStore } from '../../src/store/memory.js';
import { type Delivery, StoreError } from '../../src/store/store.js';
import { startHook } from '../sinks/hook_server.js';
import { DispatchScene, NOON } from './dispatch_scene.js';
import { ManualClock } from './manual_clock.js';

/** A store that is out of reach while `isDown` says so: the real one, with the line cut. */
class CutStore extends MemoryStore {
  isDown: (method: string) => boolean = () => false;
  /** Calls that were refused. */
  refused = 0;

  override async claim(now: number, until: number, limit: number) {
    this.#check('claim');
    return super.claim(now, until, limit);
  }

  override async settle(deliveries: readonly Delivery[]) {
    this.#check('settle');
    return super.settle(deliveries);
  }

  override async alert(id: string) {
    this.#check('alert');
    return super.alert(id);
  }

  override async nextDue() {
    this.#check('nextDue');
    return super.nextDue();
  }

  #check(method: string): void {
    if (!this.isDown(method)) return;
    this.refused++;
    throw new StoreError('unavailable', 'the line is cut');
  }
}

/** A log that keeps what it was told. */
function listening() {
  const lines: string[] = [];
  const keep = (facts: object, message: string) => void lines.push(`${message} ${JSON.stringify(facts)}`);
  const log: Log = { info: keep, warn: keep, error: keep };
  return { lines, log };
}

test('a new dispatcher on the same store goes on with the schedule where the old one was', async () => {
  let status = 500;
  const hook = await startHook((response) => response.writeHead(status).end());
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  const [id = ''] = await scene.alert(1, 'desk');
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { due } = await scene.attempted(id, 'desk', attempt);
    await scene.dispatcher.close();
    scene.moveTo(due);
    if (attempt === 3) status = 204;
    scene.restart();
  }
  const { state, attempts } = await scene.attempted(id, 'desk', 4);
  assert.equal(state, 'delivered');
  assert.deepEqual(
    attempts.map(({ at }) => at - NOON),
    [0, 5_000, 305_000, 2_105_000],
  );
  await scene.close();
  hook.close();
});

test('what a crash leaves open is sent again, with the same id, once its claim has ended', async () => {
  const hook = await startHook();
  const scene = await DispatchScene.open();
  await scene.dispatcher.close();
  await scene.put('desk', hook.url);
  const [id = ''] = await scene.alert(1, 'desk');
  const [claimed] = await scene.store.claim(NOON, NOON + 30_000, 10);
  assert.equal(claimed?.alert, id);
  scene.restart();
  scene.clock.advance(29_999);
  await scene.alert(1, 'desk');
  await scene.until(() => hook.posts.length === 1);
  assert.notEqual(hook.posts[0]?.headers['webhook-id'], id);
  await scene.pass(async () => (await scene.delivery(id, 'desk')).state === 'delivered');
  assert.equal(hook.posts[1]?.headers['webhook-id'], id);
  await scene.close();
  hook.close();
});

test('closing lets an attempt end that ends in time', async () => {
  let answer: () => void = () => {};
  const hook = await startHook((response) => {
    answer = () => response.writeHead(204).end();
  });
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  const [id = ''] = await scene.alert(1, 'desk');
  await scene.until(() => hook.posts.length === 1);
  const closing = scene.dispatcher.close();
  answer();
  await closing;
  assert.equal((await scene.delivery(id, 'desk')).state, 'delivered');
  await scene.close();
  hook.close();
});

test('closing breaks off an attempt that hangs, gives back what waits, and nothing is lost', async () => {
  let isHanging = true;
  const hook = await startHook((response) => {
    if (!isHanging) response.writeHead(204).end();
  });
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  const ids = await scene.alert(10, 'desk');
  await scene.until(() => hook.posts.length === 4);
  const closing = scene.dispatcher.close();
  scene.clock.advance(4_000);
  await closing;
  for (const id of ids) {
    const { state, attempts } = await scene.delivery(id, 'desk');
    assert.deepEqual([state, attempts], ['pending', []]);
  }
  // All are due at once: no claim is left that must end first.
  assert.equal((await scene.store.claim(scene.clock.now(), scene.clock.now(), 100)).length, 10);
  isHanging = false;
  scene.restart();
  for (const id of ids) assert.equal((await scene.attempted(id, 'desk', 1)).state, 'delivered');
  await scene.close();
  hook.close();
});

test('closing ends in bounded time when a sink does not heed its signal', async () => {
  let sent = 0;
  const deaf: Sink = {
    check: async () => {},
    send: () => {
      sent++;
      return new Promise(() => {});
    },
    close: async () => {},
  };
  const scene = await DispatchScene.open({ sinks: { webhook: deaf } });
  await scene.put('desk', 'https://alerts.example.com/');
  const [id = ''] = await scene.alert(1, 'desk');
  await scene.until(() => sent === 1);
  let isClosed = false;
  const closing = scene.dispatcher.close().then(() => {
    isClosed = true;
  });
  await scene.pass(() => isClosed);
  await closing;
  assert.ok(scene.clock.now() - NOON <= 6_000);
  // It is due again when its claim ends.
  assert.equal((await scene.delivery(id, 'desk')).state, 'pending');
  assert.notEqual(await scene.store.nextDue(), null);
});

test('a sink that breaks its word is a failed attempt', async () => {
  const { log, lines } = listening();
  const broken: Sink = {
    check: async () => {},
    send: () => Promise.reject(new Error('out of order')),
    close: async () => {},
  };
  const scene = await DispatchScene.open({ log, sinks: { webhook: broken } });
  await scene.put('desk', 'https://alerts.example.com/');
  const [id = ''] = await scene.alert(1, 'desk');
  const { state, attempts } = await scene.attempted(id, 'desk', 1);
  assert.deepEqual([state, attempts[0]?.error], ['retrying', 'the server could not send it']);
  assert.match(lines.join(), /a sink failed/);
  await scene.close();
});

for (const method of ['claim', 'nextDue', 'alert', 'settle']) {
  test(`a store that does not answer to ${method} is asked again, and nothing is lost or doubled`, async () => {
    const { log, lines } = listening();
    const clock = new ManualClock(NOON);
    const store = new CutStore({ now: () => clock.now() });
    const hook = await startHook();
    const scene = await DispatchScene.open({ store, clock, log });
    await scene.put('desk', hook.url);
    store.isDown = (each) => each === method;
    const ids = await scene.alert(3, 'desk');
    await scene.pass(() => store.refused >= 3);
    store.isDown = () => false;
    await scene.pass(async () => {
      const deliveries = await Promise.all(ids.map((id) => scene.delivery(id, 'desk')));
      return deliveries.every(({ state }) => state === 'delivered');
    });
    assert.equal(hook.posts.length, 3);
    assert.ok(lines.length >= 3);
    await scene.close();
    hook.close();
  });
}

test('a store that is away for longer than a claim: the attempt is made again, with the same id', async () => {
  const clock = new ManualClock(NOON);
  const store = new CutStore({ now: () => clock.now() });
  const hook = await startHook();
  const scene = await DispatchScene.open({ store, clock });
  await scene.put('desk', hook.url);
  store.isDown = (each) => each === 'settle';
  const [id = ''] = await scene.alert(1, 'desk');
  await scene.pass(() => hook.posts.length >= 2);
  store.isDown = () => false;
  await scene.pass(async () => (await scene.delivery(id, 'desk')).state === 'delivered');
  assert.deepEqual([...new Set(hook.posts.map(({ headers }) => headers['webhook-id']))], [id]);
  assert.ok(clock.now() - NOON >= 30_000);
  await scene.close();
  hook.close();
});

test('an alert whose stored bytes are damaged is dead, with the reason', async () => {
  const clock = new ManualClock(NOON);
  class DamagedStore extends MemoryStore {
    override alert = () => Promise.reject(new StoreError('damaged', 'a checksum fails'));
  }
  const scene = await DispatchScene.open({ clock, store: new DamagedStore({ now: () => clock.now() }) });
  await scene.put('desk', 'https://alerts.example.com/');
  const [id = ''] = await scene.alert(1, 'desk');
  const { state, attempts } = await scene.attempted(id, 'desk', 1);
  assert.deepEqual([state, attempts[0]?.error], ['dead', 'the stored alert is damaged']);
  await scene.close();
});

test('what is logged of a destination that fails holds no secret', async () => {
  const { log, lines } = listening();
  const hook = await startHook((response) => response.writeHead(500).end());
  const scene = await DispatchScene.open({ log });
  const headers = { authorization: 'Bearer sesame' };
  await scene.put('desk', hook.url, { headers, retry: { schedule: [] } });
  for (const id of await scene.alert(6, 'desk')) await scene.attempted(id, 'desk', 1);
  assert.match(lines.join(), /a destination fails again and again/);
  assert.match(lines.join(), /a delivery is dead/);
  assert.doesNotMatch(lines.join(), /sesame|whsec_/);
  await scene.close();
  hook.close();
});
