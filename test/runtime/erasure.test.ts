import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { undeclaredSchema } from '../../src/event/schema.js';
import { decodeRecord } from '../../src/runtime/record.js';
import type { Settings } from '../../src/runtime/settings.js';
import { DiskStore } from '../../src/store/disk/store.js';
import { MemoryStore } from '../../src/store/memory.js';
import { RedisStore } from '../../src/store/redis/store.js';
import type { Store } from '../../src/store/store.js';
import { tablesWith } from '../support/reachable.js';
import { startRedis, withoutRedis } from '../support/redis_server.js';
import { at, cashout, PAYMENTS, probe, QUIET, Scene, TESTING } from './scene.js';

const ANYONE = `SELECT first.card, second.card AS next_card, PREV(first.card) AS earlier
FROM payments MATCH_RECOGNIZE (
  PATTERN (first second)
  DEFINE first AS amount = 7, second AS amount = 8
)`;

async function fill(scene: Scene): Promise<void> {
  const { catalog } = scene.tocsin;
  await catalog.putStream('payments', { query: PAYMENTS });
  await catalog.putRule('testing', { query: TESTING, suppress: { by: ['card'], for: '1 HOUR' } });
  await catalog.putRule('quiet', { query: QUIET });
  await catalog.putRule('anyone', { query: ANYONE });
}

async function everything(scene: Scene): Promise<string> {
  const { reader, erasures, catalog } = scene.tocsin;
  const { items } = await reader.events('payments', null, 1_000);
  return JSON.stringify([
    ...[items, await reader.alerts(0, 1_000, {}), await reader.deliveries(0, 1_000, {})],
    ...[await erasures.list('', 1_000), catalog.rules('', 100)],
    catalog.rules('', 100).map(({ name }) => reader.diagnosis(name)),
  ]);
}

/** Where a text can still be found behind a store that is closed, in words. */
type Search = (text: string) => Promise<readonly string[]>;

const stores: readonly (readonly [string, (context: TestContext) => Promise<[Store, Search]>])[] = [
  ['in memory', async () => [new MemoryStore(), async () => []]],
  [
    'on disk',
    async (context) => {
      const directory = await mkdtemp(join(tmpdir(), 'tocsin-erase-'));
      context.after(() => rm(directory, { recursive: true, force: true }));
      return [await DiskStore.open(directory), (text) => tablesWith(directory, text)];
    },
  ],
  [
    'on Redis',
    async (context) => {
      const redis = await startRedis(['--rdbcompression', 'no']);
      context.after(() => redis.stop());
      const search: Search = async (text) => {
        const found: string[] = [];
        for (const key of await redis.client.keys('*')) {
          // What a dump would have of it: bytes of deleted entries too.
          const dump = (await redis.client.callBuffer('DUMP', key)) as Buffer;
          if (dump.includes(text)) found.push(key);
        }
        return found;
      };
      return [await RedisStore.open(redis.url), search];
    },
  ],
];

for (const [name, open] of stores) {
  test(`${name}: what is erased is nowhere any more, and others go on`, {
    timeout: 60_000,
    skip: name === 'on Redis' && withoutRedis,
  }, async (context) => {
    const [store, search] = await open(context);
    const scene = await Scene.open(store);
    await fill(scene);
    await scene.post(probe('gone-1', 0, { id: 'gone-1/a' }), cashout('gone-1', 1), probe('kept', 2));
    await scene.post(probe('gone-1', 3), { card: 'gone-1', amount: 7, at: at(4) });
    await scene.post({ card: 'kept', amount: 8, at: at(5) }, { card: 'kept', amount: 7, at: at(6) });
    const before = await scene.alerts();
    assert.deepEqual(
      before.map(({ rule }) => rule),
      ['testing', 'anyone'],
    );
    const [erasure] = await scene.tocsin.erasures.erase('payments', 'gone-1', 'officer');
    assert.deepEqual(
      { ...erasure, requestedAt: 0, finishedAt: 0, offset: 0 },
      {
        ...{ partition: 0, offset: 0, stream: 'payments', schema: null, key: null, columns: ['card'] },
        ...{ requestedAt: 0, by: 'officer', finishedAt: 0, events: 4, alerts: 2 },
      },
    );
    assert.ok((erasure?.finishedAt ?? null) !== null);
    assert.ok(!(await everything(scene)).includes('gone-1'));

    const { items } = await scene.tocsin.reader.events('payments', null, 100);
    assert.equal(items.filter(({ isErased, data }) => isErased && data === null).length, 4);
    const [testing, anyone] = await scene.alerts();
    assert.deepEqual(
      testing?.events.map(({ offset, data }) => [offset, data]),
      [
        [before[0]?.events[0]?.offset, null],
        [before[0]?.events[1]?.offset, null],
      ],
    );
    assert.deepEqual([testing?.id, testing?.key, testing?.row], [before[0]?.id, {}, {}]);
    assert.deepEqual(testing?.window, before[0]?.window);
    // Of an alert that others have a part in, their events stay.
    assert.deepEqual(
      anyone?.events.map(({ data }) => data?.['card'] ?? null),
      [null, 'kept'],
    );

    // The card is a card like any other again, its suppression is gone; others' partial matches go on.
    await scene.post(cashout('gone-1', 7), cashout('kept', 8), probe('gone-1', 9), cashout('gone-1', 10));
    const after = (await scene.alerts('testing')).slice(1);
    assert.deepEqual(
      after.map(({ key }) => key['card']),
      ['kept', 'gone-1'],
    );
    // An id of what was erased is still known: its event does not come back.
    const repeat = await scene.post(probe('gone-1', 11, { id: 'gone-1/a' }));
    assert.deepEqual([repeat.accepted, repeat.duplicates], [0, 1]);
    await scene.tocsin.close();
    await store.close();
    assert.deepEqual(await search('gone-1/a'), []);
    assert.deepEqual(await search('"gone-1","amount":7'), []);
  });
}

test('nothing of it is left in the store on disk, and a restart finds the rest as it was', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-erase-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  const settings: Partial<Settings> = { snapshotEvents: 2 };
  let store = await DiskStore.open(directory);
  let scene = await Scene.open(store, { settings });
  await fill(scene);
  // All kinds of state: partial matches, a pending absence, suppression, an alert, ids, rows that wait.
  const delayed = `CREATE STREAM slow (card VARCHAR, x DOUBLE, at TIMESTAMP,
    WATERMARK FOR at AS at - INTERVAL '1' HOUR) WITH (key = 'card')`;
  await scene.tocsin.catalog.putStream('slow', { query: delayed });
  await scene.tocsin.catalog.putRule('slowly', { query: 'SELECT card, x FROM slow WHERE x > 1' });
  await scene.tocsin.ingest.post('slow', [{ json: { card: 'secret', x: 2, at: at(0) } }]);
  await scene.post(probe('secret', 0, { id: 'secret' }), cashout('secret', 1), probe('secret', 2));
  await scene.post(probe('kept', 3, { id: 'k' }), probe('secret', 4, { note: 'secret' }));
  await scene.settled();
  await scene.tocsin.close();
  await store.close();
  const found = await tablesWith(directory, 'secret');
  assert.deepEqual([...found].sort(), ['alerts', 'log', 'state']);

  store = await DiskStore.open(directory);
  scene = await Scene.open(store, { settings });
  for (const stream of ['payments', 'slow']) await scene.tocsin.erasures.erase(stream, 'secret', null);
  await scene.tocsin.close();
  await store.close();
  assert.deepEqual(await tablesWith(directory, 'secret'), []);

  store = await DiskStore.open(directory);
  scene = await Scene.open(store, { settings });
  await scene.post(cashout('kept', 5), cashout('secret', 6));
  assert.deepEqual(
    (await scene.alerts('testing')).map(({ key }) => key),
    [{}, { card: 'kept' }],
  );
  const { items } = await scene.tocsin.reader.events('slow', null, 10);
  assert.deepEqual(
    items.map(({ isErased }) => isErased),
    [true],
  );
  await scene.tocsin.close();
  await store.close();
});

test('times stay: a replay of the emptied log gives others the same alerts, on deadlines too', async () => {
  const script = async (scene: Scene): Promise<void> => {
    await fill(scene);
    await scene.post(probe('a', 0), probe('b', 1), cashout('b', 30), probe('a', 70), probe('c', 80));
    await scene.post(probe('b', 200), cashout('c', 201));
  };
  const store = new MemoryStore();
  const scene = await Scene.open(store);
  await script(scene);
  const undisturbed = await scene.alerts();
  await scene.tocsin.erasures.erase('payments', 'b', null);
  await scene.tocsin.close();

  // The same log, from its beginning, in a store that has nothing else.
  const fresh = new MemoryStore();
  const { next } = await store.bounds(0);
  for (let from = 0; from < next; ) {
    for (const { kind, first, count, payload, stamp } of await store.read(0, from, { bytes: 1, wait: 0 })) {
      if (kind === 'erasure')
        assert.equal(
          (decodeRecord({ kind, first, count, payload, stamp }) as { change: { key: unknown } }).change.key,
          null,
        );
      await fresh.append(0, [{ kind, count, payload, ids: [] }], stamp);
      from = first + count;
    }
  }
  const replay = await Scene.open(fresh);
  const others = ({ key }: { key: Record<string, unknown> }): boolean => key['card'] !== 'b' && 'card' in key;
  assert.ok(undisturbed.filter(others).length >= 3);
  assert.deepEqual((await replay.alerts()).filter(others), undisturbed.filter(others));
  const backtest = await replay.tocsin.backtests.run(
    { query: QUIET, from: null, to: null, limit: 100 },
    new AbortController().signal,
  );
  assert.equal(
    backtest.found.length,
    undisturbed.filter((alert) => alert.rule === 'quiet' && others(alert)).length,
  );
  await replay.tocsin.close();
});

test('a key that means nothing, and a stream that there is not, are refused and erase nothing', async () => {
  const store = new MemoryStore();
  const scene = await Scene.open(store);
  await fill(scene);
  const { erasures, ingest } = scene.tocsin;
  await assert.rejects(erasures.erase('nothing', 'x', null), { code: 'unknown_stream' });
  await assert.rejects(erasures.erase('payments', '{"x": 1}', null), { code: 'bad_key' });
  await ingest.post('open', [{ json: { who: 'a' } }, { json: { who: 'b' } }]);
  await assert.rejects(erasures.erase('open', 'a', null), { code: 'bad_key' });
  assert.deepEqual(await erasures.list('', 10), []);
  const [erasure] = await erasures.erase('open', '{"who": "a"}', null);
  assert.equal(erasure?.events, 1);
  const { items } = await scene.tocsin.reader.events('open', null, 10);
  assert.deepEqual(
    items.map(({ data }) => data),
    [null, { who: 'b' }],
  );
  assert.equal(undeclaredSchema('open').declared, false);
  await scene.tocsin.close();
});
