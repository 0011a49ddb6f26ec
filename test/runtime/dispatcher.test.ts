import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type HookServer, startHook } from '../sinks/hook_server.js';
import { DispatchScene, isSigned, NOON } from './dispatch_scene.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Standard Webhooks, and `reliability.md`. */
const WAITS = [
  ...[5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR],
  ...[10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
];

/** A receiver that answers with these statuses in turn, then with 204. */
function failing(statuses: number[], headers: Record<string, string> = {}): Promise<HookServer> {
  const left = [...statuses];
  return startHook((response) => response.writeHead(left.shift() ?? 204, headers).end());
}

/** Attempts after the first come when they are due and not a millisecond before. Gives the attempts' times. */
async function follow(
  scene: DispatchScene,
  hook: HookServer,
  alert: string,
  attempts: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let made = 1; made <= attempts; made++) {
    const { state, due } = await scene.attempted(alert, 'desk', made);
    times.push(scene.clock.now());
    assert.equal(hook.posts.length, made);
    if (made === attempts) break;
    assert.equal(state, 'retrying');
    scene.moveTo(due - 1);
    await wait(3);
    assert.equal(hook.posts.length, made, 'nothing comes before it is due');
    scene.moveTo(due);
  }
  return times;
}

for (let failures = 0; failures <= WAITS.length; failures++) {
  test(`a receiver that fails ${failures} times gets the webhook by the schedule, with one id, once`, async () => {
    const hook = await failing(Array.from({ length: failures }, () => 500));
    const scene = await DispatchScene.open();
    await scene.put('desk', hook.url);
    const [id = ''] = await scene.alert(1, 'desk');
    const times = await follow(scene, hook, id, failures + 1);
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    assert.deepEqual(waits, WAITS.slice(0, failures));
    const { state, attempts } = await scene.delivery(id, 'desk');
    assert.equal(state, 'delivered');
    assert.deepEqual(
      attempts.map(({ status }) => status),
      [...Array.from({ length: failures }, () => 500), 204],
    );
    assert.deepEqual(
      attempts.map(({ at }) => at),
      times,
    );
    assert.deepEqual([...new Set(hook.posts.map(({ headers }) => headers['webhook-id']))], [id]);
    assert.ok(hook.posts.every((post) => isSigned(post)));
    assert.equal(await scene.store.nextDue(), null);
    await scene.close();
    hook.close();
  });
}

test('after the schedule the delivery is dead, and a retry by hand begins the schedule anew', async () => {
  const hook = await failing(Array.from({ length: 11 }, () => 503));
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  const [id = ''] = await scene.alert(1, 'desk');
  await follow(scene, hook, id, 10);
  const dead = await scene.delivery(id, 'desk');
  assert.deepEqual([dead.state, dead.attempts.length], ['dead', 10]);
  assert.deepEqual([...new Set(hook.posts.map(({ headers }) => headers['webhook-id']))], [id]);
  scene.clock.advance(24 * HOUR);
  await wait(3);
  assert.equal(hook.posts.length, 10);
  await scene.store.settle([{ ...dead, state: 'pending', due: scene.clock.now() }]);
  scene.dispatcher.wake();
  await scene.until(async () => (await scene.delivery(id, 'desk')).state === 'retrying');
  const again = await scene.delivery(id, 'desk');
  assert.deepEqual([again.due - scene.clock.now(), again.attempts.length], [5 * SECOND, 1]);
  scene.moveTo(again.due);
  assert.equal((await scene.attempted(id, 'desk', 2)).state, 'delivered');
  await scene.close();
  hook.close();
});

test('waits differ by up to a tenth', async () => {
  for (const [random, factor] of [
    [0, 0.9],
    [0.25, 0.95],
    [1, 1.1],
  ] as const) {
    const hook = await failing([500]);
    const scene = await DispatchScene.open({ random: () => random });
    await scene.put('desk', hook.url);
    const [id = ''] = await scene.alert(1, 'desk');
    const { due } = await scene.attempted(id, 'desk', 1);
    assert.equal(due - NOON, 5 * SECOND * factor);
    await scene.close();
    hook.close();
  }
});

test('410 is dead at once and disables the destination until a PUT', async () => {
  const hook = await failing([410]);
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  const [first = ''] = await scene.alert(1, 'desk');
  const gone = await scene.attempted(first, 'desk', 1);
  assert.equal(gone.state, 'dead');
  assert.match(scene.destinations.get('desk')?.disabled?.reason ?? '', /410/);
  const [second = ''] = await scene.alert(1, 'desk');
  const refused = await scene.attempted(second, 'desk', 1);
  assert.equal(refused.state, 'dead');
  assert.match(refused.attempts[0]?.error ?? '', /disabled.*410/);
  assert.equal(hook.posts.length, 1);
  await scene.put('desk', hook.url);
  await scene.store.settle(
    [gone, refused].map((each) => ({ ...each, state: 'pending' as const, due: NOON })),
  );
  scene.dispatcher.wake();
  await scene.until(() => hook.posts.length === 3);
  for (const id of [first, second])
    await scene.until(async () => (await scene.delivery(id, 'desk')).state === 'delivered');
  await scene.close();
  hook.close();
});

const IN_AN_HOUR = new Date(NOON + HOUR).toUTCString();
const PUT_OFFS: readonly (readonly [status: number, header: string, wait: number])[] = [
  [429, '90', 90 * SECOND],
  [503, '90', 90 * SECOND],
  [429, IN_AN_HOUR, HOUR],
  [503, IN_AN_HOUR, HOUR],
  // Not sooner than the schedule's own wait.
  [503, '1', 5 * SECOND],
  [429, '0', 5 * SECOND],
  // A day at most.
  [503, '9999999', 24 * HOUR],
  [429, 'soon', 5 * SECOND],
  // Others have no say in it.
  [500, '90', 5 * SECOND],
];

for (const [status, header, expected] of PUT_OFFS) {
  test(`${status} with Retry-After: ${header} waits ${expected} ms`, async () => {
    const hook = await failing([status], { 'retry-after': header });
    // No jitter at 0.5 for the schedule, none at 0 for Retry-After.
    const scene = await DispatchScene.open({ random: () => (expected === 5 * SECOND ? 0.5 : 0) });
    await scene.put('desk', hook.url);
    const [id = ''] = await scene.alert(1, 'desk');
    const { due, state } = await scene.attempted(id, 'desk', 1);
    assert.deepEqual([state, due - NOON], ['retrying', expected]);
    scene.moveTo(due);
    assert.equal((await scene.attempted(id, 'desk', 2)).state, 'delivered');
    await scene.close();
    hook.close();
  });
}

test('a Retry-After is never cut short by jitter', async () => {
  for (const random of [0, 0.5, 1]) {
    const hook = await failing([503], { 'retry-after': '60' });
    const scene = await DispatchScene.open({ random: () => random });
    await scene.put('desk', hook.url);
    const [id = ''] = await scene.alert(1, 'desk');
    const { due } = await scene.attempted(id, 'desk', 1);
    assert.equal(due - NOON, Math.round(MINUTE * (1 + random / 10)));
    await scene.close();
    hook.close();
  }
});

test('a redirect is a failure like any other, and not followed', async () => {
  const target = await startHook();
  const hook = await failing([307], { location: target.url });
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  const [id = ''] = await scene.alert(1, 'desk');
  const { state, attempts } = await scene.attempted(id, 'desk', 1);
  assert.deepEqual([state, attempts[0]?.status, target.connections()], ['retrying', 307, 0]);
  await scene.close();
  for (const server of [hook, target]) server.close();
});

test('what comes after a destination is gone is dead, with the reason', async () => {
  const hook = await startHook();
  const scene = await DispatchScene.open();
  const [id = ''] = await scene.alert(1, 'nobody');
  const { state, attempts } = await scene.attempted(id, 'nobody', 1);
  assert.deepEqual([state, attempts[0]?.error], ['dead', "there is no destination 'nobody' any more"]);
  await scene.close();
  hook.close();
});

test('a destination that another server on the store has made is found there', async () => {
  const hook = await startHook();
  const scene = await DispatchScene.open();
  const other = await DispatchScene.open({ store: scene.store, clock: scene.clock });
  await other.dispatcher.close();
  await other.put('desk', hook.url);
  assert.equal(scene.destinations.find('desk'), null);
  const [id = ''] = await scene.alert(1, 'desk');
  assert.equal((await scene.attempted(id, 'desk', 1)).state, 'delivered');
  await scene.close();
  await other.close();
  hook.close();
});

test('a rotation: deliveries are signed with both secrets, then with the new one alone', async () => {
  const next = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
  const hook = await startHook();
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  await scene.put('desk', hook.url, { secret: next });
  const [first = ''] = await scene.alert(1, 'desk');
  await scene.attempted(first, 'desk', 1);
  scene.clock.advance(25 * HOUR);
  const [second = ''] = await scene.alert(1, 'desk');
  await scene.attempted(second, 'desk', 1);
  const [during, after] = hook.posts;
  assert.deepEqual([isSigned(during!), isSigned(during!, next)], [true, true]);
  assert.deepEqual([isSigned(after!), isSigned(after!, next)], [false, true]);
  await scene.close();
  hook.close();
});
