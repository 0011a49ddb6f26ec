import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { keysOf } from '../../src/store/redis/keys.js';
import { RedisStore } from '../../src/store/redis/store.js';
import { type RedisServer, startRedis, withoutRedis } from '../support/redis_server.js';
import {
  alert,
  bytes,
  commit,
  entry,
  fire,
  leased,
  NOON,
  readAll,
  sameBytes,
  textOf,
} from './contract/sample.js';

const KEYS = keysOf(0);

/** A test that has not ended by then waits for something that does not come. */
const BOUNDED = { timeout: 60_000 };

if (withoutRedis === false) {
  const server = await startRedis();
  after(() => server.stop());
  faults(server);
  addresses(server);
} else {
  test('faults of the store on Redis', { skip: withoutRedis }, () => {});
}

/** Appends end the waits of readers: more than one, because a subscription that has just begun ends one, too. */
async function follows(store: RedisStore): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const { next } = await store.bounds(0);
    const reading = store.read(0, next, { bytes: 1, wait: 100_000_000 });
    await store.append(0, [entry('told')], NOON);
    assert.equal((await reading).length, 1);
  }
}

function faults(server: RedisServer): void {
  const open = async (context: TestContext): Promise<RedisStore> => {
    await server.client.flushall();
    const store = await RedisStore.open(server.url);
    context.after(() => store.close());
    return store;
  };

  test('a Redis that has lost what was read before is not taken for one with nothing new', async (context) => {
    const store = await open(context);
    await store.append(0, [entry('a'), entry('b')], NOON);
    assert.deepEqual(await store.read(0, 2, { bytes: 1, wait: 0 }), []);
    await server.client.flushall();
    await store.append(0, [entry('c')], NOON);
    await assert.rejects(store.read(0, 2, { bytes: 1, wait: 0 }), {
      ...{ code: 'damaged', name: 'StoreError' },
      message: /ends at offset 1, and was read up to 2 before: Redis has lost/,
    });
    assert.equal((await readAll(store)).length, 1);
  });

  test(
    'Redis is killed again and again: nothing acknowledged is lost, the store comes back by itself',
    BOUNDED,
    async (context) => {
      const store = await open(context);
      const epoch = await leased(store);
      /** Offset by payload, of what was acknowledged. */
      const acknowledged = new Map<string, number>();
      let position = 0;
      for (let round = 0; round < 4; round++) {
        const enough = acknowledged.size + 60;
        const write = async (writer: number): Promise<void> => {
          for (let number = 0; ; number++) {
            const text = `${round}/${writer}/${number}`;
            const [appended] = await store.append(0, [entry(text, { ids: [text] })], NOON);
            acknowledged.set(text, appended?.first ?? -1);
            if (acknowledged.size === enough) void server.kill();
          }
        };
        const work = async (): Promise<void> => {
          for (;;) {
            const alerts = [alert(`alert-${position}`, { destinations: ['desk'] })];
            await store.commit(
              0,
              epoch,
              commit({
                position: position + 1,
                state: { dropped: [], pieces: [{ group: '', key: 'head', value: bytes('s') }] },
                alerts,
              }),
            );
            position++;
          }
        };
        const settled = await Promise.allSettled([write(0), write(1), write(2), work()]);
        for (const one of settled) {
          assert.ok(one.status === 'rejected');
          assert.equal(one.reason.code, 'unavailable', inspect(one));
          // At once: nobody waits for the answer of a connection that broke.
          assert.match(one.reason.message, /cannot be reached: (the connection broke|.*ECONNREFUSED)/);
        }
        await server.kill();
        await server.restart();
        const records = await readAll(store);
        const found = new Map(records.map(({ first, payload }) => [textOf(payload), first]));
        for (const [text, first] of acknowledged) assert.equal(found.get(text), first, text);
        const texts = [...acknowledged.keys()];
        assert.ok((await store.known(0, texts)).every((isKnown) => isKnown));
        // The last commit may have been carried out without an answer, but only as a whole.
        const stored = (await store.checkpoint(0)).position;
        assert.ok(stored === position || stored === position + 1, `${stored}, acknowledged ${position}`);
        assert.equal((await store.alerts(0, 100_000, {})).length, stored);
        assert.equal((await store.deliveries(0, 100_000, {})).length, stored);
        position = stored;
      }
      assert.ok(acknowledged.size >= 240);
    },
  );

  test(
    'Redis is down: calls say so with its address, and work again afterwards',
    BOUNDED,
    async (context) => {
      const store = await open(context);
      const epoch = await leased(store);
      await follows(store);
      await server.kill();
      const { host } = new URL(server.url);
      const said = { name: 'StoreError', code: 'unavailable', message: new RegExp(`${host} .*ECONNREFUSED`) };
      await Promise.all(
        [
          store.append(0, [entry('a')], NOON),
          store.read(0, 0, { bytes: 1, wait: 100_000_000 }),
          store.commit(0, epoch, commit()),
          store.lease(0, 'worker', 1),
          store.claim(NOON, NOON, 1),
          store.document('rule', 'r'),
          store.ping(),
        ].map((call) => assert.rejects(call, said)),
      );
      await server.restart();
      await store.append(0, [entry('b')], NOON);
      await store.commit(0, epoch, commit({ position: 1 }));
      assert.deepEqual(
        (await readAll(store, 5)).map(({ payload }) => textOf(payload)),
        ['b'],
      );
      await follows(store);
    },
  );

  test('Redis hangs: calls end, and work again when it wakes', BOUNDED, async (context) => {
    const store = await open(context);
    server.freeze();
    context.after(() => server.thaw());
    const hung = [store.append(0, [entry('maybe')], NOON), store.ping()];
    const said = { code: 'unavailable', message: /does not answer within 5 seconds|cannot be reached/ };
    await Promise.all(hung.map((call) => assert.rejects(call, said)));
    server.thaw();
    await store.append(0, [entry('sure')], NOON);
    assert.equal(textOf((await readAll(store)).at(-1)?.payload ?? bytes('')), 'sure');
  });

  test('no room: nothing is taken, deliveries and trimming go on, and it takes again when there is room', async (context) => {
    const store = await open(context);
    await fire(store, alert('a', { destinations: ['desk'] }));
    await store.append(0, [entry('old', { ids: ['old'] })], NOON);
    await server.client.config('SET', 'maxmemory', 1);
    context.after(() => server.client.config('SET', 'maxmemory', 0));
    const full = { name: 'StoreError', code: 'full' };
    await assert.rejects(store.append(0, [entry('new', { ids: ['new'] })], NOON), full);
    const epoch = await leased(store);
    await assert.rejects(store.commit(0, epoch, commit({ position: 9, alerts: [alert('b')] })), full);
    await assert.rejects(store.putDocument('rule', 'r', bytes('r')), full);
    assert.deepEqual(await store.bounds(0), { first: 0, next: 1 });
    assert.deepEqual(await store.known(0, ['new']), [false]);
    assert.deepEqual(await store.checkpoint(0), { position: 0, state: null });
    const [delivery] = await store.claim(NOON, NOON + 1_000, 10);
    assert.ok(delivery !== undefined);
    await store.settle([{ ...delivery, state: 'delivered' }]);
    assert.equal((await store.delivery('a.desk'))?.state, 'delivered');
    await store.trim(0, 1, NOON + 1);
    assert.deepEqual(await store.bounds(0), { first: 1, next: 1 });
    await server.client.config('SET', 'maxmemory', 0);
    assert.deepEqual(await store.append(0, [entry('new', { ids: ['new'] })], NOON), [
      { first: 1, last: 1, stamp: NOON },
    ]);
  });

  test('damage is seen: a flipped bit, a record that is gone', async (context) => {
    const store = await open(context);
    const { client } = server;
    await fire(store, alert('a', { destinations: ['desk'] }));
    await store.commit(
      0,
      await leased(store),
      commit({ state: { dropped: [], pieces: [{ group: '', key: 'head', value: bytes('state') }] } }),
    );
    await store.putDocument('rule', 'r', bytes('text'));
    await store.append(0, [entry('zero'), entry('one'), entry('two')], NOON);
    const flip = async (key: string, field: string): Promise<void> => {
      const value = await client.hgetBuffer(key, field);
      assert.ok(value !== null);
      value[value.length - 1] = (value.at(-1) ?? 0) ^ 4;
      await client.hset(key, field, value);
    };
    await flip(KEYS.pieces, '\0head');
    await flip(KEYS.bodies, '1');
    await flip(KEYS.progress, '1');
    for (const field of await client.hkeys(KEYS.documents)) await flip(KEYS.documents, field);
    const damaged = (what: RegExp) => ({ name: 'StoreError', code: 'damaged', message: what });
    await assert.rejects(
      store.state(0, null, 1),
      damaged(/a piece of the state \( head\) fails its checksum.*restore/),
    );
    await assert.rejects(store.alert('a'), damaged(/alert number 1/));
    await assert.rejects(store.deliveries(0, 10, {}), damaged(/delivery number 1/));
    await assert.rejects(store.document('rule', 'r'), damaged(/rule 'r'/));

    const read = (from: number) => store.read(0, from, { bytes: 1_000, wait: 0 });
    const stored = await client.xrangeBuffer(KEYS.log, '-', '+');
    await client.xdel(KEYS.log, '1-1');
    await assert.rejects(read(0), damaged(/no record at offset 1/));
    await assert.rejects(read(1), damaged(/no record at offset 1/));
    assert.equal((await read(2)).length, 1);
    await client.del(KEYS.log);
    await assert.rejects(read(2), damaged(/no record at offset 2/));
    for (const [id, fields] of stored) {
      const copy = [...fields];
      if (id.toString() === '1-1') copy[7] = Buffer.concat([fields[7] ?? Buffer.alloc(0), Buffer.from('!')]);
      await client.xadd(KEYS.log, id, ...copy);
    }
    await assert.rejects(read(0), damaged(/log record at offset 1 fails/));
    sameBytes((await read(2))[0]?.payload, bytes('two'));
  });
}

function addresses(server: RedisServer): void {
  const refusal = async (url: string): Promise<Error> => {
    const error: unknown = await RedisStore.open(url).then(
      (store) => store.close().then(() => null),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error, 'it is refused');
    return error;
  };

  test('nothing there, or nobody we may be: the error names host and port, never the password', async (context) => {
    const { port } = new URL(server.url);
    const nobody = await refusal('redis://:hunter2@127.0.0.1:1/0');
    assert.match(nobody.message, /127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/);
    await server.client.config('SET', 'requirepass', 'opensesame');
    context.after(() => server.client.config('SET', 'requirepass', ''));
    const wrong = await refusal(`redis://:hunter2@127.0.0.1:${port}`);
    assert.match(wrong.message, new RegExp(`127.0.0.1:${port} .*WRONGPASS`));
    const none = await refusal(server.url);
    assert.match(none.message, /NOAUTH/);
    for (const error of [nobody, wrong, none]) {
      assert.equal('code' in error && error.code, 'unavailable');
      assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2/);
    }
    const store = await RedisStore.open(`redis://:opensesame@127.0.0.1:${port}`);
    await store.ping();
    await store.close();
  });

  test('an error tells nothing of what was sent', async (context) => {
    await server.client.flushall();
    const store = await RedisStore.open(server.url);
    context.after(() => store.close());
    await server.client.set(KEYS.documents, 'not a hash');
    context.after(() => server.client.flushall());
    const error: unknown = await store.putDocument('d', 'k', bytes('whsec_secret')).catch((reason) => reason);
    assert.ok(error instanceof Error);
    assert.match(error.message, /WRONGTYPE/);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /whsec/);
  });

  test('what is no address of a Redis is not repeated', async () => {
    for (const url of [
      '127.0.0.1:6379',
      'http://:hunter2@host',
      'redis://:hunter2@host/name',
      'redis:',
      '',
    ]) {
      const error = await refusal(url);
      assert.ok(error instanceof RangeError);
      assert.doesNotMatch(error.message, /hunter2/);
    }
  });

  test('another database of the same Redis is another store', async (context) => {
    await server.client.flushall();
    const stores = await Promise.all([RedisStore.open(server.url), RedisStore.open(`${server.url}/5`)]);
    context.after(() => Promise.all(stores.map((store) => store.close())));
    await stores[1].append(0, [entry('five')], NOON);
    assert.deepEqual(await Promise.all(stores.map((store) => store.bounds(0))), [
      { first: 0, next: 0 },
      { first: 0, next: 1 },
    ]);
  });

  test('a Redis that would drop keys, or holds another layout, is refused', async (context) => {
    const { client } = server;
    context.after(async () => {
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.config('SET', 'maxmemory', 0);
      await client.flushall();
    });
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await client.config('SET', 'maxmemory', 100_000_000);
    assert.match((await refusal(server.url)).message, /allkeys-lru.*noeviction/);
    await client.config('SET', 'maxmemory', 0);
    await client.set(KEYS.format, '99');
    assert.match((await refusal(server.url)).message, /layout 99/);
  });
}
