import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as z from 'zod';
import type { diagnosisSchema } from '../../src/http/diagnosis_schema.js';
import type { explanationSchema } from '../../src/http/explanation_schema.js';
import { startApi } from './api_server.js';

// Each answer is held to the description of its route.
const { tocsin, send } = await startApi();

const at = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

const RULE = `SELECT cashout.card FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe cashout+) WITHIN INTERVAL '10' MINUTE
  DEFINE probe AS amount < 2, cashout AS amount > 500 AND amount > probe.amount * 100)`;

await send(
  'PUT',
  '/v1/streams/payments',
  "CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP NOT NULL, WATERMARK FOR at AS at) WITH (key = 'card')",
);

test('POST /v1/rules/explain: the plan of a text, and nothing is stored', async () => {
  const { status, body } = await send('POST', '/v1/rules/explain', RULE);
  assert.equal(status, 200);
  const { rule, input, streams, indexes, match, warnings } = body as unknown as z.output<
    typeof explanationSchema
  >;
  assert.deepEqual([rule, input], ['rule', 'stream']);
  assert.deepEqual(streams, [
    { stream: 'payments', declared: true, event_time: 'at', delay: '0 SECONDS', key: ['card'] },
  ]);
  assert.deepEqual(indexes[0]?.tests, ['amount < 2']);
  assert.ok(match);
  assert.equal(match.pattern, "(probe cashout+) WITHIN INTERVAL '10' MINUTE");
  assert.deepEqual(
    match.conditions.map(({ variable, condition, reads_row_alone, earlier, can_begin, index_tests }) => ({
      ...{ variable, condition, reads_row_alone, earlier, can_begin, index_tests },
    })),
    [
      {
        ...{ variable: 'probe', condition: 'amount < 2', reads_row_alone: true, earlier: [] },
        ...{ can_begin: true, index_tests: ['amount < 2'] },
      },
      {
        ...{ variable: 'cashout', condition: 'amount > 500 AND amount > probe.amount * 100' },
        ...{ reads_row_alone: false, earlier: ['probe.amount'], can_begin: false },
        index_tests: ['amount > 500'],
      },
    ],
  );
  assert.match(match.automaton.mermaid, /^stateDiagram-v2\n/);
  assert.deepEqual(match.finality.waits, ['longer']);
  assert.equal(match.kept.within, '10 MINUTES');
  assert.deepEqual(
    warnings.map(({ code, line, why }) => [code, line, why === null]),
    [
      ['greedy_end', 3, false],
      ['held_match', 3, false],
    ],
  );
  assert.equal((await send('GET', '/v1/rules/rule')).status, 404);
});

test('as JSON, with a name and parameters; a wrong text is refused as PUT refuses it', async () => {
  const query = RULE.replace('> 500', '> :least');
  const good = await send('POST', '/v1/rules/explain', { query, name: 'cash', params: { least: 900 } });
  assert.equal(good.status, 200);
  assert.equal(good.body['rule'], 'cash');
  assert.match(JSON.stringify(good.body), /amount > 900 AND/);
  const bad = await send('POST', '/v1/rules/explain', RULE.replace('amount <', 'amuont <'));
  assert.equal(bad.status, 422);
  assert.equal(bad.body['code'], 'invalid_rule');
});

test('GET /v1/rules/{name}/diagnosis: why it did not fire', async () => {
  assert.equal((await send('GET', '/v1/rules/nobody/diagnosis')).status, 404);
  assert.equal((await send('PUT', '/v1/rules/cash', RULE)).status, 201);
  const times = [at(-60), at(-50), at(-40), at(-30), at(-20)];
  const events = [
    { card: 'a', amount: 1, at: times[0] },
    { card: 'a', amount: 450, at: times[1] },
    { card: 'b', amount: 1, at: times[2] },
    { card: 'b', amount: 600, at: times[3] },
    { card: 'c', amount: 1.5, at: times[4] },
    { card: 'late', amount: 1, at: times[0] },
  ];
  const posted = await send('POST', '/v1/streams/payments/events', events);
  assert.equal(posted.status, 202);
  const [{ first }] = posted.body['offsets'] as [{ first: number }];
  await settled();

  const { status, headers, body } = await send('GET', '/v1/rules/cash/diagnosis');
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'no-store');
  const found = body as unknown as z.output<typeof diagnosisSchema>;
  assert.deepEqual([found.rule, found.version, found.enabled, found.failure], ['cash', 1, true, null]);
  assert.deepEqual(found.conditions, [
    { variable: 'probe', condition: 'amount < 2', events: 3 },
    { variable: 'cashout', condition: 'amount > 500 AND amount > probe.amount * 100', events: 1 },
  ]);
  assert.deepEqual(found.nearest_misses, [
    {
      key: { card: 'a' },
      start: { stream: 'payments', offset: first, time: times[0] },
      ...{ labels: [{ variable: 'probe', events: 1 }], needs: 1, ended_by: 'event' },
      event: { stream: 'payments', offset: first + 1, time: times[1] },
      deadline: new Date(Date.parse(times[0] ?? '') + 600_000).toISOString(),
      waited_for: [
        {
          ...{ variable: 'cashout', absent: false, stream: null, held: false },
          condition: 'amount > 500 AND amount > probe.amount * 100',
          values: { amount: 450, 'probe.amount': 1 },
        },
      ],
      by: null,
    },
  ]);
  assert.deepEqual(
    found.held.map(({ key, by, waits_for }) => ({ key, by, waits_for })),
    [{ key: { card: 'b' }, by: 'longer', waits_for: ['cashout'] }],
  );
  assert.deepEqual(
    found.partial_matches.states.map(({ variable, needs, partial_matches }) => [
      variable,
      needs,
      partial_matches,
    ]),
    [
      ['cashout', 1, 1],
      ['cashout', 1, 1],
    ],
  );
  assert.equal(found.counts.late, 1);
  assert.deepEqual(
    found.late.map(({ offset, time, watermark }) => [offset, time, watermark]),
    [[first + 5, times[0], times[4]]],
  );
  assert.equal(found.watermark.time, times[4]);
  assert.match(found.watermark.reason, /^the latest event of 'payments' is of /);
  const [stream] = found.streams;
  assert.equal(stream?.latest_event?.offset, first + 4);
  assert.deepEqual(stream?.latest_event?.data, events[4]);
});

async function settled(): Promise<void> {
  const { partitions } = await tocsin.status();
  if (partitions.every(({ lag }) => lag === 0)) return;
  await new Promise((resolve) => setTimeout(resolve, 5));
  await settled();
}
