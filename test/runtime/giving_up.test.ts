import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../src/store/memory.js';
import { type AlertRecord, StoreError } from '../../src/store/store.js';
import { type HookServer, startHook } from '../sinks/hook_server.js';
import { DispatchScene, isSigned, NOON } from './dispatch_scene.js';
import { ManualClock } from './manual_clock.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface OwnAlert {
  readonly type: string;
  readonly data: {
    readonly id: string;
    readonly rule: string;
    readonly key: object;
    readonly row: { readonly event: string; readonly message: string };
    readonly window: object;
  };
}

/** A receiver whose status can be changed. */
async function startMoody(status = 500): Promise<HookServer & { status: number }> {
  const hook = Object.assign(await startHook((response) => response.writeHead(moody.status).end()), {
    status,
  });
  const moody = hook;
  return hook;
}

/** One attempt of an alert of its own, after so much time. */
async function fails(scene: DispatchScene, after: number): Promise<string> {
  scene.clock.advance(after);
  const [id = ''] = await scene.alert(1, 'desk');
  await scene.attempted(id, 'desk', 1);
  return id;
}

/** The server's own alerts. */
async function own(scene: DispatchScene) {
  const alerts = await scene.store.alerts(0, 100, { rule: 'tocsin' });
  return alerts.map((alert) => ({
    ...alert,
    told: JSON.parse(Buffer.from(alert.body).toString()) as OwnAlert,
  }));
}

async function open(store?: MemoryStore, clock = new ManualClock(NOON), first = 1): Promise<DispatchScene> {
  return DispatchScene.open({ store: store ?? new MemoryStore({ now: () => clock.now() }), clock, first });
}

const isDisabled = (scene: DispatchScene) => scene.destinations.get('desk')?.disabled != null;

test('a destination that takes nothing for five days is disabled, with an alert of its own, over restarts', async (t) => {
  const [hook, ops] = [await startMoody(), await startHook()];
  let scene = await open();
  await scene.put('desk', hook.url, { retry: { schedule: [] } });
  await scene.put('ops', ops.url, { serverAlerts: true });
  await scene.put('other', ops.url);
  const dead = [await fails(scene, 0)];
  for (let day = 1; day <= 9; day++) {
    // Nothing but the store remembers when it began.
    await scene.close();
    scene = await open(scene.store as MemoryStore, scene.clock, day * 10);
    dead.push(await fails(scene, DAY / 2));
    assert.equal(isDisabled(scene), false, `${day} half days`);
  }
  dead.push(await fails(scene, DAY / 2));
  assert.equal(isDisabled(scene), true);
  const [alert, second] = await own(scene);
  assert.ok(alert !== undefined && second === undefined);
  assert.deepEqual([alert.severity, alert.stamp, alert.destinations], ['critical', NOON + 5 * DAY, ['ops']]);
  assert.equal(alert.told.data.id, alert.id);
  assert.deepEqual(alert.told.data.window, {
    ...{ start: '2026-11-24T12:00:00.000Z', end: '2026-11-29T12:00:00.000Z' },
  });
  assert.equal(
    alert.told.data.row.message,
    "The destination 'desk' is disabled: every attempt failed for 5 days, since 2026-11-24T12:00:00.000Z " +
      '(the last one: the receiver answered 500). What is for it becomes dead until ' +
      'POST /v1/destinations/desk/enable; then POST /v1/deliveries/{id}/retry sends what is dead.',
  );
  // The destination that wants the server's own alerts has it, signed, by the alert's id.
  scene.dispatcher.wake();
  await scene.until(() => ops.posts.length === 1);
  assert.equal(ops.posts[0]?.headers['webhook-id'], alert.id);
  assert.ok(isSigned(ops.posts[0]!));

  const posts = hook.posts.length;
  const [refused = ''] = await scene.alert(1, 'desk');
  await scene.attempted(refused, 'desk', 1);
  const { state, attempts } = await scene.delivery(refused, 'desk');
  assert.equal(state, 'dead');
  assert.match(attempts[0]?.error ?? '', /^the destination is disabled: every attempt failed for 5 days/);
  assert.equal(hook.posts.length, posts, 'nothing is sent to it any more');

  // The operator mends the receiver, enables the destination, and sends what is dead again.
  hook.status = 204;
  scene.clock.advance(HOUR);
  const { retry } = await scene.destinations.enable('desk');
  assert.deepEqual([isDisabled(scene), retry.schedule], [false, []]);
  for (const id of [...dead, refused]) {
    const delivery = await scene.delivery(id, 'desk');
    assert.equal(delivery.state, 'dead');
    await scene.store.settle([{ ...delivery, state: 'pending', due: scene.clock.now() }]);
  }
  scene.dispatcher.wake();
  for (const id of [...dead, refused])
    await scene.until(async () => (await scene.delivery(id, 'desk')).state === 'delivered');
  t.diagnostic(
    `disabled after ${posts} failures in 5 days and 10 starts; ${dead.length + 1} dead deliveries sent again, all taken`,
  );
  await scene.close();
  for (const server of [hook, ops]) server.close();
});

test('one success, and the five days begin anew', async () => {
  const hook = await startMoody();
  const scene = await open();
  await scene.put('desk', hook.url, { retry: { schedule: [] } });
  await fails(scene, 0);
  for (let day = 1; day <= 4; day++) await fails(scene, DAY);
  hook.status = 204;
  await fails(scene, HOUR);
  hook.status = 500;
  await fails(scene, HOUR);
  for (let day = 1; day <= 4; day++) await fails(scene, DAY);
  assert.equal(isDisabled(scene), false);
  await fails(scene, DAY);
  assert.equal(isDisabled(scene), true);
  await scene.close();
  hook.close();
});

test('days in which nothing was tried are no days of failure', async () => {
  const hook = await startMoody();
  const scene = await open();
  await scene.put('desk', hook.url, { retry: { schedule: [] } });
  for (let week = 0; week < 4; week++) await fails(scene, 7 * DAY);
  assert.equal(isDisabled(scene), false);
  await scene.close();
  hook.close();
});

test('a destination that is changed or enabled again has its five days before it', async () => {
  const hook = await startMoody();
  const scene = await open();
  await scene.put('desk', hook.url, { retry: { schedule: [] } });
  await fails(scene, 0);
  for (let day = 1; day <= 5; day++) await fails(scene, DAY);
  assert.equal(isDisabled(scene), true);
  scene.clock.advance(1);
  await scene.put('desk', hook.url, { retry: { schedule: [] } });
  await fails(scene, HOUR);
  for (let day = 1; day <= 4; day++) await fails(scene, DAY);
  assert.equal(isDisabled(scene), false);
  await fails(scene, DAY);
  assert.equal(isDisabled(scene), true);
  const ids = (await own(scene)).map(({ id }) => id);
  assert.equal(new Set(ids).size, 2, 'each disabling has an alert of its own');
  await scene.close();
  hook.close();
});

test('a receiver that is gone is disabled at once, with an alert too', async () => {
  const hook = await startMoody(410);
  const scene = await open();
  await scene.put('desk', hook.url);
  await fails(scene, 0);
  assert.equal(isDisabled(scene), true);
  const [alert] = await own(scene);
  assert.match(
    alert?.told.data.row.message ?? '',
    /^The destination 'desk' is disabled: the receiver answered 410 Gone/,
  );
  await scene.close();
  hook.close();
});

test('of several attempts that are told so at once one disables the destination, and nothing is amiss', async () => {
  const lines: string[] = [];
  const keep = (_: object, message: string) => void lines.push(message);
  const hook = await startMoody(410);
  const scene = await DispatchScene.open({ log: { info: keep, warn: keep, error: keep } });
  await scene.put('desk', hook.url);
  for (const id of await scene.alert(4, 'desk')) await scene.attempted(id, 'desk', 1);
  await scene.until(() => lines.length >= 5);
  assert.deepEqual(lines.sort(), [...Array(4).fill('a delivery is dead'), 'a destination is disabled']);
  assert.equal((await own(scene)).length, 1);
  await scene.close();
  hook.close();
});

test('what is retrying when a destination is disabled is dead when it falls due', async () => {
  const hook = await startMoody(500);
  const scene = await open();
  await scene.put('desk', hook.url, { retry: { schedule: ['6 HOURS', '6 HOURS'] } });
  const ids = await scene.alert(50, 'desk');
  for (const id of ids.slice(0, 5)) await scene.attempted(id, 'desk', 1);
  hook.status = 410;
  await scene.until(async () => {
    scene.clock.advance(HOUR);
    const dead = await scene.store.deliveries(0, 100, { state: 'dead' });
    return dead.length === 50;
  });
  assert.equal(scene.tally.counts('desk').dead, 50);
  await scene.close();
  hook.close();
});

/** A store that cannot write an alert with a document. */
class DeafStore extends MemoryStore {
  isDeaf = true;
  refused = 0;

  override async putDocument(
    kind: string,
    key: string,
    value: Uint8Array,
    expected?: number,
    alert?: AlertRecord,
  ) {
    if (this.isDeaf && alert !== undefined) {
      this.refused++;
      throw new StoreError('unavailable', 'the line is cut');
    }
    return super.putDocument(kind, key, value, expected, alert);
  }
}

test('a disabling that cannot be written down is made at the next failure, whole', async () => {
  const hook = await startMoody();
  const clock = new ManualClock(NOON);
  const store = new DeafStore({ now: () => clock.now() });
  const scene = await open(store, clock);
  await scene.put('desk', hook.url, { retry: { schedule: [] } });
  await fails(scene, 0);
  for (let day = 1; day <= 5; day++) await fails(scene, DAY);
  assert.deepEqual([store.refused, isDisabled(scene), (await own(scene)).length], [1, false, 0]);
  store.isDeaf = false;
  await fails(scene, HOUR);
  assert.deepEqual([isDisabled(scene), (await own(scene)).length], [true, 1]);
  await scene.close();
  hook.close();
});

test('what another server on the store has delivered counts', async () => {
  const hook = await startMoody();
  const one = await open();
  await one.put('desk', hook.url, { retry: { schedule: [] } });
  await fails(one, 0);
  for (let day = 1; day <= 4; day++) await fails(one, DAY);
  await one.dispatcher.close();
  hook.status = 204;
  const two = await open(one.store as MemoryStore, one.clock, 100);
  await fails(two, HOUR);
  await two.dispatcher.close();
  hook.status = 500;
  // It has not heard of the success, and asks before it gives up.
  one.restart();
  for (let day = 1; day <= 4; day++) await fails(one, DAY);
  assert.equal(isDisabled(one), false);
  await one.close();
  await two.close();
  hook.close();
});
