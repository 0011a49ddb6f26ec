import assert from 'node:assert/strict';
import { eventually, expectCall, type Fields } from './client.js';
import type { Receiver } from './receiver.js';
import type { ServerProcess } from './server_process.js';

const STREAM = `CREATE STREAM payments (
  card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'card')`;

const RULE = `CREATE RULE card_testing WITH (severity = 'high', notify = 'desk') AS
SELECT cashout.card, COUNT(probe.*) AS probes, cashout.amount
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe{3,} -> cashout) WITHIN INTERVAL '10' MINUTE
  EMIT EARLIEST
  DEFINE probe AS amount < 2, cashout AS amount > 500
)`;

/** An hour ago: a stream that far behind the clock gets no ticks, however long a start takes. */
const START = Date.now() - 3_600_000;

function payment(card: string, amount: number, second: number) {
  return { card, amount, at: new Date(START + second * 1_000).toISOString() };
}

interface Alerts {
  readonly items: readonly { readonly id: string; readonly row: Fields; readonly events?: unknown }[];
}

/** Registers everything, kills the server between events and again behind the alert: one alert, once by id. */
export async function firstAlarm(start: () => Promise<ServerProcess>, receiver: Receiver): Promise<void> {
  const servers: ServerProcess[] = [];
  const launch = async (): Promise<ServerProcess> => {
    const server = await start();
    servers.push(server);
    return server;
  };
  try {
    let server = await launch();
    const post = (events: unknown) =>
      expectCall(202, server.url, 'POST', '/v1/streams/payments/events', events);
    await expectCall(201, server.url, 'PUT', '/v1/streams/payments', STREAM);
    const put = await expectCall<{ secret: string }>(201, server.url, 'PUT', '/v1/destinations/desk', {
      type: 'webhook',
      url: receiver.url,
    });
    receiver.secret = put.body.secret;
    assert.match(put.body.secret, /^whsec_/);
    const shown = await expectCall(200, server.url, 'GET', '/v1/destinations/desk');
    assert.doesNotMatch(JSON.stringify(shown.body), /whsec_|secret/);
    const rule = await expectCall(201, server.url, 'PUT', '/v1/rules/card_testing', RULE);
    assert.deepEqual(
      [rule.body['version'], rule.body['severity'], rule.body['notify']],
      [1, 'high', ['desk']],
    );
    assert.equal(
      (await expectCall(200, server.url, 'PUT', '/v1/rules/card_testing', RULE)).body['version'],
      1,
    );

    const first = await post([payment('4000', 1, 0), payment('5000', 1, 0), payment('4000', 1.5, 1)]);
    assert.deepEqual([first.body['accepted'], first.body['rejected']], [3, []]);
    await server.kill();

    server = await launch();
    const second = await post([payment('4000', 0.5, 2), payment('4000', 20, 3)]);
    assert.deepEqual(second.body['offsets'], [{ partition: 0, first: 5, last: 6 }]);
    await server.kill();

    server = await launch();
    await post([payment('4000', 900, 4), payment('5000', 900, 5)]);
    await expectCall(202, server.url, 'POST', '/v1/streams/payments/watermark', {
      time: new Date(START + 30_000).toISOString(),
    });
    const alarm = await eventually('the webhook', () => receiver.received[0]);
    const { data } = alarm.body;
    assert.equal(alarm.body.type, 'alert.fired');
    assert.equal(data['id'], alarm.id);
    assert.deepEqual(data['row'], { card: '4000', probes: 3, amount: 900 });
    assert.deepEqual(
      [data['rule'], data['rule_version'], data['severity'], data['key']],
      ['card_testing', 1, 'high', { card: '4000' }],
    );
    assert.deepEqual(data['window'], { start: payment('', 0, 0).at, end: payment('', 0, 4).at });
    const events = data['events'] as readonly { variable: string; data: Fields }[];
    assert.deepEqual(
      events.map(({ variable, data }) => [variable, data['amount']]),
      [
        ['probe', 1],
        ['probe', 1.5],
        ['probe', 0.5],
        ['cashout', 900],
      ],
    );
    await eventually('the delivery', async () => {
      const { body } = await expectCall<{ items: { alert: string; attempts: { status: number }[] }[] }>(
        200,
        server.url,
        'GET',
        '/v1/deliveries?state=delivered',
      );
      return body.items.length === 1 && body.items[0]?.alert === alarm.id;
    });
    await server.kill();

    server = await launch();
    await post(payment('6000', 1, 40));
    await expectCall(202, server.url, 'POST', '/v1/streams/payments/watermark', {
      time: new Date(START + 50_000).toISOString(),
    });
    const { body } = await expectCall<Alerts>(200, server.url, 'GET', '/v1/alerts');
    assert.deepEqual(
      body.items.map(({ id, row, events }) => [id, row['card'], events]),
      [[alarm.id, '4000', undefined]],
    );
    const one = await expectCall<{ events: unknown[] }>(200, server.url, 'GET', `/v1/alerts/${alarm.id}`);
    assert.equal(one.body.events.length, 4);
    assert.deepEqual([...new Set(receiver.received.map(({ id }) => id))], [alarm.id]);
    assert.deepEqual(receiver.forged, []);
    assert.equal(await server.stop(), 0);
    assert.doesNotMatch(JSON.stringify(servers.map(({ logged }) => logged)), /whsec_/);
  } finally {
    for (const { child } of servers) child.kill('SIGKILL');
  }
}
