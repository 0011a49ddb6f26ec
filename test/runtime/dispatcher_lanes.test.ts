import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { Delivery } from '../../src/store/store.js';
import { startHook } from '../sinks/hook_server.js';
import { DispatchScene } from './dispatch_scene.js';

/** A receiver that answers nothing until it is let go; it counts what is open at once. */
async function startHanging() {
  const open = new Set<ServerResponse>();
  let most = 0;
  const hook = await startHook((response) => {
    open.add(response);
    most = Math.max(most, open.size);
    response.on('close', () => open.delete(response));
  });
  return { ...hook, open, most: () => most };
}

const isOver = ({ state }: Delivery): boolean => state === 'delivered';

/** Whether all deliveries to a destination were taken. */
async function allTaken(scene: DispatchScene, destination: string, count: number): Promise<boolean> {
  const deliveries = await scene.store.deliveries(0, 10_000, { destination });
  return deliveries.length === count && deliveries.every(isOver);
}

test('a receiver that hangs does not hold another back, though hundreds wait for it', async () => {
  const [hanging, hook] = [await startHanging(), await startHook()];
  const scene = await DispatchScene.open();
  await scene.put('hung', hanging.url);
  await scene.put('desk', hook.url);
  await scene.alert(1_000, 'hung');
  await scene.alert(50, 'desk');
  await scene.pass(() => allTaken(scene, 'desk', 50));
  assert.equal(hanging.most(), 4);
  assert.equal(hook.posts.length, 50);
  hanging.close();
  await scene.close();
  hook.close();
});

test('one dead destination among 100: it holds four places at most, and the others have all of theirs', async (t) => {
  const [hanging, hook] = [await startHanging(), await startHook()];
  const scene = await DispatchScene.open();
  const others = Array.from({ length: 99 }, (_, index) => `desk${index}`);
  await scene.put('dead', hanging.url);
  for (const name of others) await scene.put(name, `${hook.url}?${name}`);
  // What waits for it when the others' come: more than is looked at in one step.
  await scene.alert(500, 'dead');
  await scene.alert(6, 'dead', ...others);
  await scene.pass(() => hook.posts.length === 6 * 99);
  const counts = others.map((name) => hook.posts.filter(({ path }) => path.endsWith(`?${name}`)).length);
  assert.deepEqual(
    counts,
    Array.from({ length: 99 }, () => 6),
  );
  assert.equal(hanging.most(), 4);
  assert.deepEqual(
    [...scene.tally.names()].sort(),
    [...others].sort(),
    'the dead one has had no end of an attempt',
  );
  t.diagnostic(
    `${hook.posts.length} of ${6 * 99} delivered to the other 99 while ${hanging.open.size} attempts hang`,
  );
  hanging.close();
  await scene.close();
  hook.close();
});

test('a destination that fails again and again is tried one at a time, ever more rarely, until one is taken', async () => {
  let status = 500;
  let [now, most] = [0, 0];
  const began: number[] = [];
  const scene = await DispatchScene.open();
  const hook = await startHook((response) => {
    began.push(scene.clock.now());
    most = Math.max(most, ++now);
    response.on('close', () => now--);
    setTimeout(() => response.writeHead(status).end(), 5);
  });
  await scene.put('desk', hook.url);
  const failed = await scene.alert(5, 'desk');
  for (const id of failed) await scene.attempted(id, 'desk', 1);
  // The last of them closed the lane.
  await scene.alert(95, 'desk');
  [began.length, most] = [0, 0];
  await scene.until(() => {
    scene.clock.advance(500);
    return began.length >= 9;
  });
  const pauses = began.slice(1, 9).map((time, index) => time - began[index]!);
  for (const [index, least] of [2, 4, 8, 16, 32, 60, 60, 60].entries())
    assert.ok(pauses[index]! >= least * 1_000, `${pauses}`);
  assert.equal(most, 1);
  status = 204;
  await scene.until(async () => {
    scene.clock.advance(5_000);
    return (await scene.store.deliveries(0, 1_000, { state: 'delivered' })).length === 100;
  });
  [most, status] = [0, 204];
  await scene.alert(12, 'desk');
  await scene.pass(() => allTaken(scene, 'desk', 112));
  assert.equal(most, 4);
  await scene.close();
  hook.close();
});

test('a receiver that asks to be left alone is sent nothing else meanwhile', async () => {
  let status = 429;
  const hook = await startHook((response) => response.writeHead(status, { 'retry-after': '30' }).end());
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  const [first = ''] = await scene.alert(1, 'desk');
  await scene.attempted(first, 'desk', 1);
  const began = scene.clock.now();
  const others = await scene.alert(20, 'desk');
  status = 204;
  await scene.until(async () => {
    const deliveries = await Promise.all(others.map((id) => scene.delivery(id, 'desk')));
    return deliveries.every(({ due }) => due >= began + 30_000);
  });
  scene.moveTo(began + 29_999);
  await scene.until(async () => (await scene.store.nextDue()) === began + 30_000);
  assert.equal(hook.posts.length, 1);
  await scene.pass(() => allTaken(scene, 'desk', 21));
  assert.equal(hook.posts.length, 22);
  await scene.close();
  hook.close();
});

test('a destination that was changed is tried at once, whatever it did before', async () => {
  const bad = await startHook((response) => response.writeHead(500).end());
  const good = await startHook();
  const scene = await DispatchScene.open();
  await scene.put('desk', bad.url);
  for (const id of await scene.alert(5, 'desk')) await scene.attempted(id, 'desk', 1);
  const [id = ''] = await scene.alert(1, 'desk');
  await scene.until(async () => (await scene.delivery(id, 'desk')).due > scene.clock.now());
  assert.deepEqual([bad.posts.length, good.posts.length], [5, 0]);
  scene.clock.advance(1);
  await scene.put('desk', good.url);
  const [next = ''] = await scene.alert(1, 'desk');
  assert.equal((await scene.attempted(next, 'desk', 1)).state, 'delivered');
  await scene.close();
  for (const server of [bad, good]) server.close();
});

test('attempts under way have a limit over all destinations', async () => {
  const hanging = await startHanging();
  const scene = await DispatchScene.open();
  const names = Array.from({ length: 30 }, (_, index) => `desk${index}`);
  for (const name of names) await scene.put(name, hanging.url);
  await scene.alert(4, ...names);
  await scene.until(() => hanging.open.size === 64);
  // Each that ends lets one more begin, until all 120 were made.
  for (let answered = 1; answered <= 120; answered++) {
    await scene.pass(() => hanging.open.size > 0);
    for (const response of [...hanging.open].slice(0, 1)) {
      hanging.open.delete(response);
      response.writeHead(204).end();
    }
  }
  const left = async () =>
    (await scene.store.deliveries(0, 1_000, {})).filter((each) => !isOver(each)).length;
  await scene.pass(async () => (await left()) === 0);
  assert.deepEqual([hanging.most(), hanging.posts.length], [64, 120]);
  await scene.close();
  hanging.close();
});

test('a burst comes whole and each once, the surplus in the order of turns', async () => {
  const hook = await startHook();
  const scene = await DispatchScene.open();
  await scene.put('desk', hook.url);
  const ids = await scene.alert(2_000, 'desk');
  await scene.pass(() => allTaken(scene, 'desk', 2_000));
  assert.deepEqual(hook.posts.map(({ headers }) => headers['webhook-id']).sort(), [...ids].sort());
  await scene.close();
  hook.close();
});
