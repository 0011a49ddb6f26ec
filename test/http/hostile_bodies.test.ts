import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { EVENTS_LIMIT } from '../../src/http/event_body.js';
import { diskServers } from './disk_server.js';

const { url } = await diskServers()('bodies');

/** Just below the limit of a body, and as many pieces as fit. */
const BYTES = 10 * 1024 * 1024 - 100;
const filled = (piece: (i: number) => string, between: string, most = BYTES): string => {
  const pieces: string[] = [];
  for (let i = 0, length = 0; ; i++) {
    const next = piece(i);
    length += next.length + between.length;
    if (length > most) return pieces.join(between);
    pieces.push(next);
  }
};
const field = (i: number) => `"${i.toString(36)}":1`;
const wide = (i: number) => `{${Array.from({ length: 9_000 }, (_, n) => field(9_000 * i + n)).join(',')}}`;
const payment = (i: number) =>
  `{"card":"${i}","amount":1.5,"at":"2026-11-01T00:00:00Z","note":"as any other"}`;
const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';

interface Hostile {
  readonly name: string;
  readonly body: () => string;
  readonly type: string;
  readonly answer: readonly [status: number, code: string | null];
  /** How many other requests are answered while it is worked on, at least. */
  readonly others: number;
}

const CASES: readonly Hostile[] = [
  {
    name: 'one event of a million fields',
    body: () => `{${filled(field, ',')}}`,
    ...{ type: JSON_TYPE, answer: [400, 'too_many_values'], others: 0 },
  },
  {
    name: 'one event with an array of five million',
    body: () => `{"a":[${filled(() => '1', ',')}]}`,
    ...{ type: JSON_TYPE, answer: [400, 'too_many_values'], others: 0 },
  },
  {
    name: 'arrays in arrays',
    body: () => `{"a":[${filled(() => '[[[]]]', ',')}]}`,
    ...{ type: JSON_TYPE, answer: [400, 'too_many_values'], others: 0 },
  },
  {
    name: 'five million events',
    body: () => `[${filled(() => '1', ',')}]`,
    ...{ type: JSON_TYPE, answer: [413, 'body_too_large'], others: 0 },
  },
  {
    name: 'hundreds of thousands of fields, 9,000 an event',
    body: () => filled(wide, '\n', BYTES / 3),
    ...{ type: LINES_TYPE, answer: [202, null], others: 10 },
  },
  {
    name: 'ten million empty lines',
    body: () => '\n'.repeat(BYTES),
    ...{ type: LINES_TYPE, answer: [400, 'empty_body'], others: 0 },
  },
  {
    name: 'thirty thousand lines that are no JSON',
    body: () => '{"a":oops}\n'.repeat(30_000),
    ...{ type: LINES_TYPE, answer: [422, 'no_event_taken'], others: 10 },
  },
  {
    name: 'as many events as a request may bring',
    body: () => `[${Array.from({ length: EVENTS_LIMIT }, (_, i) => payment(i)).join(',')}]`,
    ...{ type: JSON_TYPE, answer: [202, null], others: 10 },
  },
];

for (const { name, body, type, answer, others } of CASES) {
  test(`${name}: answered, and others meanwhile`, async (context) => {
    const text = body();
    let isOver = false;
    let answered = 0;
    const asking = (async () => {
      while (!isOver) {
        const response = await fetch(`${url}/healthz`);
        assert.equal(response.status, 200);
        await response.text();
        answered++;
      }
    })();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const response = await fetch(`${url}/v1/streams/wide/events`, {
      ...{ method: 'POST', body: text, headers: { 'content-type': type } },
    });
    delay.disable();
    isOver = true;
    const { code = null } = (await response.json()) as { code?: string };
    await asking;
    assert.deepEqual([response.status, code], answer);
    assert.ok(answered >= others, `${answered} others were answered`);
    context.diagnostic(
      `${answered} others answered; the loop was held ${(delay.max / 1e6).toFixed(0)} ms at most`,
    );
  });
}
