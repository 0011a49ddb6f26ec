import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Guard } from '../../src/http/guard.js';
import { RateLimit } from '../../src/http/rate_limit.js';
import { startApi } from './api_server.js';
import { Keyring } from './keyring.js';

test('twice the rate at once, then one at a time, each caller for itself', () => {
  let now = 0;
  const limit = new RateLimit(10, () => now);
  const taken = (who: string, times: number) =>
    Array.from({ length: times }, () => limit.take(who)).filter((wait) => wait === 0).length;
  assert.equal(taken('a', 30), 20);
  assert.equal(limit.take('a'), 100);
  assert.equal(taken('b', 30), 20);
  now = 99;
  assert.equal(taken('a', 5), 0);
  now = 100;
  assert.equal(taken('a', 5), 1);
  now = 1_100;
  assert.equal(taken('a', 30), 10);
  now = 1_000_000;
  assert.equal(taken('a', 30), 20);
});

test('a thousand seconds of asking too often get the rate and no more', () => {
  let now = 0;
  const limit = new RateLimit(5, () => now);
  let passed = 0;
  for (; now < 1_000_000; now += 7) if (limit.take('a') === 0) passed++;
  assert.ok(passed >= 5_000 && passed <= 5_010, String(passed));
});

test('who was silent longest is forgotten first: memory does not grow with the number of callers', () => {
  const limit = new RateLimit(1, () => 0);
  for (let n = 0; n < 3; n++) limit.take('hasty');
  for (let n = 0; n < 9_999; n++) limit.take(`other ${n}`);
  assert.notEqual(limit.take('hasty'), 0);
  for (let n = 0; n < 10_000; n++) limit.take(`another ${n}`);
  assert.equal(limit.take('hasty'), 0);
});

test('over HTTP: 429 with Retry-After for one key and not for another; events and health do not count', async () => {
  const keys = new Keyring();
  const { send } = await startApi({}, {}, new Guard({ keys, rate: new RateLimit(0.001, () => 0) }));
  const bearer = (name: string) => ({ authorization: `Bearer ${keys.add(name, ['admin'])}` });
  const [hasty, calm] = [bearer('hasty'), bearer('calm')];
  // A rate below one half lets nobody pass: its bucket holds less than one request.
  const refused = await send('GET', '/v1/rules', undefined, hasty);
  assert.deepEqual([refused.status, refused.body['code']], [429, 'rate_limited']);
  assert.equal(refused.headers.get('retry-after'), '998');
  assert.match(String(refused.body['detail']), /key hasty/);
  assert.equal((await send('GET', '/v1/rules', undefined, calm)).status, 429);
  assert.equal((await send('GET', '/healthz')).status, 200);
  assert.equal((await send('GET', '/readyz')).status, 200);
  assert.equal((await send('POST', '/v1/streams/s/events', { x: 1 }, hasty)).status, 202);
  const stranger = await send('POST', '/v1/streams/s/events', { x: 1 });
  assert.deepEqual([stranger.status, stranger.body['code']], [429, 'rate_limited']);
  assert.match(String(stranger.body['detail']), /address 127\.0\.0\.1/);
  for (const path of ['/nowhere', '/docs/', '/openapi.json']) {
    assert.equal((await send('GET', path)).status, 429, path);
  }
});

test('one key that asks too often takes nothing from another', async () => {
  const keys = new Keyring();
  const { send } = await startApi({}, {}, new Guard({ keys, rate: new RateLimit(5, () => 0) }));
  const [hasty, calm] = ['hasty', 'calm'].map((name) => ({
    authorization: `Bearer ${keys.add(name, ['rules:read'])}`,
  }));
  const statuses: number[] = [];
  for (let n = 0; n < 15; n++) statuses.push((await send('GET', '/v1/rules', undefined, hasty)).status);
  assert.deepEqual(statuses, [...Array(10).fill(200), ...Array(5).fill(429)]);
  assert.equal((await send('GET', '/v1/rules', undefined, calm)).status, 200);
});
