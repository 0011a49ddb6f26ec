import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answered, startApi } from './api_server.js';

const { send } = await startApi();
const PATH = '/v1/streams/payments/events';
await send(
  'PUT',
  '/v1/streams/payments',
  `CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP NOT NULL, ce_type VARCHAR,
    WATERMARK FOR at AS at - INTERVAL '2' SECOND) WITH (key = 'card')`,
);

const TIME = new Date(Date.now() - 60_000).toISOString();
const event = (id: string, data: unknown = { card: 'a', amount: 1 }, more = {}) => ({
  ...{ specversion: '1.0', id, source: '/till/7', type: 'com.example.payment', time: TIME, data, ...more },
});
const headersOf = (id: string, more: Record<string, string> = {}) => ({
  ...{ 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/till/7', 'ce-type': 'com.example.payment' },
  ...{ 'ce-time': TIME, 'content-type': 'application/json', ...more },
});
const structured = (body: unknown) =>
  send('POST', PATH, body, { 'content-type': 'application/cloudevents+json' });
const batched = (body: unknown) =>
  send('POST', PATH, body, { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' });
const binary = (headers: Record<string, string>, body: unknown = { card: 'a', amount: 1 }) =>
  send('POST', PATH, body, headers);

const counts = ({ status, body }: Answered) => [status, body['accepted'], body['duplicates']];
const codes = ({ status, body }: Answered) => [
  status,
  ((body['errors'] ?? body['rejected']) as { code: string }[]).map(({ code }) => code),
];
async function newest(): Promise<Record<string, unknown>> {
  const { body } = await send('GET', `${PATH}?limit=1000`);
  return (body['items'] as { data: Record<string, unknown> }[]).at(-1)?.data ?? {};
}

test('structured: the data is the event, its time the event time, an asked attribute a column', async () => {
  assert.deepEqual(counts(await structured(event('s1'))), [202, 1, 0]);
  assert.deepEqual(await newest(), { card: 'a', amount: 1, at: TIME, ce_type: 'com.example.payment' });
});

test('one event in all three modes is one event', async () => {
  assert.deepEqual(counts(await structured(event('m'))), [202, 1, 0]);
  assert.deepEqual(counts(await batched([event('m')])), [202, 0, 1]);
  assert.deepEqual(counts(await binary(headersOf('m'))), [202, 0, 1]);
  assert.deepEqual(counts(await binary(headersOf('m', { 'ce-source': '/till/8' }))), [202, 1, 0]);
});

test('batched: a bad one is listed by its index and spoils no other; an empty batch is one', async () => {
  const answer = await batched([
    event('b1'),
    { specversion: '1.0' },
    event('b2', 'text'),
    5,
    event('b3'),
    event('b3'),
  ]);
  assert.deepEqual(counts(answer), [202, 2, 1]);
  assert.deepEqual(codes(answer)[1], ['missing_attribute', 'not_an_object', 'not_an_object']);
  assert.deepEqual(
    (answer.body['rejected'] as { index: number }[]).map(({ index }) => index),
    [1, 2, 3],
  );
  assert.deepEqual(counts(await batched([])), [202, 0, 0]);
  const single = await batched(event('b4'));
  assert.deepEqual([single.status, single.body['code']], [422, 'invalid_body']);
});

test('binary: attributes are percent-decoded once, quotes taken off, the data may be of any JSON type', async () => {
  const type = headersOf('p1', { 'ce-type': 'Euro%20%E2%82%AC%20%F0%9F%98%80%2525' });
  assert.deepEqual(counts(await binary(type)), [202, 1, 0]);
  assert.equal((await newest())['ce_type'], 'Euro € 😀%25');
  const quoted = headersOf('p2', { 'ce-type': '"a \\"b\\" c"', 'content-type': 'application/vnd.pay+json' });
  assert.deepEqual(counts(await binary(quoted)), [202, 1, 0]);
  assert.equal((await newest())['ce_type'], 'a "b" c');
});

test('binary: what is wrong is said', async () => {
  for (const value of ['%C0%A0', '100%', '%zz', 'caf\u00e9']) {
    assert.deepEqual(codes(await binary(headersOf('w', { 'ce-subject': value }))), [
      422,
      ['invalid_attribute'],
    ]);
  }
  const { 'ce-id': _, ...without } = headersOf('w');
  assert.deepEqual(codes(await binary(without)), [422, ['missing_attribute']]);
  assert.deepEqual(codes(await binary(headersOf('w', { 'ce-specversion': '0.3' }))), [
    422,
    ['unsupported_specversion'],
  ]);
  assert.deepEqual(codes(await binary(headersOf('w'), [{ card: 'a' }])), [422, ['not_an_object']]);
  assert.deepEqual(codes(await binary(headersOf('w'), '')), [422, ['missing_data']]);
  const broken = await binary(headersOf('w'), '{');
  assert.deepEqual([broken.status, broken.body['code']], [400, 'invalid_json']);
  for (const type of ['application/x-ndjson', 'text/xml']) {
    const answer = await binary(headersOf('w', { 'content-type': type }));
    assert.deepEqual([answer.status, answer.headers.get('accept')], [415, 'application/json']);
  }
});

test('a format that is not taken is 415, with ce- headers or without', async () => {
  for (const headers of [{}, headersOf('x')]) {
    const answer = await send('POST', PATH, '<x/>', {
      ...headers,
      'content-type': 'application/cloudevents+xml',
    });
    assert.deepEqual([answer.status, answer.body['code']], [415, 'unsupported_media_type']);
  }
});

test('a refused event alone is 422 with its reason, and data is held to the stream', async () => {
  assert.deepEqual(codes(await structured(event('r', { card: 5 }))), [422, ['wrong_type']]);
  assert.deepEqual(codes(await structured(event('r', { card: 'a' }, { time: undefined }))), [
    422,
    ['missing_time'],
  ]);
  assert.deepEqual(codes(await structured({ ...event('r'), specversion: '2.0' })), [
    422,
    ['unsupported_specversion'],
  ]);
  assert.deepEqual(counts(await structured(event('r'))), [202, 1, 0]);
});

test('with an Idempotency-Key two events in binary mode with the same data are two requests', async () => {
  const key = { 'idempotency-key': 'ce-1' };
  assert.deepEqual(counts(await binary(headersOf('k1', key))), [202, 1, 0]);
  assert.deepEqual(counts(await binary(headersOf('k1', key))), [202, 0, 1]);
  const other = await binary(headersOf('k2', key));
  assert.deepEqual([other.status, other.body['code']], [422, 'idempotency_key_reused']);
});
