import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { DiskStore } from '../../src/store/disk/store.js';
import { tablesWith } from '../support/reachable.js';
import { call, eventually, expectCall } from './client.js';
import { type ServerProcess, startServer } from './server_process.js';

interface Erased {
  readonly finished_at: string | null;
  readonly events: number | null;
  readonly alerts: number | null;
}
interface Logged {
  readonly data: { readonly card: string } | null;
  readonly erased?: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'tocsin-erasure-'));
after(() => rmSync(folder, { recursive: true }));

const BATCHES = 20;
const BATCH = 4_000;
const CARDS = ['gone-0', 'gone-1', 'gone-2', 'gone-3'];

/** A long log: cards that will be erased in each batch, at its beginning and its end. */
async function fill({ url }: ServerProcess): Promise<void> {
  await expectCall(
    201,
    url,
    'PUT',
    '/v1/streams/payments',
    "CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE) WITH (key = 'card')",
  );
  await expectCall(
    201,
    url,
    'PUT',
    '/v1/rules/large',
    'SELECT card, amount FROM payments WHERE amount > 900',
  );
  for (let batch = 0; batch < BATCHES; batch++) {
    const lines = Array.from({ length: BATCH }, (_, index) => {
      const card = index < CARDS.length ? CARDS[index] : `other-${index}`;
      return JSON.stringify({ card, amount: index === 0 ? 901 : 1, note: 'x'.repeat(60) });
    });
    await expectCall(
      202,
      url,
      'POST',
      '/v1/streams/payments/events',
      lines.join('\n'),
      'application/x-ndjson',
    );
  }
}

const erase = (url: string, card: string) =>
  call<{ items: Erased[] }>(url, 'DELETE', `/v1/streams/payments/events?key=${card}`);

const erasures = async (url: string): Promise<readonly Erased[]> =>
  (await expectCall<{ items: Erased[] }>(200, url, 'GET', '/v1/erasures')).body.items;

test('an erasure that a kill breaks off is finished by the next start', { timeout: 120_000 }, async () => {
  const data = join(folder, 'data');
  let server = await startServer(['--data', data]);
  await fill(server);
  let asked = 0;
  let isBroken = false;
  for (const card of CARDS) {
    const { url } = server;
    const erasing = erase(url, card).catch(() => null);
    asked++;
    // The log is gone through from its beginning: once the card's first event is gone, the rest is under way.
    await eventually('the first event of the card to be erased', async () => {
      const path = `/v1/streams/payments/events?from=${2 + asked - 1}&limit=1`;
      const { items } = (await expectCall<{ items: Logged[] }>(200, url, 'GET', path)).body;
      return items[0]?.erased === true;
    });
    await server.kill();
    await erasing;
    const store = await DiskStore.open(data);
    const documents = await store.documents('erasure', '', 10);
    await store.close();
    const last = JSON.parse(Buffer.from(documents.at(-1)?.value ?? []).toString()) as { finishedAt: unknown };
    isBroken = last.finishedAt === null && (await tablesWith(data, `"${card}"`)).includes('log');
    server = await startServer(['--data', data]);
    if (isBroken) break;
  }
  assert.ok(isBroken, 'a kill came before an erasure was finished');
  const all = await eventually('all erasures to be finished', async () => {
    const found = await erasures(server.url);
    return found.every(({ finished_at }) => finished_at !== null) && found;
  });
  assert.deepEqual(
    all.map(({ events }) => events),
    CARDS.slice(0, asked).map(() => BATCHES),
  );
  const [first] = all;
  assert.equal(first?.alerts, BATCHES);
  const { items } = (
    await expectCall<{ items: { key: object; row: object }[] }>(
      200,
      server.url,
      'GET',
      '/v1/alerts?limit=1000',
    )
  ).body;
  assert.equal(items.length, BATCHES);
  assert.ok(items.every(({ row }) => Object.keys(row).length === 0));
  assert.equal(await server.stop(), 0);
  for (const card of CARDS.slice(0, asked)) assert.deepEqual(await tablesWith(data, card), []);
  assert.deepEqual(await tablesWith(data, 'other-77'), ['log']);
});

test('what is wrong with a key is said, and the shell erases too', async () => {
  const server = await startServer(['--data', join(folder, 'small')]);
  const { url } = server;
  await expectCall(
    201,
    url,
    'PUT',
    '/v1/streams/s',
    "CREATE STREAM s (a VARCHAR, b BIGINT) WITH (key = 'a, b')",
  );
  await expectCall(202, url, 'POST', '/v1/streams/s/events', [
    { a: 'x', b: 1 },
    { a: 'x', b: 2 },
  ]);
  await expectCall(404, url, 'DELETE', '/v1/streams/t/events?key=x');
  await expectCall(400, url, 'DELETE', '/v1/streams/s/events');
  const { body } = await expectCall<{ code: string; detail: string }>(
    422,
    url,
    'DELETE',
    '/v1/streams/s/events?key=x',
  );
  assert.equal(body.code, 'bad_key');
  assert.match(body.detail, /key of 2 columns/);
  const key = encodeURIComponent('{"a":"x","b":2}');
  const done = await expectCall<{ items: Erased[] }>(200, url, 'DELETE', `/v1/streams/s/events?key=${key}`);
  assert.equal(done.body.items[0]?.events, 1);
  const events = await expectCall<{ items: Logged[] }>(200, url, 'GET', '/v1/streams/s/events');
  assert.deepEqual(
    events.body.items.map(({ data, erased }) => [data, erased ?? false]),
    [
      [{ a: 'x', b: 1 }, false],
      [null, true],
    ],
  );
  const args = ['dist/cli/tocsin.js', 'streams', 'erase', 's', '{"a": "x", "b": 1}', '--server', url];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  assert.equal((JSON.parse(stdout) as Erased).events, 1);
  assert.equal(await server.stop(), 0);
});
