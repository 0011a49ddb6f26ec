import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startApi } from './api_server.js';

const { send } = await startApi();

const PAYMENTS = `CREATE STREAM payments (
  card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'card')`;
const RULE = 'SELECT card, amount FROM payments WHERE amount > 500';

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
const items = (body: Readonly<Record<string, unknown>>) =>
  body['items'] as Readonly<Record<string, unknown>>[];
const errorsOf = (body: Readonly<Record<string, unknown>>) =>
  body['errors'] as Readonly<Record<string, unknown>>[];

async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 500; tries++) {
    const found = await look();
    if (found !== null) return found;
    await wait(20);
  }
  throw new Error('it did not come');
}

test('streams: declared, read, listed, guarded by their ETag, deleted', async () => {
  const made = await send('PUT', '/v1/streams/payments', PAYMENTS);
  assert.equal(made.status, 201);
  assert.deepEqual(made.body['columns'], [
    { name: 'card', type: 'VARCHAR', nullable: false },
    { name: 'amount', type: 'DOUBLE', nullable: true },
    { name: 'at', type: 'TIMESTAMP', nullable: true },
  ]);
  assert.deepEqual(
    [made.body['event_time'], made.body['delay'], made.body['key'], made.body['watermark']],
    ['at', '2 SECONDS', ['card'], null],
  );
  const again = await send('PUT', '/v1/streams/payments', { query: PAYMENTS });
  assert.deepEqual([again.status, again.body['version']], [200, 1]);
  const etag = made.headers.get('etag') ?? '';
  assert.equal((await send('GET', '/v1/streams/payments')).headers.get('etag'), etag);
  const wider = PAYMENTS.replace('amount DOUBLE,', 'amount DOUBLE, shop VARCHAR,');
  const stale = await send('PUT', '/v1/streams/payments', wider, { 'if-match': '"stale"' });
  assert.deepEqual([stale.status, stale.body['code']], [412, 'precondition_failed']);
  const changed = await send('PUT', '/v1/streams/payments', wider, { 'if-match': etag });
  assert.deepEqual([changed.status, changed.body['version']], [200, 2]);
  const rekeyed = await send('PUT', '/v1/streams/payments', wider.replace("key = 'card'", "key = 'shop'"));
  assert.deepEqual([rekeyed.status, rekeyed.body['code']], [409, 'incompatible_change']);
  const other = await send(
    'PUT',
    '/v1/streams/payments',
    PAYMENTS.replace('STREAM payments', 'STREAM others'),
  );
  assert.deepEqual([other.status, other.body['code']], [422, 'name_mismatch']);

  await send('PUT', '/v1/streams/alpha', 'CREATE STREAM alpha (x BIGINT)');
  const first = await send('GET', '/v1/streams?limit=1');
  assert.deepEqual(
    items(first.body).map(({ name }) => name),
    ['alpha'],
  );
  const second = await send('GET', `/v1/streams?limit=1&cursor=${first.body['next_cursor']}`);
  assert.deepEqual(
    [items(second.body).map(({ name }) => name), second.body['next_cursor']],
    [['payments'], null],
  );
  assert.equal((await send('DELETE', '/v1/streams/alpha', undefined, { 'if-match': '"stale"' })).status, 412);
  assert.equal((await send('DELETE', '/v1/streams/alpha')).status, 204);
  assert.equal((await send('DELETE', '/v1/streams/alpha')).body['code'], 'unknown_stream');
  assert.equal((await send('GET', '/v1/streams/alpha')).status, 404);
});

test('rules: registered, read, paused, resumed, changed, their history, deleted', async () => {
  const made = await send('PUT', '/v1/rules/large', { query: RULE, severity: 'critical' });
  assert.deepEqual(
    [made.status, made.body['version'], made.body['severity'], made.body['enabled'], made.body['streams']],
    [201, 1, 'critical', true, ['payments']],
  );
  assert.equal(
    (await send('PUT', '/v1/rules/large', { query: `${RULE}  -- the same`, severity: 'critical' })).body[
      'version'
    ],
    1,
  );
  assert.equal((await send('PUT', '/v1/rules/large', RULE, { 'if-match': '"stale"' })).status, 412);
  assert.equal((await send('POST', '/v1/rules/large/pause')).body['enabled'], false);
  assert.equal((await send('POST', '/v1/rules/large/resume')).body['enabled'], true);
  const changed = await send(
    'PUT',
    '/v1/rules/large',
    `CREATE RULE large WITH (severity = 'low') AS ${RULE.replace('500', '400')}`,
  );
  assert.deepEqual([changed.status, changed.body['severity']], [200, 'low']);
  const history: unknown[] = [];
  for (let cursor: unknown = ''; cursor !== null; ) {
    const { body } = await send(
      'GET',
      `/v1/rules/large/versions?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    history.push(...items(body).map(({ change }) => change));
    cursor = body['next_cursor'];
  }
  assert.deepEqual(history, ['put', 'pause', 'resume', 'put']);
  assert.deepEqual(
    items((await send('GET', '/v1/rules')).body).map(({ name }) => name),
    ['large'],
  );
  const used = await send('DELETE', '/v1/streams/payments');
  assert.deepEqual([used.status, used.body['code'], used.body['names']], [409, 'stream_in_use', ['large']]);
  assert.equal((await send('GET', '/v1/rules/nobody')).body['code'], 'unknown_rule');
  assert.equal((await send('DELETE', '/v1/rules/large')).status, 204);
  assert.equal((await send('GET', '/v1/rules/large')).status, 404);
});

test('a rule with three mistakes is told all three, each with its place', async () => {
  const text = "SELECT card, amuont\nFROM payments\nWHERE amount > 'many' AND crd = 1";
  const { status, body } = await send('PUT', '/v1/rules/wrong', text);
  assert.deepEqual([status, body['code']], [422, 'invalid_rule']);
  const errors = errorsOf(body);
  assert.equal(errors.length, 3);
  assert.deepEqual(
    errors.map(({ code, line, column, length }) => [code, line, column, length]),
    [
      ['unknown_column', 1, 14, 6],
      [errors[1]?.['code'], 3, errors[1]?.['column'], errors[1]?.['length']],
      ['unknown_column', 3, 27, 3],
    ],
  );
  assert.equal(errors[0]?.['context'], 'SELECT card, amuont\n             ^^^^^^');
  assert.match(String(errors[0]?.['hint']), /amount/);
  assert.equal((await send('GET', '/v1/rules/wrong')).status, 404);

  const checked = await send('POST', '/v1/rules/validate', { query: text, name: 'wrong' });
  assert.deepEqual(
    [checked.status, checked.body['valid'], (checked.body['diagnostics'] as unknown[]).length],
    [200, false, 3],
  );
  const fine = await send('POST', '/v1/rules/validate', RULE);
  assert.deepEqual([fine.body['valid'], fine.body['diagnostics']], [true, []]);
  assert.match(String(fine.body['query']), /^SELECT/);
});

test('options of a rule that cannot be are refused by their field', async () => {
  const cases: [Readonly<Record<string, unknown>>, string, string][] = [
    [{ notify: ['nobody'] }, 'bad_option', '/notify'],
    [{ on_update: 'replay' }, 'not_built', '/on_update'],
    [{ severity: 'loud' }, 'invalid_body', '/severity'],
    [{ colour: 'red' }, 'invalid_body', '/colour'],
    [{ suppress: { by: ['card'] } }, 'invalid_body', '/suppress/for'],
  ];
  for (const [fields, code, pointer] of cases) {
    const { status, body } = await send('PUT', '/v1/rules/odd', { query: RULE, ...fields });
    assert.deepEqual([status, body['code'], errorsOf(body)[0]?.['pointer']], [422, code, pointer]);
  }
});

test('events: one, several, lines; bad ones by index; all or nothing; once for a key', async () => {
  const path = '/v1/streams/payments/events';
  const one = await send('POST', path, { card: 'a', amount: 1, at: ago(60) });
  assert.deepEqual(
    [one.status, one.body['accepted'], one.body['duplicates'], one.body['rejected']],
    [202, 1, 0, []],
  );
  const mixed = [
    { card: 'a', amount: '12' },
    { card: 'a', amount: 2, at: ago(59) },
    { amount: 3, at: ago(59) },
    { card: 'a', at: ago(59) },
  ];
  const some = await send('POST', path, mixed);
  assert.equal(some.body['accepted'], 2);
  assert.deepEqual(
    (some.body['rejected'] as { index: number; code: string }[]).map(({ index, code }) => [index, code]),
    [
      [0, 'wrong_type'],
      [2, 'missing_value'],
    ],
  );
  const none = await send('POST', `${path}?atomic=true`, mixed);
  assert.deepEqual([none.status, none.body['code'], errorsOf(none.body).length], [422, 'no_event_taken', 2]);
  const lines = `{"card":"b","amount":5,"at":"${ago(58)}"}\n\nnot json\n`;
  const ndjson = await send('POST', path, lines, { 'content-type': 'application/x-ndjson' });
  assert.deepEqual(
    [ndjson.body['accepted'], (ndjson.body['rejected'] as { index: number }[])[0]?.index],
    [1, 1],
  );
  const key = { 'idempotency-key': 'k1' };
  const first = await send('POST', path, { card: 'c', amount: 1, at: ago(57) }, key);
  assert.equal(first.body['accepted'], 1);
  const clash = await send('POST', path, { card: 'c', amount: 2, at: ago(57) }, key);
  assert.deepEqual([clash.status, clash.body['code']], [422, 'idempotency_key_reused']);

  const read = await send('GET', `${path}?limit=3`);
  assert.deepEqual(
    items(read.body).map(({ data }) => (data as { card: string }).card),
    ['a', 'a', 'a'],
  );
  const rest = await send('GET', `${path}?limit=3&cursor=${read.body['next_cursor']}`);
  assert.deepEqual(
    items(rest.body).map(({ data }) => (data as { card: string }).card),
    ['b', 'c'],
  );
  assert.equal(rest.body['next_cursor'], null);
  const from = await send('GET', `${path}?from=${items(rest.body)[1]?.['offset']}`);
  assert.equal(items(from.body).length, 1);
  assert.equal((await send('GET', `${path}?from=0&cursor=${read.body['next_cursor']}`)).status, 400);
});

test('a repeat of a request with its Idempotency-Key is taken once', async () => {
  const path = '/v1/streams/payments/events';
  const body = { card: 'd', amount: 1, at: ago(56) };
  const key = { 'idempotency-key': 'k2' };
  assert.equal((await send('POST', path, body, key)).body['accepted'], 1);
  const repeat = await send('POST', path, body, key);
  assert.deepEqual([repeat.status, repeat.body['accepted'], repeat.body['duplicates']], [202, 0, 1]);
});

test('a stream that nobody declared is made by its first event, with a word', async () => {
  const made = await send('POST', '/v1/streams/clicks/events', { page: '/' });
  assert.equal((made.body['warnings'] as { code: string }[])[0]?.code, 'stream_created');
  assert.equal((await send('POST', '/v1/streams/clicks/events', { page: '/' })).body['warnings'], undefined);
  assert.equal((await send('GET', '/v1/streams/clicks')).body['declared'], false);
  assert.equal((await send('POST', '/v1/streams/a%20b/events', {})).body['code'], 'bad_name');
});

test('the watermark: taken, and refused too far ahead or when it is no time', async () => {
  const taken = await send('POST', '/v1/streams/payments/watermark', { time: ago(50) });
  assert.equal(taken.status, 202);
  assert.equal(
    (await send('POST', '/v1/streams/payments/watermark', { time: ago(-3_600) })).body['code'],
    'too_far_ahead',
  );
  assert.equal(
    (await send('POST', '/v1/streams/payments/watermark', { time: 'noon' })).body['code'],
    'invalid_body',
  );
  assert.equal(
    (await send('POST', '/v1/streams/nobody/watermark', { time: ago(0) })).body['code'],
    'unknown_stream',
  );
});

test('destinations: the secret is made, shown once, and never again', async () => {
  const body = { type: 'webhook', url: 'https://alerts.example.com/hook' };
  const made = await send('PUT', '/v1/destinations/desk', body);
  assert.equal(made.status, 201);
  assert.match(String(made.body['secret']), /^whsec_[A-Za-z0-9+/=]{32,}$/);
  const given = await send('PUT', '/v1/destinations/own', {
    ...body,
    secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  });
  assert.equal(given.body['secret'], undefined);
  for (const path of ['/v1/destinations', '/v1/destinations/desk', '/v1/destinations/own']) {
    assert.doesNotMatch(JSON.stringify((await send('GET', path)).body), /secret|whsec_/);
  }
  const bad = await send('PUT', '/v1/destinations/bad', { ...body, secret: 'short' });
  assert.deepEqual([bad.status, errorsOf(bad.body)[0]?.['pointer']], [422, '/secret']);
  assert.doesNotMatch(JSON.stringify(bad.body), /short/);
  assert.equal(
    (await send('PUT', '/v1/destinations/bad', { ...body, url: 'file:///etc/passwd' })).status,
    422,
  );
  assert.equal(
    (await send('PUT', '/v1/destinations/bad', { ...body, retry: { schedule: ['soon'] } })).status,
    422,
  );
  await send('PUT', '/v1/rules/noisy', { query: RULE, notify: ['desk'] });
  assert.equal((await send('DELETE', '/v1/destinations/desk')).body['code'], 'destination_in_use');
  assert.equal((await send('DELETE', '/v1/destinations/own')).status, 204);
  assert.equal((await send('GET', '/v1/destinations/own')).status, 404);
  assert.equal((await send('POST', '/v1/destinations/own/test')).body['code'], 'unknown_destination');
});

test('alerts and deliveries: listed, filtered, one with its events', async () => {
  await send('POST', '/v1/streams/payments/events', [
    { card: 'x', amount: 900, at: ago(20) },
    { card: 'y', amount: 901, at: ago(19) },
    { card: 'z', amount: 902, at: ago(18) },
  ]);
  await send('POST', '/v1/streams/payments/watermark', { time: ago(10) });
  const listed = await eventually(async () => {
    const { body } = await send('GET', '/v1/alerts?rule=noisy');
    return items(body).length === 3 ? items(body) : null;
  });
  assert.deepEqual(
    listed.map(({ row }) => (row as { card: string }).card),
    ['x', 'y', 'z'],
  );
  assert.ok(listed.every((alert) => alert['events'] === undefined && alert['severity'] === 'medium'));
  const one = await send('GET', `/v1/alerts/${listed[0]?.['id']}`);
  assert.equal((one.body['events'] as { data: { amount: number } }[])[0]?.data.amount, 900);
  const page = await send('GET', '/v1/alerts?limit=2');
  const next = await send('GET', `/v1/alerts?limit=2&cursor=${page.body['next_cursor']}`);
  assert.deepEqual(
    [...items(page.body), ...items(next.body)].map(({ id }) => id),
    listed.map(({ id }) => id),
  );
  assert.equal(items((await send('GET', '/v1/alerts?severity=high')).body).length, 0);
  assert.equal(items((await send('GET', `/v1/alerts?since=${ago(-60)}`)).body).length, 0);
  assert.equal((await send('GET', '/v1/alerts?since=yesterday')).body['code'], 'invalid_parameter');
  assert.equal((await send('GET', '/v1/alerts?severity=loud')).body['code'], 'invalid_parameter');
  assert.equal(
    (
      await send(
        'GET',
        `/v1/alerts?cursor=${(await send('GET', '/v1/rules?limit=1')).body['next_cursor'] ?? 'x'}`,
      )
    ).body['code'],
    'invalid_cursor',
  );
  assert.equal((await send('GET', '/v1/alerts/nobody')).body['code'], 'unknown_alert');

  const deliveries = items((await send('GET', '/v1/deliveries?destination=desk&state=pending')).body);
  assert.deepEqual(
    deliveries.map(({ alert }) => alert),
    listed.map(({ id }) => id),
  );
  assert.equal(items((await send('GET', '/v1/deliveries?state=dead')).body).length, 0);
  const retried = await send('POST', `/v1/deliveries/${deliveries[0]?.['id']}/retry`);
  assert.deepEqual([retried.status, retried.body['code']], [409, 'not_retryable']);
  assert.equal((await send('POST', '/v1/deliveries/nobody/retry')).body['code'], 'unknown_delivery');
});

test('health, readiness and what the runtime counts', async () => {
  assert.equal((await send('GET', '/healthz')).body['status'], 'ok');
  assert.equal((await send('GET', '/readyz')).body['status'], 'ready');
});
