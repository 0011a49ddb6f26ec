import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventually, expectCall } from './client.js';
import { startServer } from './server_process.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-backup-'));
after(() => rmSync(folder, { recursive: true }));

interface Shell {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tocsin backup` to its end. */
function backup(url: string, directory: string): Promise<Shell> {
  const args = ['dist/cli/tocsin.js', 'backup', directory, '--server', url];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

interface Listed {
  readonly items: readonly Record<string, unknown>[];
  readonly next_cursor: string | null;
}

async function all(url: string, path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await expectCall<Listed>(200, url, 'GET', `${path}?limit=1000${at}`);
    items.push(...body.items);
    cursor = body.next_cursor;
  }
  return items;
}

const numbers = (events: readonly Record<string, unknown>[]): number[] =>
  events.map(({ data }) => (data as { n: number }).n);

const RULE = `SELECT b.card, b.n FROM payments MATCH_RECOGNIZE (
  PARTITION BY card PATTERN (a b) DEFINE a AS amount < 2, b AS amount > 500)`;

test('a copy made under load has everything of one moment, and a server on it goes on', {
  timeout: 120_000,
}, async () => {
  const server = await startServer(['--data', join(folder, 'data')]);
  const { url } = server;
  const stream = "CREATE STREAM payments (card VARCHAR, amount DOUBLE, n BIGINT) WITH (key = 'card')";
  await expectCall(201, url, 'PUT', '/v1/streams/payments', stream);
  await expectCall(201, url, 'PUT', '/v1/rules/testing', RULE);
  // Closed by nothing before the copy is made: its half is in the state.
  await expectCall(202, url, 'POST', '/v1/streams/payments/events', { card: 'open', amount: 1, n: -1 });
  let acknowledged = 0;
  let isOver = false;
  const posting = (async () => {
    for (let n = 0; !isOver; n += 10) {
      const events = Array.from({ length: 10 }, (_, index) => ({
        ...{ card: `c${(n + index) >> 1}`, amount: index % 2 === 0 ? 1 : 900, n: n + index },
      }));
      await expectCall(202, url, 'POST', '/v1/streams/payments/events', events);
      acknowledged = n + 10;
    }
  })();
  await eventually('some events', () => acknowledged >= 200);
  const before = acknowledged;
  const copied = await backup(url, join(folder, 'copy'));
  const behind = acknowledged;
  assert.deepEqual([copied.code, copied.stderr], [0, '']);
  assert.deepEqual(readdirSync(join(folder, 'copy')).sort(), ['data.mdb', 'format']);
  await eventually('more events', () => acknowledged >= behind + 100);
  isOver = true;
  await posting;
  assert.ok(!readdirSync(join(folder, 'data')).some((name) => name.startsWith('copy-')));

  const second = await startServer(['--data', join(folder, 'copy')]);
  const [held, heldAlerts] = [
    await all(second.url, '/v1/streams/payments/events'),
    await all(second.url, '/v1/alerts'),
  ];
  const count = held.length - 1;
  assert.ok(
    count >= before && count <= behind + 10 && count % 10 === 0,
    `${count} of ${before} to ${behind}`,
  );
  assert.deepEqual(numbers(held), [-1, ...Array.from({ length: count }, (_, n) => n)]);
  const [events, alerts] = [await all(url, '/v1/streams/payments/events'), await all(url, '/v1/alerts')];
  assert.deepEqual(held, events.slice(0, held.length));
  assert.equal(heldAlerts.length, count / 2);
  assert.deepEqual(
    heldAlerts.map(({ id, row }) => ({ id, row })),
    alerts.slice(0, count / 2).map(({ id, row }) => ({ id, row })),
  );
  const rule = async (at: string) => (await expectCall(200, at, 'GET', '/v1/rules/testing')).body;
  assert.deepEqual(await rule(second.url), await rule(url));

  // What had begun before the copy is completed behind it.
  await expectCall(202, second.url, 'POST', '/v1/streams/payments/events', {
    card: 'open',
    amount: 900,
    n: -2,
  });
  const last = await eventually('the alert of what was open', async () => {
    const found = await all(second.url, '/v1/alerts');
    return found.length > heldAlerts.length && found.at(-1);
  });
  assert.deepEqual(last['row'], { card: 'open', n: -2 });
  assert.equal(await second.stop(), 0);
  assert.equal(await server.stop(), 0);
});

test('a copy goes into a directory of its own, and says why where it cannot be', async () => {
  const server = await startServer(['--data', join(folder, 'small')]);
  writeFileSync(join(folder, 'file'), 'text');
  const full = await backup(server.url, folder);
  assert.equal(full.code, 3);
  assert.match(full.stderr, /is not empty: a copy goes into a directory of its own/);
  const file = await backup(server.url, join(folder, 'file'));
  assert.equal(file.code, 3);
  assert.equal(await server.stop(), 0);
  const gone = await backup(server.url, join(folder, 'never'));
  assert.equal(gone.code, 3);
  assert.match(gone.stderr, /cannot reach/);
  assert.deepEqual(readdirSync(join(folder, 'never')), []);
});
