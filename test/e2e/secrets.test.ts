import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hashOf, newKey } from '../../src/http/key.js';
import { type RedisServer, startRedis, withoutRedis } from '../support/redis_server.js';
import { eventually } from './client.js';
import { runServer, type ServerProcess, startServer } from './server_process.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-secrets-'));
const running: { kill(): unknown }[] = [];
after(async () => {
  for (const each of running) await each.kill();
  rmSync(folder, { recursive: true });
});

const webhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
/** Every secret of the test, by what it is. */
const SECRETS = {
  admin: newKey(),
  reader: newKey(),
  unknown: newKey(),
  given: webhookSecret(),
  rotated: webhookSecret(),
  malformed: webhookSecret(),
  bearer: `upstream-${randomBytes(16).toString('hex')}`,
  header: `header-${randomBytes(16).toString('hex')}`,
  user: `user-${randomBytes(16).toString('hex')}`,
  query: `query-${randomBytes(16).toString('hex')}`,
  redis: `redis-${randomBytes(16).toString('hex')}`,
  wrong: `wrong-${randomBytes(16).toString('hex')}`,
};

/** What was heard of the server, by where. */
interface Heard {
  readonly where: string;
  readonly text: string;
}

/** Asks as the key's holder, and keeps what came back. */
class Listener {
  readonly heard: Heard[] = [];
  constructor(readonly url: string) {}

  async ask(
    method: string,
    path: string,
    body?: unknown,
    { key = SECRETS.admin, type = typeof body === 'string' ? 'application/sql' : 'application/json' } = {},
  ): Promise<{ status: number; text: string }> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const head = JSON.stringify([...response.headers]);
    this.heard.push({ where: `${method} ${path}: ${response.status}`, text: head + text });
    return { status: response.status, text };
  }
}

/** Fails where a secret, or its hash, or what is in it as base64, was heard. */
function assertSilent(heard: readonly Heard[], secrets: Readonly<Record<string, string>>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    const forms = [secret, hashOf(secret).toString('hex'), encodeURIComponent(secret)];
    if (secret.startsWith('whsec_')) forms.push(secret.slice('whsec_'.length));
    for (const { where, text } of heard) {
      for (const form of forms)
        assert.ok(!text.includes(form), `${name} was heard at ${where}: ${text.slice(0, 2_000)}`);
    }
  }
}

/** A receiver that fails in every way it can, and repeats in its answers what it was sent. */
async function startEcho(): Promise<string> {
  let count = 0;
  const server: Server = createServer((request, response) => {
    const said = JSON.stringify(request.headers) + request.url;
    switch (count++ % 4) {
      case 0:
        response.writeHead(500).end(said);
        return;
      case 1:
        response.writeHead(302, { location: `http://127.0.0.1:1/${said.length}` }).end(said);
        return;
      case 2:
        response.destroy();
        return;
      default:
        response.writeHead(204).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({ kill: () => server.close().closeAllConnections() });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Drives a server with all the secrets there are: gives what it answered, the secret that it made itself among it. */
async function drive(server: ServerProcess): Promise<{ heard: Heard[]; made: string }> {
  const { heard, ask } = bound(new Listener(server.url));
  const echo = await startEcho();
  const destination = {
    type: 'webhook',
    url: `${echo}/hook?token=${SECRETS.query}`,
    headers: { Authorization: `Bearer ${SECRETS.bearer}`, 'x-api-key': SECRETS.header },
    retry: { schedule: ['1 SECOND', '1 SECOND'] },
  };
  await ask('PUT', '/v1/streams/s', 'CREATE STREAM s (x BIGINT)');
  const put = await ask('PUT', '/v1/destinations/made', { ...destination, url: `${echo}/hook` });
  const made = (JSON.parse(put.text) as { secret: string }).secret;
  assert.match(made, /^whsec_/);
  // Shown this once, to whoever made it.
  heard.pop();
  const kept = { ...destination, secret: SECRETS.given };
  assert.equal((await ask('PUT', '/v1/destinations/d', kept)).status, 201);
  assert.equal((await ask('PUT', '/v1/destinations/d', { ...kept, secret: SECRETS.rotated })).status, 200);
  await ask('PUT', '/v1/rules/r', { query: 'SELECT x FROM s WHERE x > 1', notify: ['d', 'made'] });

  // Mistakes that have a secret in them.
  const bad = [
    { ...kept, secret: `${SECRETS.malformed}!` },
    { ...kept, secret: [SECRETS.malformed] },
    { ...kept, type: 'mail' },
    { ...kept, url: `https://${SECRETS.user}:${SECRETS.user}@example.com/` },
    { ...kept, url: `htp://${SECRETS.user}@example.com/` },
    { ...kept, url: `${SECRETS.user}` },
    { ...kept, url: `http://10.0.0.1/${SECRETS.query}` },
    { ...kept, headers: { 'x-api-key': `${SECRETS.header}\n` } },
    { ...kept, headers: { host: SECRETS.header } },
    { ...kept, headers: { 'x-api-key': 1 } },
    { ...kept, timeout: 'soon' },
  ];
  for (const body of bad) assert.equal((await ask('PUT', '/v1/destinations/d', body)).status, 422);
  for (const text of [
    `{"secret": "${SECRETS.malformed}" oops`,
    `{"secret": "${SECRETS.malformed}`,
    `${SECRETS.given}`,
  ]) {
    assert.equal((await ask('PUT', '/v1/destinations/d', text, { type: 'application/json' })).status, 400);
  }
  await ask('GET', '/v1/rules', undefined, { key: SECRETS.unknown });
  await ask('GET', '/v1/rules', undefined, { key: `${SECRETS.admin}\u00e9` });
  await ask('GET', '/v1/rules', undefined, { key: `${SECRETS.admin} ${SECRETS.admin}` });
  await ask('GET', '/v1/destinations', undefined, { key: SECRETS.reader });
  await ask('GET', `/v1/rules?access_token=1`);

  await ask('POST', '/v1/streams/s/events', [{ x: 2 }, { x: 3 }, { x: 'four' }]);
  for (const name of ['d', 'made', 'd', 'made', 'nobody']) {
    const tested = await ask('POST', `/v1/destinations/${name}/test`);
    // What the receiver itself said is for its owner to see.
    const { answer, ...rest } = JSON.parse(tested.text) as { answer?: string | null };
    heard.splice(-1, 1, { where: `test of ${name}`, text: JSON.stringify(rest) });
    assert.notEqual(answer, 1);
  }
  await eventually('deliveries that ended', async () => {
    const { text } = await ask('GET', '/v1/deliveries?limit=1000');
    const { items } = JSON.parse(text) as { items: { state: string }[] };
    return items.length >= 4 && items.every(({ state }) => state === 'delivered' || state === 'dead');
  });
  for (const path of [
    ...[
      '/',
      '/healthz',
      '/readyz',
      '/metrics',
      '/openapi.json',
      '/docs/',
      '/docs/swagger-ui-init.js',
      '/problems',
    ],
    ...[
      '/v1/streams',
      '/v1/streams/s',
      '/v1/streams/s/events',
      '/v1/rules',
      '/v1/rules/r',
      '/v1/rules/r/versions',
    ],
    ...['/v1/alerts', '/v1/deliveries'],
  ]) {
    assert.equal((await ask('GET', path)).status, 200, path);
  }
  for (const path of ['/v1/destinations', '/v1/destinations/d', '/v1/destinations/made']) {
    assert.equal((await ask('GET', path)).status, 200, path);
  }
  // The address itself is for `admin` to see, who alone can ask for a destination.
  const shown = / \/v1\/destinations(\/d)?: 20[01]$/;
  const masked = heard.map(({ where, text }) => ({
    where,
    text: shown.test(where) ? text.replaceAll(`?token=${SECRETS.query}`, '') : text,
  }));
  return { heard: masked, made };
}

/** A listener's two parts, free of it. */
function bound(listener: Listener) {
  return { heard: listener.heard, ask: listener.ask.bind(listener) };
}

function keysFile(): string {
  const path = join(folder, 'keys.json');
  const entry = (name: string, key: string, scopes: string[]) => ({
    ...{ name, scopes, sha256: hashOf(key).toString('hex') },
  });
  writeFileSync(
    path,
    JSON.stringify([
      entry('admin', SECRETS.admin, ['admin']),
      entry('reader', SECRETS.reader, ['rules:read']),
    ]),
  );
  return path;
}

const COMMON = ['--allow-destinations', '127.0.0.0/8', '--keys-file', keysFile(), '--rate-limit', '0'];

function logOf(server: ServerProcess): Heard[] {
  return server.logged.map((line) => ({ where: 'the log', text: JSON.stringify(line) }));
}

test('no secret is in an answer, a metric or the log', async () => {
  const server = await startServer(['--data', join(folder, 'data'), ...COMMON]);
  running.push(server);
  const { heard, made } = await drive(server);
  assert.equal(await server.stop(), 0);
  assert.ok(heard.length > 40 && server.logged.length > 40);
  assertSilent([...heard, ...logOf(server)], { ...SECRETS, made });
});

test('nor is the password of Redis, when all is well, when Redis goes, and when it is wrong', {
  skip: withoutRedis,
}, async () => {
  const redis: RedisServer = await startRedis();
  running.push({ kill: () => redis.stop() });
  await redis.client.config('SET', 'requirepass', SECRETS.redis);
  const address = (password: string): string => redis.url.replace('://', `://default:${password}@`);
  const server = await startServer(['--redis', address(SECRETS.redis), ...COMMON]);
  running.push(server);
  const { heard, made } = await drive(server);
  const listener = new Listener(server.url);
  // Redis takes another password: from here on ours is wrong.
  await redis.client.config('SET', 'requirepass', 'another');
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await eventually('trouble', async () => (await listener.ask('GET', '/readyz')).status === 503);
  for (const [method, path, body] of [
    ['POST', '/v1/streams/s/events', { x: 1 }],
    ['GET', '/v1/alerts', undefined],
    ['PUT', '/v1/rules/q', 'SELECT x FROM s WHERE x > 9'],
    ['GET', '/metrics', undefined],
  ] as const) {
    await listener.ask(method, path, body);
  }
  await server.kill();
  const refused = await runServer(['--listen', '127.0.0.1:0', '--redis', address(SECRETS.wrong), ...COMMON]);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /cannot start/);
  const gone = await runServer(['--redis', address(SECRETS.wrong).replace('redis:', 'reds:'), ...COMMON]);
  assert.equal(gone.code, 2);
  assertSilent(
    [
      ...[...heard, ...listener.heard, ...logOf(server)],
      { where: 'standard error', text: refused.stderr + gone.stderr },
    ],
    { ...SECRETS, made },
  );
});
