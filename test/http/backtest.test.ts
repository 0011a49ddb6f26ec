import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startApi } from './api_server.js';

const { send, url, tocsin } = await startApi({ backtests: 1 });

const START = Date.now() - 3_600_000;
const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();
const items = (body: Readonly<Record<string, unknown>>) =>
  body['items'] as Readonly<Record<string, unknown>>[];
const PATH = '/v1/rules/backtest';
const PAYMENTS = `CREATE STREAM payments (card VARCHAR, amount DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at)
  WITH (key = 'card')`;
const TESTING = `SELECT cashout.card, cashout.amount FROM payments MATCH_RECOGNIZE (
  PARTITION BY card PATTERN (probe -> cashout) WITHIN INTERVAL '10' MINUTE
  DEFINE probe AS amount < 2, cashout AS amount > :most)`;

await send('PUT', '/v1/streams/payments', PAYMENTS);
await send('POST', '/v1/streams/payments/events', [
  { card: 'a', amount: 1, at: at(0) },
  { card: 'b', amount: 1, at: at(5) },
  { card: 'a', amount: 900, at: at(10) },
  { card: 'a', amount: 1, at: at(20) },
]);

test('matches as their alerts would be, what is open, and what was read', async () => {
  const { status, body } = await send('POST', PATH, {
    ...{ query: TESTING, name: 'testing', params: { most: 500 }, severity: 'high', to: at(60) },
  });
  assert.equal(status, 200, JSON.stringify(body));
  const [found, ...more] = items(body);
  assert.deepEqual(more, []);
  assert.deepEqual(
    [found?.['rule'], found?.['severity'], found?.['row'], found?.['kind'], found?.['fires']],
    ['testing', 'high', { card: 'a', amount: 900 }, 'match', true],
  );
  assert.deepEqual(found?.['window'], { start: at(0), end: at(10) });
  assert.equal((found as { events: unknown[] }).events.length, 2);
  const open = body['open'] as { matches: number; items: Record<string, unknown>[] };
  assert.deepEqual(
    [open.matches, open.items.map(({ key, start, deadline }) => [key, start, deadline])],
    [
      2,
      [
        [{ card: 'b' }, at(5), at(605)],
        [{ card: 'a' }, at(20), at(620)],
      ],
    ],
  );
  assert.deepEqual(
    [body['complete'], body['events'], body['matches'], body['to'], body['watermark']],
    [true, 4, 1, at(60), at(20)],
  );
  assert.equal((await send('GET', '/v1/rules/testing')).status, 404, 'nothing is stored');
});

test('the alerts of a rule are its backtest, ids and all', async () => {
  const rule = { query: TESTING, params: { most: 100 } };
  await send('PUT', '/v1/rules/live', rule);
  const events = Array.from({ length: 200 }, (_, index) => ({
    ...{ card: `c${index % 7}`, amount: index % 3 === 0 ? 1 : 100 + index, at: at(100 + index) },
  }));
  await send('POST', '/v1/streams/payments/events', events);
  const list = async () => items((await send('GET', '/v1/alerts?rule=live&limit=1000')).body);
  const { body } = await send('POST', PATH, { ...rule, name: 'live', from: at(100), limit: 1_000 });
  while ((await list()).length < (body['matches'] as number)) await wait(10);
  const tested = items(body).map(({ kind: _kind, fires: _fires, events: _events, ...alert }) => alert);
  assert.ok(tested.length > 20);
  assert.deepEqual(tested, await list());
});

test('what is wrong is said: the text with its place, times, the log before from', async () => {
  const text = await send('POST', PATH, { query: 'SELECT amuont FROM payments' });
  assert.deepEqual([text.status, text.body['code']], [422, 'invalid_rule']);
  assert.match(String((text.body['errors'] as { context: string }[])[0]?.context), /\^{6}/);
  for (const [fields, code] of [
    [{ from: 'noon' }, 'invalid_body'],
    [{ limit: 0 }, 'invalid_body'],
    [{ limit: 1_001 }, 'invalid_body'],
    [{ notify: ['desk'] }, 'invalid_body'],
    [{ from: at(1), to: at(0) }, 'bad_option'],
  ] as const) {
    const answer = await send('POST', PATH, { query: 'SELECT amount FROM payments', ...fields });
    assert.deepEqual([answer.status, answer.body['code']], [422, code], JSON.stringify(fields));
  }
});

/** Events of `long`, enough that a backtest takes many turns of the loop. */
async function fill(): Promise<void> {
  await send('PUT', '/v1/streams/long', 'CREATE STREAM long (x BIGINT, note VARCHAR)');
  const line = (x: number) => `{"x":${x},"note":"${'n'.repeat(60)}"}`;
  for (let round = 0; round < 4; round++) {
    const body = Array.from({ length: 50_000 }, (_, index) => line(round * 50_000 + index)).join('\n');
    const answer = await send('POST', '/v1/streams/long/events', body, {
      'content-type': 'application/x-ndjson',
    });
    assert.equal(answer.body['accepted'], 50_000);
  }
}

const LONG = JSON.stringify({ query: "SELECT x FROM long WHERE x >= 0 AND note LIKE '%m%'" });

function begin(headers: Readonly<Record<string, string>> = {}) {
  const sent = request(url + PATH, {
    ...{ method: 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } },
  });
  sent.on('error', () => undefined);
  sent.end(LONG);
  return sent;
}

test('others are answered meanwhile; it ends when the client goes away; one more than may run is 429', async () => {
  await fill();
  const { backtests } = tocsin;
  const run = backtests.run.bind(backtests);
  const outcomes: Promise<unknown>[] = [];
  backtests.run = (...args) => {
    const result = run(...args);
    outcomes.push(Promise.allSettled([result]));
    return result;
  };
  let isAnswered = false;
  const sent = begin();
  sent.on('response', () => {
    isAnswered = true;
  });
  while (tocsin.backtests.running === 0) await wait(1);
  for (let times = 0; times < 3; times++) assert.equal((await send('GET', '/healthz')).status, 200);
  const second = await send('POST', PATH, JSON.parse(LONG));
  assert.deepEqual([second.status, second.body['code']], [429, 'overloaded']);
  assert.equal(isAnswered, false, 'all that was answered while the backtest ran');
  sent.destroy();
  const [first] = (await outcomes[0]) as { status: string; reason?: { code: string } }[];
  assert.deepEqual([first?.status, first?.reason?.code], ['rejected', 'not_ready']);
  assert.equal(backtests.running, 0);
  const { body } = await send('POST', PATH, JSON.parse(LONG));
  assert.deepEqual([body['complete'], body['events'], body['matches']], [true, 200_000, 0]);
});

test('with Accept: text/event-stream it shows how far it is', async () => {
  const response = await fetch(url + PATH, {
    ...{ method: 'POST', body: LONG },
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const events = (await response.text())
    .trim()
    .split('\n\n')
    .map((event) => ({
      name: /^event: (.*)$/m.exec(event)?.[1],
      data: JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null') as {
        events: number;
        log: { position: number };
      },
    }));
  const result = events.pop();
  assert.deepEqual([result?.name, result?.data.events], ['result', 200_000]);
  assert.ok(events.length > 10);
  assert.ok(events.every(({ name }) => name === 'progress'));
  const positions = events.map(({ data }) => data.log.position);
  assert.deepEqual(
    [...positions].sort((a, b) => a - b),
    positions,
  );
  const refused = await fetch(url + PATH, {
    ...{ method: 'POST', body: '{"query": "SELECT"}' },
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  assert.deepEqual(
    [refused.status, ((await refused.json()) as { code: string }).code],
    [422, 'invalid_rule'],
  );
});
