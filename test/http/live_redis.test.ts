import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createApi } from '../../src/http/api.js';
import { listen } from '../../src/http/listener.js';
import { Tocsin } from '../../src/runtime/server.js';
import { RedisStore } from '../../src/store/redis/store.js';
import { startRedis, withoutRedis } from '../support/redis_server.js';
import { FeedReader, type Received } from './feed_reader.js';

interface Server {
  readonly url: string;
  readonly tocsin: Tocsin;
  close(): Promise<void>;
}

async function start(redis: string): Promise<Server> {
  const store = await RedisStore.open(redis);
  const tocsin = await Tocsin.open({ store });
  const { handle } = createApi({ tocsin, version: '1.2.3', logger: pino({ level: 'silent' }) });
  const listener = await listen(handle, { host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await Promise.all([tocsin.close(), listener.close(0)]);
    await store.close();
  };
  return { url: listener.url, tocsin, close };
}

const isAlert = ({ event }: Received): boolean => event === 'alert';

async function next(events: AsyncGenerator<Received>): Promise<Received> {
  const { value, done } = await events.next();
  if (done === true) throw new Error('the feed ended without a word');
  return value as Received;
}

test('a server that stands by tells of what another commits, and says when the store is gone', {
  skip: withoutRedis,
}, async () => {
  const redis = await startRedis();
  const owner = await start(redis.url);
  await owner.tocsin.ready(10_000);
  const standby = await start(redis.url);
  try {
    await owner.tocsin.catalog.putStream('s', { query: 'CREATE STREAM s (x BIGINT)' });
    await owner.tocsin.catalog.putRule('all', { query: 'SELECT x FROM s' });
    const reader = await FeedReader.open(`${standby.url}/v1/alerts/live`);
    const events = reader.events();
    await next(events);
    await owner.tocsin.ingest.post('s', [{ json: { x: 1 } }, { json: { x: 2 } }]);
    const two = [await next(events), await next(events)];
    assert.ok(two.every(isAlert));
    assert.deepEqual(
      two.map(({ data }) => (JSON.parse(data ?? '') as { row: { x: number } }).row.x),
      [1, 2],
    );
    await redis.kill();
    const { event, data } = await next(events);
    assert.equal(event, 'closed');
    assert.match(data ?? '', /"reason":"store_unavailable"/);
    await redis.restart();
  } finally {
    await standby.close();
    await owner.close();
    await redis.stop();
  }
});
