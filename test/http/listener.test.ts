import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { listen } from '../../src/http/listener.js';

const LISTENING = { timeouts: { headers: 5_000, request: 5_000, keepAlive: 60_000, silence: 60_000 } };

async function open(url: string): Promise<Socket & { said: string }> {
  const socket = Object.assign(connect(Number(new URL(url).port), '127.0.0.1'), { said: '' });
  socket.on('data', (chunk: Buffer) => {
    socket.said += chunk.toString();
  });
  await once(socket, 'connect');
  return socket;
}

test('closing lets a request under way end, and keeps neither its connection nor an idle one', async () => {
  const waiting: ServerResponse[] = [];
  const listener = await listen(
    (_, response) => void waiting.push(response),
    { host: '127.0.0.1', port: 0 },
    LISTENING,
  );
  const [busy, idle] = [await open(listener.url), await open(listener.url)];
  busy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  while (waiting.length === 0) await new Promise(setImmediate);
  const ended = Promise.all([once(busy, 'close'), once(idle, 'close')]);
  const closed = listener.close(60_000);
  await once(idle, 'close');
  assert.equal(busy.closed, false);
  waiting[0]?.end('done');
  await ended;
  await closed;
  assert.match(busy.said, /^HTTP\/1\.1 200 [\s\S]*done/);
  await assert.rejects(open(listener.url), { code: 'ECONNREFUSED' });
});

test('closing cuts off what is not done within the grace', async () => {
  let taken = 0;
  const listener = await listen(() => void taken++, { host: '127.0.0.1', port: 0 }, LISTENING);
  const stuck = await open(listener.url);
  stuck.on('error', () => undefined);
  const ended = new Promise((resolve) => stuck.once('close', resolve));
  stuck.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  while (taken === 0) await new Promise(setImmediate);
  await listener.close(100);
  await ended;
  assert.equal(stuck.said, '');
});

test('an address that is taken is an error of the system, not a crash', async () => {
  const listener = await listen(() => undefined, { host: '127.0.0.1', port: 0 }, LISTENING);
  const port = Number(new URL(listener.url).port);
  await assert.rejects(
    listen(() => undefined, { host: '127.0.0.1', port }, LISTENING),
    { code: 'EADDRINUSE' },
  );
  await listener.close(0);
  const six = await listen(() => undefined, { host: '::1', port: 0 }, LISTENING).catch(() => null);
  if (six) {
    assert.match(six.url, /^http:\/\/\[::1\]:\d+$/);
    await six.close(0);
  }
});
