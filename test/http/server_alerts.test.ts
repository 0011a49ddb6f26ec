import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './api_server.js';
import { FeedReader, type Received } from './feed_reader.js';

const { url, send, tocsin } = await startApi();

const hook = { type: 'webhook', url: 'https://alerts.example.com/hook' };

test('a destination that is disabled: the list of alerts, the live feed and the destination tell of it', async () => {
  await send('PUT', '/v1/destinations/desk', hook);
  const ops = await send('PUT', '/v1/destinations/ops', { ...hook, server_alerts: true });
  assert.equal(ops.body['server_alerts'], true);
  await send('PUT', '/v1/rules/big', { query: 'SELECT x FROM s WHERE x > 1', notify: ['desk'] });
  const feed = await FeedReader.open(`${url}/v1/alerts/live`);
  // The first event says where the feed begins.
  const events = feed.events();
  await events.next();
  const known = tocsin.destinations.find('desk');
  assert.ok(known !== null);
  const since = Date.parse('2026-11-19T12:00:00Z');
  const reason = 'every attempt failed for 5 days';
  assert.equal(await tocsin.destinations.disable(known, { reason, since }), true);
  assert.equal(await tocsin.destinations.disable(known, { reason, since }), false, 'once');

  const { body: list } = await send('GET', '/v1/alerts?rule=tocsin');
  const items = list['items'] as Record<string, unknown>[];
  assert.equal(items.length, 1);
  const { id, severity, row, key } = items[0] as { id: string; severity: string; row: object; key: object };
  assert.deepEqual([severity, key], ['critical', { destination: 'desk' }]);
  assert.match(
    JSON.stringify(row),
    /The destination 'desk' is disabled: every attempt failed for 5 days\. What is for it/,
  );
  assert.equal((await send('GET', `/v1/alerts/${id}`)).status, 200);
  const { event, data = '{}' } = (await events.next()).value as Received;
  assert.deepEqual([event, (JSON.parse(data) as { id?: string }).id], ['alert', id]);
  feed.close();
  const { body: deliveries } = await send('GET', '/v1/deliveries');
  assert.deepEqual(
    (deliveries['items'] as { id: string }[]).map((each) => each.id),
    [`${id}.ops`],
  );
  const { body: shown } = await send('GET', '/v1/destinations/desk');
  assert.equal((shown['disabled'] as { reason: string }).reason, reason);
  const again = await send('POST', '/v1/destinations/desk/enable');
  assert.deepEqual([again.status, again.body['disabled']], [200, null]);
});

test('no rule of a user can go by the name of the server', async () => {
  for (const name of ['tocsin', 'Tocsin']) {
    const { status, body } = await send('PUT', `/v1/rules/${name}`, { query: 'SELECT x FROM s' });
    assert.deepEqual([status, body['code']], [422, 'bad_name']);
  }
});
