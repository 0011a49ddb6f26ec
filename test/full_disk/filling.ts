import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { call, eventually, expectCall, type Fields, type Reply } from '../e2e/client.js';
import type { Receiver } from '../e2e/receiver.js';

export const RULE = `CREATE RULE each WITH (notify = 'desk') AS SELECT n FROM notes WHERE n > 0`;

export interface Filling {
  /** How a post is refused while there is no room. */
  readonly status: number;
  readonly code: string;
  fill(): void;
  empty(): void;
}

/** What an operator would see. Times are milliseconds. */
export interface Seen {
  readonly acceptedBefore: number;
  readonly refused: number;
  /** From room coming back to the next 202. */
  readonly takingAgain: number;
}

interface Page {
  readonly items: readonly Fields[];
  readonly next_cursor: string | null;
}

/**
 * Fills the disk below a server and makes room again: posts are refused with Retry-After, the process lives and answers, reads
 * and deliveries go on, then it takes again; every event that was accepted, and no other, is in the log and gave its alert.
 */
export async function fillAndEmpty(url: string, receiver: Receiver, filling: Filling): Promise<Seen> {
  /** Numbers of the events that were answered with 202. */
  const accepted: number[] = [];
  let next = 1;
  const post = async (): Promise<Reply<Fields>> => {
    const first = next;
    next += 20;
    const numbers = Array.from({ length: 20 }, (_, i) => first + i);
    const events = numbers.map((n) => ({ n, text: 'x'.repeat(2_000) }));
    const reply = await call(url, 'POST', '/v1/streams/notes/events', events);
    if (reply.status === 202) accepted.push(...numbers);
    return reply;
  };
  const { secret } = (
    await expectCall<{ secret: string }>(201, url, 'PUT', '/v1/destinations/desk', {
      ...{ type: 'webhook', url: receiver.url },
    })
  ).body;
  receiver.secret = secret;
  await expectCall(201, url, 'PUT', '/v1/rules/each', RULE);
  assert.equal((await post()).status, 202);

  filling.fill();
  const refusal = await eventually('a refusal', async () => {
    const reply = await post();
    return reply.status === 202 ? null : reply;
  });
  assert.deepEqual([refusal.status, refusal.body['code']], [filling.status, filling.code]);
  assert.match(refusal.headers.get('retry-after') ?? '', /^[1-9]/);
  const acceptedBefore = accepted.length;
  await expectCall(200, url, 'GET', '/healthz');
  await expectCall(200, url, 'GET', '/v1/streams/notes/events?limit=5');
  await expectCall(200, url, 'GET', '/v1/alerts?limit=5');
  await expectCall(200, url, 'GET', '/metrics').catch((error) => {
    // It is no JSON.
    if (!(error instanceof SyntaxError)) throw error;
  });
  const test = await expectCall(200, url, 'POST', '/v1/destinations/desk/test');
  assert.equal(test.body['status'], 204, 'no webhook goes out');

  filling.empty();
  const begin = performance.now();
  await eventually('the next event', async () => (await post()).status === 202);
  const takingAgain = performance.now() - begin;
  await expectCall(200, url, 'GET', '/readyz');
  const logged = await pages(url, '/v1/streams/notes/events?limit=1000');
  assert.deepEqual(
    logged.map(({ data }) => (data as Fields)['n']).sort(byNumber),
    accepted,
    'the log is not what was accepted',
  );
  await eventually('every alert at its receiver', () => {
    const ids = new Set(receiver.received.map(({ id }) => id));
    return ids.size >= accepted.length + 1;
  });
  await wait(100);
  const alerts = await pages(url, '/v1/alerts?limit=1000');
  assert.deepEqual(alerts.map(({ row }) => (row as Fields)['n']).sort(byNumber), accepted);
  assert.deepEqual(receiver.forged, []);
  return { acceptedBefore, refused: next - 1 - accepted.length, takingAgain };
}

const byNumber = (a: unknown, b: unknown): number => Number(a) - Number(b);

async function pages(url: string, path: string): Promise<Fields[]> {
  const items: Fields[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body }: Reply<Page> = await expectCall<Page>(
      200,
      url,
      'GET',
      cursor === '' ? path : `${path}&cursor=${cursor}`,
    );
    items.push(...body.items);
    cursor = body.next_cursor;
  }
  return items;
}
