import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../src/store/memory.js';
import { Scene } from './scene.js';

const URL = 'https://alerts.example.com/hook';
const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

test('a secret is made, shown once, kept over puts, and rotated with the old one valid for a day', async () => {
  const store = new MemoryStore();
  const scene = await Scene.open(store);
  const { destinations } = scene.tocsin;
  const made = await destinations.put('desk', { type: 'webhook', url: URL });
  assert.equal(made.created, true);
  assert.match(made.secret ?? '', /^whsec_/);
  assert.deepEqual([made.destination.timeout, made.destination.retry.schedule.length], ['15 SECONDS', 9]);
  const again = await destinations.put('desk', { type: 'webhook', url: URL });
  assert.deepEqual(
    [again.created, again.secret, again.destination.etag],
    [false, null, made.destination.etag],
  );
  await destinations.put('desk', { type: 'webhook', url: URL, secret: SECRET });
  const held = destinations.find('desk');
  assert.equal(held?.secret, SECRET);
  assert.deepEqual(held?.formerSecrets, [{ secret: made.secret, until: scene.clock.now() + 86_400_000 }]);
  assert.ok(!JSON.stringify(destinations.get('desk')).includes('whsec_'));
  await scene.tocsin.close();
  const reopened = await Scene.open(store);
  assert.deepEqual(reopened.tocsin.destinations.find('desk'), held);
  await reopened.tocsin.close();
});

test('what cannot be a destination is refused with the field', async () => {
  const scene = await Scene.open(new MemoryStore());
  const { destinations } = scene.tocsin;
  const refused = (request: object, field: string) =>
    assert.rejects(
      destinations.put('desk', { type: 'webhook', url: URL, ...request }),
      (error: { code?: string; detail?: { field?: string } }) => {
        assert.deepEqual([error.code, error.detail?.field], ['bad_option', field]);
        return true;
      },
    );
  await refused({ type: 'pigeon' }, 'type');
  await refused({ url: 'ftp://example.com' }, 'url');
  await refused({ url: 'https://user:pass@example.com' }, 'url');
  await refused({ secret: 'whsec_short' }, 'secret');
  await refused({ headers: { 'webhook-id': '1' } }, 'headers');
  await refused({ headers: { 'x-a': 'b\r\nc: d' } }, 'headers');
  await refused({ timeout: '1 DAY' }, 'timeout');
  await refused({ retry: { schedule: ['soon'] } }, 'retry.schedule');
  assert.equal(destinations.get('desk'), null);
  await scene.tocsin.close();
});

test('values of headers that may be secrets are hidden, and kept when they come back hidden', async () => {
  const scene = await Scene.open(new MemoryStore());
  const { destinations } = scene.tocsin;
  const headers = { Authorization: 'Bearer x', 'X-Team': 'fraud' };
  const { destination } = await destinations.put('desk', { type: 'webhook', url: URL, headers });
  assert.deepEqual(destination.headers, { Authorization: '***', 'X-Team': 'fraud' });
  await destinations.put('desk', { type: 'webhook', url: `${URL}/2`, headers: destination.headers });
  assert.deepEqual(destinations.find('desk')?.headers, headers);
  await scene.tocsin.close();
});

test('a destination that rules notify is not deleted', async () => {
  const scene = await Scene.open(new MemoryStore());
  const { destinations, catalog } = scene.tocsin;
  await destinations.put('desk', { type: 'webhook', url: URL });
  await catalog.putRule('big', { query: 'SELECT amount FROM payments', notify: ['desk'] });
  await assert.rejects(destinations.delete('desk'), { code: 'destination_in_use' });
  await catalog.deleteRule('big');
  await destinations.delete('desk');
  await assert.rejects(destinations.delete('desk'), { code: 'unknown_destination' });
  await scene.tocsin.close();
});

test('an alert makes a delivery for each destination that its rule notifies', async () => {
  const scene = await Scene.open(new MemoryStore());
  const { destinations, catalog, ingest, reader } = scene.tocsin;
  for (const name of ['desk', 'pager']) await destinations.put(name, { type: 'webhook', url: URL });
  await catalog.putRule('big', { query: 'SELECT amount FROM payments', notify: ['desk', 'pager'] });
  await ingest.post('payments', [{ json: { amount: 1 } }]);
  const [alert] = await scene.alerts();
  const deliveries = await reader.deliveries(0, 10, {});
  assert.deepEqual(
    deliveries.map(({ id, destination, state }) => [id, destination, state]),
    ['desk', 'pager'].map((name) => [`${alert?.id}.${name}`, name, 'pending']),
  );
  await assert.rejects(reader.retry(deliveries[0]?.id ?? ''), { code: 'not_retryable' });
  await scene.tocsin.close();
});
