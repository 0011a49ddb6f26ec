import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { diskServers } from './disk_server.js';
import { FeedReader, type Received } from './feed_reader.js';

const start = diskServers();

async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers = {},
): Promise<Response> {
  const isText = typeof body === 'string';
  return fetch(url + path, {
    method,
    headers: { 'content-type': isText ? 'application/sql' : 'application/json', ...headers },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
}

async function expect(status: number, ...args: Parameters<typeof call>): Promise<Record<string, unknown>> {
  const response = await call(...args);
  const text = await response.text();
  assert.equal(response.status, status, text);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** A stream each of whose events is an alert of the rule `all`, and of `high` from 100 on. */
async function declare(url: string): Promise<void> {
  await expect(201, url, 'PUT', '/v1/streams/s', 'CREATE STREAM s (x BIGINT, note VARCHAR)');
  await expect(201, url, 'PUT', '/v1/rules/all', 'SELECT x, note FROM s');
  await expect(201, url, 'PUT', '/v1/rules/high', {
    ...{ query: 'SELECT x FROM s WHERE x >= 100', severity: 'critical' },
  });
}

const post = (url: string, events: unknown) => expect(202, url, 'POST', '/v1/streams/s/events', events);
const numberOf = ({ data }: Received): number => (JSON.parse(data ?? '{}') as { row: { x: number } }).row.x;

/** The next alerts of a feed, so many; the connection stays. */
async function take(events: AsyncGenerator<Received>, count: number): Promise<Received[]> {
  const taken: Received[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done === true) throw new Error(`the feed ended after ${taken.length} alerts`);
    if ((value as Received).event === 'alert') taken.push(value as Received);
    else assert.notEqual((value as Received).event, 'closed');
  }
  return taken;
}

/** Connects and waits for the first word, behind which nothing is missed. */
async function follow(
  url: string,
  query = '',
  headers = {},
): Promise<[AsyncGenerator<Received>, FeedReader]> {
  const reader = await FeedReader.open(`${url}/v1/alerts/live${query}`, headers);
  assert.equal(reader.response.statusCode, 200);
  const events = reader.events();
  const first = (await events.next()).value as Received;
  assert.deepEqual(Object.keys(first), ['retry', 'id']);
  return [events, reader];
}

test('an alert comes as GET shows it, its id the cursor of the list; what was before does not come', async () => {
  const { url } = await start('one');
  await declare(url);
  await post(url, { x: 1 });
  for (let seen = 0; seen < 1; ) {
    const { items } = await expect(200, url, 'GET', '/v1/alerts');
    seen = (items as unknown[]).length;
  }
  const [events, reader] = await follow(url);
  assert.equal(reader.response.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.match(String(reader.response.headers['cache-control']), /no-store/);
  await post(url, [{ x: 2 }, { x: 3 }]);
  const [two, three] = await take(events, 2);
  assert.ok(two && three);
  assert.deepEqual([numberOf(two), numberOf(three)], [2, 3]);
  const shown = JSON.parse(two.data ?? '') as { id: string };
  assert.deepEqual(shown, await expect(200, url, 'GET', `/v1/alerts/${shown.id}`));
  const { items } = await expect(200, url, 'GET', `/v1/alerts?cursor=${two.id}`);
  assert.deepEqual(
    (items as { row: { x: number } }[]).map(({ row }) => row.x),
    [3],
  );
  reader.close();
});

test('resumes without a gap and without repeats, under production, through cut connections and a restart', async () => {
  const total = 3_000;
  let server = await start('resume');
  await declare(server.url);
  let isProducing = true;
  const produce = async (): Promise<void> => {
    for (let x = -total; x < 0; x += 50) {
      const events = Array.from({ length: 50 }, (_, index) => ({ x: x + index }));
      const key = { 'idempotency-key': randomUUID() };
      for (;;) {
        try {
          const response = await call(server.url, 'POST', '/v1/streams/s/events', events, key);
          await response.text();
          if (response.status === 202) break;
        } catch {
          // It is being restarted.
        }
        await wait(5);
      }
    }
    isProducing = false;
  };
  const [first, begun] = await follow(server.url);
  const producing = produce();
  let last = '';
  const seen: Received[] = [];
  const collect = (alerts: Received[]): void => {
    seen.push(...alerts);
    last = seen.at(-1)?.id ?? last;
  };
  collect(await take(first, 10));
  begun.close();
  let cuts = 0;
  let isRestarted = false;
  while (seen.length < total) {
    const [events, reader] = await follow(server.url, '', { 'last-event-id': last });
    if (seen.length > total / 3 && !isRestarted) {
      isRestarted = true;
      const stopped = server.close();
      // All that came before the server's last word counts.
      let ending: string | undefined;
      for await (const event of events) {
        if (event.event === 'alert') collect([event]);
        else ending = event.data;
      }
      assert.match(ending ?? '', /"reason":"stopping"/);
      await stopped;
      server = await start('resume');
      continue;
    }
    collect(await take(events, Math.min(137, total - seen.length)));
    cuts++;
    reader.close();
  }
  await producing;
  assert.ok(isRestarted && !isProducing && cuts > 5);
  assert.deepEqual(
    seen.map(numberOf),
    Array.from({ length: total }, (_, index) => index - total),
  );
  assert.equal(new Set(seen.map(({ id }) => id)).size, total);
});

test('filters: by rule, by severity, since a time; a cursor in the URL, and the header before it', async () => {
  const { url } = await start('filter');
  await declare(url);
  const [rule, byRule] = await follow(url, '?rule=high');
  const [severity, bySeverity] = await follow(url, '?severity=medium');
  await post(url, [{ x: 1 }, { x: 200 }, { x: 2 }, { x: 201 }]);
  assert.deepEqual((await take(rule, 2)).map(numberOf), [200, 201]);
  const medium = await take(severity, 4);
  assert.deepEqual(medium.map(numberOf), [1, 200, 2, 201]);
  const [since, all] = await follow(url, '?since=2020-01-01T00:00:00Z&rule=high');
  assert.deepEqual((await take(since, 2)).map(numberOf), [200, 201]);
  const [cursor, byCursor] = await follow(url, `?rule=all&cursor=${medium[1]?.id}`);
  assert.deepEqual((await take(cursor, 2)).map(numberOf), [2, 201]);
  const header = { 'last-event-id': medium[2]?.id ?? '' };
  const [both, byBoth] = await follow(url, `?rule=all&cursor=${medium[0]?.id}`, header);
  assert.deepEqual((await take(both, 1)).map(numberOf), [201]);
  for (const reader of [byRule, bySeverity, all, byCursor, byBoth]) reader.close();
});

test('a cursor that is none, or of no alert here, is refused', async () => {
  const { url } = await start('cursor');
  const beyond = Buffer.from('alerts:99').toString('base64url');
  for (const cursor of ['x', Buffer.from('rules:a').toString('base64url'), beyond]) {
    const problem = await expect(400, url, 'GET', `/v1/alerts/live?cursor=${cursor}`);
    assert.equal(problem['code'], 'invalid_cursor');
  }
  const header = await expect(400, url, 'GET', '/v1/alerts/live', undefined, { 'last-event-id': beyond });
  assert.equal(header['code'], 'invalid_cursor');
  const head = await call(url, 'HEAD', '/v1/alerts/live');
  assert.deepEqual([head.status, await head.text()], [200, '']);
});

test('feeds are counted: one more than there may be is 429, and one that closes makes room', async () => {
  const { url, tocsin } = await start('cap', { settings: { liveFeeds: 2 } });
  const [, one] = await follow(url);
  const [, two] = await follow(url);
  const response = await call(url, 'GET', '/v1/alerts/live');
  const problem = JSON.parse(await response.text()) as { code: string };
  assert.deepEqual([response.status, problem.code], [429, 'overloaded']);
  assert.ok(Number(response.headers.get('retry-after')) > 0);
  one.close();
  while (tocsin.live.open > 1) await wait(5);
  const [, three] = await follow(url);
  two.close();
  three.close();
  while (tocsin.live.open > 0) await wait(5);
});

test('a reader that takes nothing is dropped with a last word, and goes on where it was', async () => {
  const { url, tocsin } = await start('slow', { settings: { liveStall: 1_500 } });
  await declare(url);
  const total = 300;
  const note = 'n'.repeat(60_000);
  const reader = await FeedReader.open(`${url}/v1/alerts/live?rule=all`);
  reader.response.pause();
  const figure = /^tocsin_live_feeds_ended_total\{reason="slow_reader"\} 1$/m;
  for (let x = 0; x < total; x += 50) {
    await post(
      url,
      Array.from({ length: 50 }, (_, index) => ({ x: x + index - total, note })),
    );
  }
  while (!figure.test(await (await call(url, 'GET', '/metrics')).text())) await wait(20);
  const received: Received[] = [];
  for await (const event of reader.events()) received.push(event);
  assert.match(received.at(-1)?.data ?? '', /"reason":"slow_reader"/);
  assert.equal(received.at(-1)?.event, 'closed');
  while (tocsin.live.open > 0) await wait(5);
  const alerts = received.filter(({ event }) => event === 'alert');
  assert.ok(alerts.length < total, 'not all of it fitted into the buffers between the two');
  const [events, again] = await follow(url, '?rule=all', { 'last-event-id': alerts.at(-1)?.id ?? '' });
  const rest = await take(events, total - alerts.length);
  again.close();
  assert.deepEqual(
    [...alerts, ...rest].map(numberOf),
    Array.from({ length: total }, (_, index) => index - total),
  );
});

test('the newest alert is found, however many there are', async () => {
  const { url, tocsin } = await start('last');
  await expect(201, url, 'PUT', '/v1/streams/s', 'CREATE STREAM s (x BIGINT)');
  await expect(201, url, 'PUT', '/v1/rules/all', 'SELECT x FROM s');
  for (let count = 0; count < 20; count++) {
    while ((await tocsin.reader.alerts(0, 100, {})).length < count) await wait(1);
    assert.equal(await tocsin.reader.lastSequence(), count);
    await post(url, { x: count });
  }
});
