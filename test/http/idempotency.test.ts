import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './api_server.js';

const { send } = await startApi();
const PATH = '/v1/streams/readings/events';
await send('PUT', '/v1/streams/readings', 'CREATE STREAM readings (x BIGINT NOT NULL)');

const post = (key: string, body: unknown, query = '') =>
  send('POST', PATH + query, body, { 'idempotency-key': key });
async function logged(): Promise<unknown[]> {
  const { body } = await send('GET', `${PATH}?limit=1000`);
  return (body['items'] as { data: { x: number } }[]).map(({ data }) => data.x);
}

test('a repeat is answered, its events counted as duplicates, and appended once', async () => {
  const first = await post('a', [{ x: 1 }, { x: 2 }, { y: 3 }]);
  assert.deepEqual([first.status, first.body['accepted'], first.body['duplicates']], [202, 2, 0]);
  const repeat = await post('a', [{ x: 1 }, { x: 2 }, { y: 3 }]);
  assert.deepEqual([repeat.status, repeat.body['accepted'], repeat.body['duplicates']], [202, 0, 2]);
  assert.deepEqual(repeat.body['rejected'], first.body['rejected']);
  assert.deepEqual(await logged(), [1, 2]);
});

test('the same key with another body is 422, and appends nothing; on another stream it is another key', async () => {
  const before = await logged();
  const other = await post('a', [{ x: 1 }, { x: 3 }]);
  assert.deepEqual([other.status, other.body['code']], [422, 'idempotency_key_reused']);
  assert.deepEqual(await logged(), before);
  const elsewhere = await send('POST', '/v1/streams/elsewhere/events', { x: 9 }, { 'idempotency-key': 'a' });
  assert.equal(elsewhere.body['accepted'], 1);
});

test('requests that came at the same time with one key are taken once', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('b', [{ x: 10 }, { x: 11 }])));
  const accepted = answers.map(({ body }) => body['accepted'] as number);
  assert.deepEqual(
    accepted.sort((one, two) => one - two),
    [0, 0, 0, 0, 0, 0, 0, 2],
  );
  assert.deepEqual((await logged()).slice(-2), [10, 11]);
});

test('a request that was refused as a whole has used up no key', async () => {
  const refused = await post('c', [{ x: 20 }, { y: 1 }], '?atomic=true');
  assert.deepEqual([refused.status, refused.body['code']], [422, 'no_event_taken']);
  assert.equal((await post('c', [{ x: 20 }, { x: 21 }], '?atomic=true')).body['accepted'], 2);
});

test('a key of no or too many characters is refused', async () => {
  for (const key of ['', 'k'.repeat(256)]) {
    const answer = await post(key, { x: 1 });
    assert.deepEqual([answer.status, answer.body['code']], [400, 'invalid_parameter']);
  }
});

test('what else a repeat could harm does not: watermark, pause and resume say the same twice', async () => {
  const time = new Date(Date.now() - 1_000).toISOString();
  for (let round = 0; round < 2; round++) {
    assert.equal((await send('POST', '/v1/streams/readings/watermark', { time })).status, 202);
  }
  await send('PUT', '/v1/rules/high', 'SELECT x FROM readings WHERE x > 1');
  for (const verb of ['pause', 'pause', 'resume', 'resume']) {
    const answer = await send('POST', `/v1/rules/high/${verb}`);
    assert.equal(answer.body['enabled'], verb === 'resume');
  }
  const { body } = await send('GET', '/v1/rules/high/versions');
  assert.deepEqual(
    (body['items'] as { change: string }[]).map(({ change }) => change),
    ['put', 'pause', 'resume'],
  );
});
