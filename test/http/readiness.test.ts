import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { createApi } from '../../src/http/api.js';
import { listen } from '../../src/http/listener.js';
import { Tocsin } from '../../src/runtime/server.js';
import { MemoryStore } from '../../src/store/memory.js';

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly retryAfter: string | null;
}

async function serve(store: MemoryStore) {
  const logged: Record<string, unknown>[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const tocsin = await Tocsin.open({ store, log: logger });
  const { handle } = createApi({ tocsin, version: '1.2.3', logger });
  const listener = await listen(handle, { host: '127.0.0.1', port: 0 });
  after(async () => {
    await tocsin.close();
    await listener.close(0);
  });
  const ask = async (): Promise<Answer> => {
    const response = await fetch(`${listener.url}/readyz`);
    const body = (await response.json()) as Omit<Answer, 'status' | 'retryAfter'>;
    return { ...body, status: response.status, retryAfter: response.headers.get('retry-after') };
  };
  /** Asks until the answer has this reason; undefined: until it is ready. */
  const until = async (reason: string | undefined): Promise<Answer> => {
    for (let tries = 0; tries < 1_000; tries++) {
      const answer = await ask();
      if (answer.reason === reason) return answer;
      await wait(20);
    }
    throw new Error(`/readyz never said ${reason}`);
  };
  return { tocsin, logged, until };
}

test('readiness says why not: another server works, then this one, then it stops', async () => {
  const store = new MemoryStore();
  const first = await serve(store);
  assert.equal((await first.until(undefined)).status, 200);
  const second = await serve(store);
  const standby = await second.until('standby');
  assert.deepEqual([standby.status, standby.code, standby.retryAfter], [503, 'not_ready', '1']);
  assert.match(standby.detail ?? '', /another server owns the log; this one takes over when it ends/);
  await first.tocsin.close();
  assert.match((await first.until('stopping')).detail ?? '', /the server is stopping/);
  assert.equal((await second.until(undefined)).status, 200);
  await second.tocsin.close();
  await store.close();
  assert.match((await second.until('store')).detail ?? '', /the store does not answer: the store is closed/);
  // Probes fill no log.
  assert.deepEqual(
    [...first.logged, ...second.logged].filter(({ msg }) => msg === 'request' || msg === 'request failed'),
    [],
  );
});

test('readiness says what the log cannot be worked on for', async () => {
  const store = new MemoryStore();
  await store.append(0, [{ kind: 'events', count: 1, payload: Uint8Array.of(9), ids: [] }], 1);
  const { until, logged } = await serve(store);
  const failed = await until('failed');
  assert.equal(failed.status, 503);
  assert.match(failed.detail ?? '', /the log cannot be worked on: the log's record at offset 0 has form 9/);
  assert.equal(logged.filter(({ msg }) => msg === 'the partition cannot be worked on').length, 1);
});
