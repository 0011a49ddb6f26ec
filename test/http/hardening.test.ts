import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { boundedRoom } from '../../src/http/body.js';
import type { Timeouts } from '../../src/http/listener.js';
import { PROBLEMS, Problem, type ProblemCode } from '../../src/http/problem.js';
import { route } from '../../src/http/route.js';
import { SECURITY_HEADERS } from '../../src/http/security_headers.js';
import { startApi } from './api_server.js';
import { raw, serving } from './serving.js';

const LONG: Timeouts = { headers: 60_000, request: 60_000, keepAlive: 60_000, silence: 60_000 };
const HEALTH = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Asks on an open connection and gives the beginning of the answer. */
async function healthOf(socket: Socket): Promise<string> {
  socket.write(HEALTH);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString('latin1').slice(0, 12);
}

test('every answer says to browsers what not to do: success, problem, page, what the parser refuses', async () => {
  const { url } = await startApi();
  const at = async (path: string, init: RequestInit = {}) => (await fetch(url + path, init)).headers;
  const json = { method: 'POST', body: '{"x":1}', headers: { 'content-type': 'application/json' } };
  const live = new AbortController();
  const all = [
    await at('/healthz'),
    await at('/docs/'),
    await at('/docs/swagger-ui.css'),
    await at('/docs', { redirect: 'manual' }),
    await at('/nowhere'),
    await at('/docs/nowhere'),
    await at('/metrics'),
    await at('/v1/rules', { method: 'OPTIONS' }),
    await at('/v1/rules', { method: 'PATCH' }),
    await at('/healthz', { headers: { origin: 'https://example.com' } }),
    await at('/v1/streams/s/events', json),
    await at('/v1/streams/s/events', { ...json, body: '{' }),
    await at('/v1/alerts/live', { signal: live.signal }),
  ];
  live.abort();
  const parsed = await Promise.all([
    raw(url, 'nonsense\r\n\r\n'),
    raw(url, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`),
    raw(url, 'GET /healthz HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n'),
    raw(
      url,
      'PUT /v1/rules/r HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n',
    ),
  ]);
  for (const answer of parsed) {
    const lines = (answer.split('\r\n\r\n')[0] ?? '').split('\r\n').slice(1);
    all.push(new Headers(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string])));
  }
  assert.ok(SECURITY_HEADERS.some(([name]) => name === 'content-security-policy'));
  for (const [at, headers] of all.entries()) {
    for (const [name, value] of SECURITY_HEADERS) assert.equal(headers.get(name), value, `${at} ${name}`);
    for (const name of headers.keys()) assert.doesNotMatch(name, /^access-control-|^x-powered-by$|^server$/);
  }
});

test('every problem that may be over in a moment says when to come again', () => {
  for (const [code, { status }] of Object.entries(PROBLEMS)) {
    if (![429, 503, 507].includes(status)) continue;
    const plain = new Problem(code as ProblemCode, 'so');
    const with_ = new Problem(code as ProblemCode, 'so', { headers: { 'x-other': '1' } });
    assert.match(plain.headers['retry-after'] ?? '', /^[1-9]\d*$/, code);
    assert.match(with_.headers['retry-after'] ?? '', /^[1-9]\d*$/, code);
  }
});

test('a connection that says nothing is closed, and so is one that dribbles its head', async () => {
  const { url } = await serving([], { timeouts: { ...LONG, headers: 200 } });
  const [silent, dribbling] = [await open(url), await open(url)];
  const heads = 'GET /healthz HTTP/1.1\r\n';
  let sent = 0;
  const dribble = setInterval(() => dribbling.write(heads[sent++ % heads.length] ?? ''), 10);
  silent.resume();
  dribbling.resume();
  await Promise.all([once(silent, 'close'), once(dribbling, 'close')]);
  clearInterval(dribble);
  assert.equal(
    await raw(url, HEALTH.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')).then((said) =>
      said.slice(0, 12),
    ),
    'HTTP/1.1 200',
  );
});

test('a body that dribbles is ended though each piece comes in time', async () => {
  const { url } = await serving([swallow()], { timeouts: { ...LONG, headers: 200, request: 300 } });
  const socket = await open(url);
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  socket.write(
    'POST /v1/swallow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sql\r\nContent-Length: 100000\r\n\r\n',
  );
  const dribble = setInterval(() => socket.write('x'), 10);
  await once(socket, 'close');
  clearInterval(dribble);
  assert.match(said, /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/);
});

test('who asks and takes no answer is cut off', async () => {
  const big = route('get', '/v1/big', {
    purpose: { id: 'getRoot', tag: 'Operation', summary: 'More than fits the buffers of a connection' },
    responses: { 200: { description: 'Much' } },
    handle: () => ({ status: 200, text: 'x'.repeat(64 * 1024 * 1024) }),
  });
  const { url } = await serving([big], { timeouts: { ...LONG, silence: 300 } });
  const socket = await open(url);
  socket.pause();
  socket.write('GET /v1/big HTTP/1.1\r\nHost: localhost\r\n\r\n');
  // What the system took already is still there; behind it comes the end instead of the rest.
  const other = await open(url);
  for (let tries = 0; ; tries++) {
    assert.ok(tries < 1_000, 'it was not cut off');
    const figures = await (await fetch(`${url}/metrics`)).text();
    if (/route="\/v1\/big",status="aborted"\} 1/.test(figures)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  other.destroy();
  socket.destroy();
});

test('one connection more than the limit is closed at once, the others are served, and its place is free again', async () => {
  const { url } = await serving([], { timeouts: LONG, connections: 3 });
  const held = [await open(url), await open(url), await open(url)];
  for (const socket of held) assert.equal(await healthOf(socket), 'HTTP/1.1 200');
  const surplus = await open(url);
  surplus.resume();
  await once(surplus, 'close');
  for (const socket of held) assert.equal(await healthOf(socket), 'HTTP/1.1 200');
  held[0]?.destroy();
  let isServed = false;
  for (let tries = 0; tries < 500 && !isServed; tries++) {
    const next = await open(url);
    isServed = await Promise.race([
      healthOf(next).then((said) => said === 'HTTP/1.1 200'),
      once(next, 'close').then(() => false),
    ]).catch(() => false);
    next.destroy();
  }
  assert.ok(isServed);
  for (const socket of held) socket.destroy();
});

test('bombs that are decompressed at the same time stay within the room that there is', async () => {
  const limit = 10 * 1024 * 1024;
  const room = 24 * 1024 * 1024;
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(limit)));
  let [held, most] = [0, 0];
  const within = boundedRoom(room);
  const reserve = (bytes: number): (() => void) => {
    const free = within(bytes);
    held += bytes;
    most = Math.max(most, held);
    return () => {
      held -= bytes;
      free();
    };
  };
  const taking = (path: string, most: number) =>
    route('post', path, {
      purpose: { id: 'getRoot', tag: 'Operation', summary: 'Takes a body' },
      bodies: { 'application/octet-stream': z.string() },
      ...{ raw: true, limit: most, reserve },
      responses: { 200: { description: 'How long it was' } },
      handle: async ({ body }) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return { status: 200, body: { size: body.bytes.length } };
      },
    });
  const { url } = await serving([taking('/v1/much', limit), taking('/v1/little', 1024 * 1024)]);
  const post = async (path: string, body: Uint8Array<ArrayBuffer>) => {
    const headers = { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' };
    const response = await fetch(url + path, { method: 'POST', body, headers });
    const { size, code } = (await response.json()) as { size?: number; code?: string };
    return size ?? code ?? null;
  };
  const answers = await Promise.all(Array.from({ length: 40 }, () => post('/v1/much', bomb)));
  assert.deepEqual([...new Set(answers)].sort(), [limit, 'overloaded']);
  assert.ok(most <= room, String(most));
  most = 0;
  assert.equal(await post('/v1/little', bomb), 'body_too_large');
  assert.ok(most <= 2 * 1024 * 1024, String(most));
  assert.equal(held, 0);
});

test('as many streams, rules and destinations as the settings say, and what is there can still be changed', async () => {
  const { send } = await startApi({ maxStreams: 2, maxRules: 1, maxDestinations: 1 });
  const refused = async (...args: Parameters<typeof send>) => {
    const { status, body } = await send(...args);
    assert.deepEqual([status, body['code']], [409, 'limit_reached'], args.join(' '));
    return String(body['detail']);
  };
  assert.equal((await send('PUT', '/v1/streams/a', 'CREATE STREAM a (x BIGINT)')).status, 201);
  assert.equal((await send('PUT', '/v1/rules/r', 'SELECT x FROM b WHERE x > 1')).status, 201);
  assert.match(
    await refused('PUT', '/v1/streams/c', 'CREATE STREAM c (x BIGINT)'),
    /2 streams already.*--max-streams/,
  );
  await refused('POST', '/v1/streams/c/events', { x: 1 });
  await refused('PUT', '/v1/rules/r', 'SELECT x FROM c WHERE x > 1');
  assert.match(
    await refused('PUT', '/v1/rules/q', 'SELECT x FROM a WHERE x > 1'),
    /1 rules already.*--max-rules/,
  );
  assert.equal((await send('PUT', '/v1/rules/r', 'SELECT x FROM a WHERE x > 2')).status, 200);
  assert.equal((await send('PUT', '/v1/streams/a', 'CREATE STREAM a (x BIGINT, y BIGINT)')).status, 200);
  const destination = { type: 'webhook', url: 'https://example.com/hook' };
  assert.equal((await send('PUT', '/v1/destinations/d', destination)).status, 201);
  assert.match(
    await refused('PUT', '/v1/destinations/e', destination),
    /1 destinations already.*--max-destinations/,
  );
  assert.equal(
    (await send('PUT', '/v1/destinations/d', { ...destination, timeout: '5 SECONDS' })).status,
    200,
  );
  assert.equal((await send('DELETE', '/v1/rules/r')).status, 204);
  assert.equal((await send('DELETE', '/v1/streams/a')).status, 204);
  assert.equal((await send('PUT', '/v1/rules/q', 'SELECT x FROM c WHERE x > 1')).status, 201);
});

test('a refused post makes no stream, however often and under whatever name it comes', async () => {
  const { send } = await startApi();
  const bad = { headers: { 'idempotency-key': 'k' }, body: [1, 'two'] };
  for (const name of ['a', 'b', 'c']) {
    const { status, body } = await send('POST', `/v1/streams/${name}/events`, bad.body, bad.headers);
    assert.deepEqual([status, body['code']], [422, 'no_event_taken']);
    const mixed = await send('POST', `/v1/streams/${name}/events?atomic=true`, [{ x: 1 }, 2]);
    assert.equal(mixed.status, 422);
  }
  assert.deepEqual((await send('GET', '/v1/streams')).body['items'], []);
  // A key that came for a stream that is gone is known all the same.
  assert.equal((await send('POST', '/v1/streams/d/events', { x: 1 }, bad.headers)).status, 202);
  assert.equal((await send('DELETE', '/v1/streams/d')).status, 204);
  const reused = await send('POST', '/v1/streams/d/events', { x: 2 }, bad.headers);
  assert.deepEqual([reused.status, reused.body['code']], [422, 'idempotency_key_reused']);
  assert.deepEqual((await send('GET', '/v1/streams')).body['items'], []);
});

function swallow() {
  return route('post', '/v1/swallow', {
    purpose: { id: 'getRoot', tag: 'Operation', summary: 'Takes a body' },
    bodies: { 'application/sql': z.string() },
    responses: { 204: { description: 'It was there' } },
    handle: () => ({ status: 204 }),
  });
}
