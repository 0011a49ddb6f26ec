import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { call, expectCall, type Fields } from './client.js';
import { startServer } from './server_process.js';

const data = mkdtempSync(join(tmpdir(), 'tocsin-bad-'));
const server = await startServer(['--data', data]);
after(async () => {
  await server.kill();
  rmSync(data, { recursive: true });
});

await expectCall(
  201,
  server.url,
  'PUT',
  '/v1/streams/payments',
  'CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at)',
);
await expectCall(202, server.url, 'POST', '/v1/streams/payments/events', {
  card: '1',
  amount: 1,
  at: '2026-11-01T00:00:00Z',
});

interface Bad {
  readonly name: string;
  readonly send: readonly [method: string, path: string, body?: unknown, type?: string];
  /** The whole problem as it must come. */
  readonly problem: Fields;
}

const MISTAKES = "SELECT card, amuont\nFROM payments\nWHERE amount > 'many' AND crd = 1";

const CASES: readonly Bad[] = [
  {
    name: 'an unknown column',
    send: ['PUT', '/v1/rules/r', 'SELECT amuont FROM payments'],
    problem: {
      type: '/problems/invalid_rule',
      title: 'The rule is not valid',
      status: 422,
      code: 'invalid_rule',
    },
  },
  {
    name: 'an event that is not JSON',
    send: ['POST', '/v1/streams/payments/events', '{"card": "1", amount: 2}', 'application/json'],
    problem: {
      type: '/problems/invalid_json',
      title: 'The body is not JSON',
      status: 400,
      code: 'invalid_json',
      detail: 'unexpected "a" at line 1, column 15',
      errors: [
        {
          code: 'invalid_json',
          message: 'unexpected "a"',
          line: 1,
          column: 15,
          length: 1,
          context: '{"card": "1", amount: 2}\n              ^',
        },
      ],
    },
  },
  {
    name: 'a wrong type',
    send: ['POST', '/v1/streams/payments/events', { card: '1', amount: '12', at: '2026-11-01T00:00:01Z' }],
    problem: {
      type: '/problems/no_event_taken',
      title: 'No event was taken',
      status: 422,
      code: 'no_event_taken',
    },
  },
  {
    name: 'a body too large',
    send: ['POST', '/v1/streams/payments/events', `"${'x'.repeat(10 * 1024 * 1024)}"`, 'application/json'],
    problem: {
      type: '/problems/body_too_large',
      title: 'The body is too large',
      status: 413,
      code: 'body_too_large',
      detail: 'the body has 10485762 bytes; at most 10485760 bytes are taken: send several smaller ones',
    },
  },
  {
    name: 'a wrong method',
    send: ['PATCH', '/v1/streams/payments'],
    problem: {
      type: '/problems/method_not_allowed',
      title: 'The path does not take this method',
      status: 405,
      code: 'method_not_allowed',
      detail: 'PATCH is not for this path; it takes PUT, GET, DELETE, HEAD, OPTIONS',
    },
  },
  {
    name: 'an unknown path',
    send: ['GET', '/v1/nowhere'],
    problem: {
      type: '/problems/not_found',
      title: 'There is nothing at this path',
      status: 404,
      code: 'not_found',
      detail: 'nothing is at /v1/nowhere; /openapi.json describes every path',
    },
  },
  {
    name: 'a content type that is not taken',
    send: ['POST', '/v1/streams/payments/events', '<event/>', 'application/xml'],
    problem: {
      type: '/problems/unsupported_media_type',
      title: 'The body has a type that is not taken here',
      status: 415,
      code: 'unsupported_media_type',
      detail:
        'the Content-Type is application/xml; this path takes application/json, application/x-ndjson, application/cloudevents+json, application/cloudevents-batch+json',
    },
  },
];

for (const { name, send, problem } of CASES) {
  test(name, async () => {
    const [method, path, body, type] = send;
    const answer = await call(server.url, method, path, body, type);
    assert.equal(answer.status, problem['status']);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(typeof answer.body['detail'], 'string');
    // What is said of a rule's or event's mistake belongs to other rooms' tests: here, that it is there.
    const expected =
      'detail' in problem
        ? problem
        : { ...problem, detail: answer.body['detail'], errors: answer.body['errors'] };
    assert.deepEqual(answer.body, expected);
  });
}

test('a rule with three mistakes: each with its place and the line', async () => {
  const { status, body } = await call<{ errors: Fields[] }>(server.url, 'PUT', '/v1/rules/r', MISTAKES);
  assert.equal(status, 422);
  assert.deepEqual(
    body.errors.map(({ line, column, context }) => [line, column, context]),
    [
      [1, 14, 'SELECT card, amuont\n             ^^^^^^'],
      [3, body.errors[1]?.['column'], body.errors[1]?.['context']],
      [3, 27, "WHERE amount > 'many' AND crd = 1\n                          ^^^"],
    ],
  );
  assert.match(String(body.errors[0]?.['hint']), /amount/);
});

test('nothing was lost or stored by any of it, and the server is up', async () => {
  await expectCall(200, server.url, 'GET', '/readyz');
  const { body } = await expectCall<{ items: { data: Fields }[] }>(
    200,
    server.url,
    'GET',
    '/v1/streams/payments/events',
  );
  assert.deepEqual(
    body.items.map(({ data }) => data['amount']),
    [1],
  );
  assert.deepEqual(
    (await expectCall<{ items: unknown[] }>(200, server.url, 'GET', '/v1/rules')).body.items,
    [],
  );
});
