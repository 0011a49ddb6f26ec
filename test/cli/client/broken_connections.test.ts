import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { diskServers } from '../../http/disk_server.js';
import { shell } from './shell.js';

const start = diskServers();

/** Stands before a server and cuts connections in place of the answer, so many times. */
async function cutting(url: string, times: number): Promise<string> {
  let left = times;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => server.write(chunk));
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    server.on('data', (chunk) => {
      if (left-- > 0) client.destroy();
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test('post: events whose answer was lost are sent again, and are there once', async () => {
  const { url } = await start('post');
  const run = shell(await cutting(url, 3));
  const lines = Array.from({ length: 100 }, (_, x) => `{"x":${x}}\n`).join('');
  const { code, json } = await run(['streams', 'post', 's'], { input: lines });
  assert.deepEqual([code, json], [0, [{ accepted: 0, duplicates: 100, rejected: 0 }]]);
  const { json: events } = await shell(url)(['streams', 'events', 's', '--all']);
  assert.deepEqual(
    events.map(({ data }) => (data as { x: number }).x),
    Array.from({ length: 100 }, (_, x) => x),
  );
});

test('follow: over a restart of the server every alert comes once, in order', async () => {
  let server = await start('follow');
  const port = Number(new URL(server.url).port);
  const run = shell(server.url);
  const post = (from: number) =>
    run(['streams', 'post', 's'], {
      input: Array.from({ length: 20 }, (_, index) => `{"x":${from + index}}`).join('\n'),
    });
  await run(['rules', 'put', '-', '--name', 'all'], { input: 'SELECT x FROM s' });
  const following = run(['alerts', 'follow', '--limit', '40', '--rule', 'all']);
  while (server.tocsin.live.open === 0) await wait(5);
  await post(0);
  while ((await server.tocsin.reader.lastSequence()) < 20) await wait(5);
  await server.close();
  server = await start('follow', { port });
  await post(20);
  const { code, json, stderr } = await following;
  assert.equal(code, 0);
  assert.match(stderr, /the server is stopping: connect again; connecting again/);
  assert.deepEqual(
    json.map(({ row }) => (row as { x: number }).x),
    Array.from({ length: 40 }, (_, x) => x),
  );
});

test('follow on a terminal: a line for each alert; a server that is not there is told at once', async () => {
  const { url, tocsin, close } = await start('lines');
  const run = shell(url);
  await run(['rules', 'put', '-', '--name', 'all'], { input: 'SELECT x FROM s' });
  const following = run(['alerts', 'follow', '--limit', '1'], { tty: true });
  while (tocsin.live.open === 0) await wait(5);
  await run(['streams', 'post', 's'], { input: '{"x":7}' });
  assert.match((await following).stdout, /^\d{4}-\S+Z {2}medium {4}all {2}x=7\n$/);
  await close();
  const nobody = await run(['alerts', 'follow']);
  assert.equal(nobody.code, 3);
  assert.match(nobody.stderr, /nothing listens there/);
});
