import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './api_server.js';

const { send } = await startApi();

const SQL = 'SELECT x FROM readings WHERE x > 1';
const HOOK = { type: 'webhook', url: 'https://alerts.example.com/hook' };
/** What is guarded: a body that makes it, and one that changes it. */
const GUARDED: readonly (readonly [path: string, made: unknown, changed: unknown])[] = [
  [
    '/v1/streams/readings',
    'CREATE STREAM readings (x BIGINT)',
    'CREATE STREAM readings (x BIGINT, y BIGINT)',
  ],
  ['/v1/rules/high', SQL, SQL.replace('1', '2')],
  ['/v1/destinations/desk', HOOK, { ...HOOK, timeout: '5 SECONDS' }],
];
const etagOf = ({ headers }: { headers: Headers }): string => headers.get('etag') ?? '';

for (const [path, made, changed] of GUARDED) {
  test(`${path}: ETag on every answer, If-Match and If-None-Match: * guard PUT and DELETE`, async () => {
    const absent = await send('PUT', path, made, { 'if-match': '*' });
    assert.deepEqual([absent.status, absent.body['code']], [412, 'precondition_failed']);
    assert.equal((await send('GET', path)).status, 404);

    const first = await send('PUT', path, made, { 'if-none-match': '*' });
    assert.equal(first.status, 201);
    assert.match(etagOf(first), /^"[^"]+"$/);
    assert.equal(etagOf(await send('GET', path)), etagOf(first));
    assert.equal(etagOf(await send('PUT', path, made)), etagOf(first), 'the same again changes nothing');

    const twice = await send('PUT', path, changed, { 'if-none-match': '*' });
    assert.deepEqual([twice.status, twice.body['code']], [412, 'precondition_failed']);
    const known = await send('PUT', path, changed, { 'if-none-match': `"other", ${etagOf(first)}` });
    assert.equal(known.status, 412);
    assert.equal(etagOf(await send('GET', path)), etagOf(first), 'a failed precondition changes nothing');

    const second = await send('PUT', path, changed, { 'if-match': `"other", ${etagOf(first)}` });
    assert.equal(second.status, 200);
    assert.notEqual(etagOf(second), etagOf(first));
    for (const stale of [etagOf(first), `W/${etagOf(second)}`, '"x"']) {
      assert.equal((await send('PUT', path, made, { 'if-match': stale })).status, 412, stale);
      assert.equal((await send('DELETE', path, undefined, { 'if-match': stale })).status, 412, stale);
    }
    assert.equal(etagOf(await send('GET', path)), etagOf(second));
    if (path.includes('streams')) return;
    assert.equal((await send('DELETE', path, undefined, { 'if-match': etagOf(second) })).status, 204);
    const again = await send('PUT', path, changed);
    assert.notEqual(etagOf(again), etagOf(second), 'one of the same name made later is another');
    assert.notEqual(etagOf(again), etagOf(first));
  });
}

test('two who read the same version: one of them changes it, the other is told', async () => {
  const path = '/v1/rules/raced';
  const etag = etagOf(await send('PUT', path, SQL));
  const answers = await Promise.all(
    [3, 4, 5].map((limit) => send('PUT', path, SQL.replace('> 1', `> ${limit}`), { 'if-match': etag })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412]);
  assert.equal((await send('GET', path)).body['version'], 2);
});

test('pause and resume are guarded too', async () => {
  const path = '/v1/rules/paused';
  const etag = etagOf(await send('PUT', path, SQL));
  assert.equal((await send('POST', `${path}/pause`, undefined, { 'if-match': '"x"' })).status, 412);
  assert.equal((await send('GET', path)).body['enabled'], true);
  const paused = await send('POST', `${path}/pause`, undefined, { 'if-match': etag });
  assert.equal(paused.body['enabled'], false);
  assert.equal((await send('POST', `${path}/resume`, undefined, { 'if-match': etag })).status, 412);
  const resumed = await send('POST', `${path}/resume`, undefined, { 'if-match': etagOf(paused) });
  assert.equal(resumed.body['enabled'], true);
});
