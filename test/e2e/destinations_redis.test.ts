import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHook } from '../sinks/hook_server.js';
import { freePort, startRedis, withoutRedis } from '../support/redis_server.js';
import { eventually, expectCall } from './client.js';
import { startServer, startStandby } from './server_process.js';

const running: (() => unknown)[] = [];
after(async () => {
  for (const end of running.reverse()) await end();
});

test('what one server on a Redis changes of its destinations, the other sees at once', {
  skip: withoutRedis,
}, async (t) => {
  const [redis, before, behind] = await Promise.all([startRedis(), startHook(), startHook()]);
  running.push(redis.stop, before.close, behind.close);
  const args = ['--redis', redis.url, '--allow-destinations', '127.0.0.0/8'];
  const owner = await startServer(args);
  running.push(owner.kill);
  const standby = await startStandby(await freePort(), args);
  running.push(standby.kill);

  // The one that stands by makes it: the one that works knows it for its rules.
  const hook = (url: string) => ({ type: 'webhook', url });
  for (const name of ['desk', 'spare'])
    await expectCall(201, standby.url, 'PUT', `/v1/destinations/${name}`, hook(before.url));
  await expectCall(201, owner.url, 'PUT', '/v1/rules/all', { query: 'SELECT x FROM s', notify: ['desk'] });

  for (let round = 1; round <= 5; round++) {
    const [from, to] = round % 2 === 0 ? [before, behind] : [behind, before];
    const had = from.posts.length;
    await expectCall(200, owner.url, 'PUT', '/v1/destinations/desk', hook(`${to.url}?round=${round}`));
    const { body } = await expectCall(200, standby.url, 'GET', '/v1/destinations/desk');
    assert.equal(body['url'], `${to.url}?round=${round}`);
    const events = Array.from({ length: 20 }, (_, x) => ({ x }));
    await expectCall(202, owner.url, 'POST', '/v1/streams/s/events', events);
    const isHere = ({ path }: { path: string }) => path.endsWith(`round=${round}`);
    await eventually('the alerts', () => to.posts.filter(isHere).length === 20);
    assert.equal(from.posts.length, had, 'none went where the destination was before');
  }
  await expectCall(204, owner.url, 'DELETE', '/v1/destinations/spare');
  await expectCall(404, standby.url, 'GET', '/v1/destinations/spare');
  await expectCall(404, standby.url, 'DELETE', '/v1/destinations/spare');
  const { body } = await expectCall(200, standby.url, 'GET', '/v1/destinations');
  assert.deepEqual(
    (body['items'] as { name: string }[]).map(({ name }) => name),
    ['desk'],
  );
  t.diagnostic(
    '5 changes on one server, 20 alerts after each: 100 of 100 went to the new address, 0 to the old one',
  );
});
