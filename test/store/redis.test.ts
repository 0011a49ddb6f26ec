import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { keysOf } from '../../src/store/redis/keys.js';
import { RedisStore } from '../../src/store/redis/store.js';
import { type RedisServer, startRedis, withoutRedis } from '../support/redis_server.js';
import {
  alert,
  allAlerts,
  bytes,
  commit,
  entry,
  fire,
  LONG,
  leased,
  NOON,
  readAll,
} from './contract/sample.js';
import { storeContract } from './contract.js';

if (withoutRedis === false) {
  const server = await startRedis();
  after(() => server.stop());
  storeContract('redis', () => emptied(server));
  // One node that holds every slot refuses a script whose keys lie in several.
  const node = await startRedis(['--cluster-enabled', 'yes']);
  after(() => node.stop());
  await node.client.cluster('ADDSLOTSRANGE', 0, 16_383);
  while (!(await node.client.cluster('INFO')).includes('cluster_state:ok'));
  storeContract('redis as a cluster', () => emptied(node));
  ownTests(server);
} else {
  test('the store on Redis', { skip: withoutRedis }, () => {});
}

async function emptied({ client, url }: RedisServer): Promise<RedisStore> {
  await client.flushall();
  return RedisStore.open(url);
}

function ownTests(server: RedisServer): void {
  const open = async (context: TestContext): Promise<RedisStore> => {
    const store = await emptied(server);
    context.after(() => store.close());
    return store;
  };

  test('two stores on one Redis: one lease, and the epoch before is refused', async (context) => {
    const [one, other] = [await open(context), await RedisStore.open(server.url)];
    context.after(() => other.close());
    const epoch = await leased(one, 'one');
    assert.equal(await other.lease(0, 'other', LONG), null);
    await one.commit(0, epoch, commit({ position: 1, alerts: [alert('a')] }));
    await server.client.hset(keysOf(0).lease, 'until', 0);
    const next = await leased(other, 'other');
    assert.equal(next, epoch + 1);
    assert.equal(await one.lease(0, 'one', LONG), null);
    const late = commit({
      ...{
        position: 7,
        state: { dropped: [], pieces: [{ group: '', key: 'head', value: bytes('late') }] },
        alerts: [alert('late', { destinations: ['desk'] })],
      },
      documents: [{ kind: 'rule', key: 'late', value: bytes('late') }],
    });
    await assert.rejects(one.commit(0, epoch, late), { code: 'fenced', message: /epoch 1 .* epoch 2/ });
    assert.deepEqual(await other.checkpoint(0), { position: 1, state: null });
    assert.deepEqual(
      (await allAlerts(other, 10, {})).map(({ id }) => id),
      ['a'],
    );
    assert.deepEqual(await other.deliveries(0, 10, {}), []);
    assert.equal(await other.document('rule', 'late'), null);
    await other.commit(0, next, commit({ position: 2 }));
  });

  test('an append through one store ends the wait of a reader at another', {
    timeout: 60_000,
  }, async (context) => {
    const [one, other] = [await open(context), await RedisStore.open(server.url)];
    context.after(() => other.close());
    // More than once: a subscription that has just begun ends a wait, too.
    for (let from = 0; from < 5; from++) {
      const reading = [0, 1, 2].map(() => other.read(0, from, { bytes: 100, wait: 100_000_000 }));
      await one.append(0, [entry('woken')], NOON);
      for (const records of await Promise.all(reading)) assert.equal(records[0]?.first, from);
    }
  });

  test('appends that wait together go out together', async (context) => {
    const store = await open(context);
    await store.append(0, [entry('first')], NOON);
    await server.client.config('RESETSTAT');
    const appends = Array.from({ length: 2_500 }, (_, index) =>
      store.append(0, [entry(`${index}`, { count: 2, ids: [`id-${index % 2_000}`] })], NOON + index),
    );
    const settled = await Promise.allSettled(appends);
    const taken = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    // A repeat of an append in the same step is refused alone.
    assert.equal(taken.length, 2_000);
    const repeated = settled.flatMap((one) => (one.status === 'rejected' ? one.reason.ids : []));
    assert.deepEqual(
      repeated,
      Array.from({ length: 500 }, (_, index) => `id-${index}`),
    );
    assert.deepEqual(
      taken.map(({ first, last }) => [first, last]),
      taken.map((_, index) => [1 + 2 * index, 2 + 2 * index]),
    );
    const stats = await server.client.info('commandstats');
    const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].map(([, number]) =>
      Number(number),
    );
    const steps = calls.reduce((sum, number) => sum + number, 0);
    assert.ok(steps >= 3 && steps <= 4, `2,500 appends went out in ${steps} steps`);
  });

  test('many records and ids are dropped in several steps', async (context) => {
    const store = await open(context);
    const old = Array.from({ length: 3_300 }, (_, index) =>
      entry(`${index}`, { ids: Array.from({ length: 4 }, (_, part) => `id-${index}-${part}`) }),
    );
    await store.append(0, old, NOON);
    await store.append(0, [entry('new', { ids: ['new'] })], NOON + 1);
    await store.trim(0, 3_250, NOON + 1);
    assert.deepEqual(await store.bounds(0), { first: 3_250, next: 3_301 });
    assert.equal((await readAll(store, 3_250)).length, 51);
    assert.equal(await server.client.xlen(keysOf(0).log), 51);
    assert.equal(await server.client.zcard(keysOf(0).ids), 1);
  });

  test('a filter finds what lies behind many that do not fit', async (context) => {
    const store = await open(context);
    const alerts = Array.from({ length: 1_200 }, (_, index) =>
      alert(`a-${index}`, {
        rule: index % 1_100 === 1_099 ? 'rare' : 'common',
        destinations: [index % 1_100 === 1_099 ? 'rare' : 'common'],
      }),
    );
    await fire(store, ...alerts);
    assert.deepEqual(
      (await store.alerts(0, 10, { rule: 'rare' })).map(({ sequence }) => sequence),
      [1_100],
    );
    assert.deepEqual(
      (await store.deliveries(3, 10, { destination: 'rare' })).map(({ id }) => id),
      ['a-1099.rare'],
    );
    assert.equal((await store.alerts(0, 1_150, { rule: 'common' })).at(-1)?.sequence, 1_151);
  });

  test('Redis forgets its scripts: they are sent again', async (context) => {
    const store = await open(context);
    await store.append(0, [entry('a')], NOON);
    await server.client.script('FLUSH');
    await store.append(0, [entry('b')], NOON);
    assert.equal((await readAll(store)).length, 2);
  });

  test('numbers past a float of Lua stay exact', async (context) => {
    const store = await open(context);
    const epoch = await leased(store);
    const big = Number.MAX_SAFE_INTEGER - 10;
    await server.client.hset(keysOf(0).head, { first: big - 1, next: big - 1 });
    assert.deepEqual(await store.append(0, [entry('a'), entry('b')], NOON), [
      { first: big - 1, last: big - 1, stamp: NOON },
      { first: big, last: big, stamp: NOON },
    ]);
    assert.deepEqual(
      (await store.read(0, big, { bytes: 1, wait: 0 })).map(({ first }) => first),
      [big],
    );
    await store.commit(0, epoch, commit({ position: big }));
    assert.equal((await store.checkpoint(0)).position, big);
    await store.trim(0, big, 0);
    assert.deepEqual(await store.bounds(0), { first: big, next: big + 1 });
  });
}
