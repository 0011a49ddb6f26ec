import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECIDED, neededScope } from '../../src/http/access.js';
import { Guard } from '../../src/http/guard.js';
import { SCOPE_NAMES, type Scope } from '../../src/http/scope.js';
import { type Answered, startApi } from './api_server.js';
import { Keyring } from './keyring.js';
import { raw as answerTo } from './serving.js';

const keyring = new Keyring();
const { api, send, url } = await startApi({}, {}, new Guard({ keys: keyring }));
const keys = new Map(SCOPE_NAMES.map((scope) => [scope, keyring.add(scope, [scope])]));
const expired = keyring.add('expired', ['admin'], Date.now() - 1);

interface Operation {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly Scope[]>>[];
}

const document = api.document as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: object };
};
/** Every operation as the document has it, with the scope that it says is needed. */
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, security }]) => ({
    id: operationId,
    method: method.toUpperCase(),
    path: path.replaceAll(/\{\w+\}/g, 'nobody'),
    needed: security[0]?.['key']?.[0] ?? null,
  })),
);

type Asked = (typeof operations)[number];

/** The status of a request whose path is sent as it is written. */
async function raw(method: string, path: string, headers = 'Host: localhost'): Promise<{ status: number }> {
  const head = `${method} ${path} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`;
  return { status: Number((await answerTo(url, head)).slice(9, 12)) };
}

/** What comes back, without reading an answer that has no end. */
async function ask({ method, path }: Asked, authorization?: string): Promise<Answered> {
  const stop = new AbortController();
  const response = await fetch(url + path, {
    method,
    headers: authorization === undefined ? {} : { authorization },
    signal: stop.signal,
  });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body = isJson ? ((await response.json()) as Answered['body']) : {};
  stop.abort();
  return { status: response.status, headers: response.headers, body };
}

function isRefused({ body }: Answered): boolean {
  return body['code'] === 'unauthenticated' || body['code'] === 'missing_scope';
}

test('somebody has decided on every operation, and on nothing else', () => {
  const served = new Set(operations.map(({ id }) => id));
  assert.deepEqual(
    [...served].filter((id) => !DECIDED.includes(id)),
    [],
  );
  assert.deepEqual(
    DECIDED.filter((id) => !served.has(id)),
    [],
  );
  assert.equal(neededScope('somethingNew'), 'admin');
  assert.equal(neededScope('toString'), 'admin');
});

test('what is open to everybody is this and no more', () => {
  const open = operations.filter(({ needed }) => needed === null).map(({ path }) => path);
  assert.deepEqual(open.sort(), [
    '/',
    '/healthz',
    '/openapi.json',
    '/problems',
    '/problems/nobody',
    '/readyz',
  ]);
});

test('each operation, without a key or with one that is none: 401 and how to bring one', async () => {
  const wrong = [
    undefined,
    'Bearer',
    'Bearer x',
    `Bearer ${keys.get('admin')}x`,
    `Bearer ${keys.get('admin')?.slice(0, -1)}`,
    `Basic ${btoa(`admin:${keys.get('admin')}`)}`,
    `Bearer ${expired}`,
    String(keys.get('admin')),
  ];
  for (const operation of operations) {
    for (const authorization of wrong) {
      const answer = await ask(operation, authorization);
      const where = `${operation.method} ${operation.path} ${authorization}`;
      assert.equal(isRefused(answer), operation.needed !== null, where);
      if (operation.needed === null) continue;
      assert.deepEqual([answer.status, answer.body['code']], [401, 'unauthenticated'], where);
      assert.equal(
        answer.headers.get('www-authenticate'),
        `Bearer realm="tocsin"${authorization === undefined ? '' : ', error="invalid_token"'}`,
      );
    }
  }
});

test('each operation with each scope: in with the one it needs or admin, else 403 that names it', async () => {
  let asked = 0;
  for (const operation of operations) {
    for (const [scope, key] of keys) {
      const answer = await ask(operation, `Bearer ${key}`);
      const where = `${operation.method} ${operation.path} with ${scope}: ${JSON.stringify(answer.body)}`;
      const isAllowed = operation.needed === null || scope === operation.needed || scope === 'admin';
      assert.equal(!isRefused(answer), isAllowed, where);
      asked++;
      if (isAllowed) continue;
      assert.deepEqual([answer.status, answer.body['scope']], [403, operation.needed], where);
      assert.equal(
        answer.headers.get('www-authenticate'),
        `Bearer realm="tocsin", error="insufficient_scope", scope="${operation.needed}"`,
      );
    }
  }
  assert.equal(asked, operations.length * SCOPE_NAMES.length);
});

test('HEAD reads what GET reads, so it needs the same', async () => {
  for (const operation of operations.filter(({ method }) => method === 'GET')) {
    const head = await fetch(url + operation.path, { method: 'HEAD' });
    assert.equal(head.status === 401, operation.needed !== null, operation.path);
  }
});

test('other spellings of a path lead round nothing', async () => {
  for (const path of [
    '/v1/alerts/',
    '//v1/alerts',
    '/V1/ALERTS',
    '/v1/./alerts',
    '/healthz/../v1/alerts',
    '/v1%2Falerts',
    '/v1/alerts;x',
    '/v1/streams/a%2Fb/events',
    '/v1/streams/s/events/',
    '/%76%31/alerts',
    'http://localhost/v1/alerts',
  ]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const { status } = await raw(method, path);
      assert.ok([401, 404, 405].includes(status), `${method} ${path}: ${status}`);
    }
  }
});

test('the name of the key stands in the history of what it changed', async () => {
  const deploy = { authorization: `Bearer ${keyring.add('deploy', ['rules:write', 'rules:read'])}` };
  const text = 'SELECT x FROM s WHERE x > 1';
  assert.equal((await send('PUT', '/v1/rules/r', text, deploy)).status, 201);
  assert.equal((await send('POST', '/v1/rules/r/pause', undefined, deploy)).status, 200);
  const admin = { authorization: `bearer   ${keys.get('admin')}` };
  assert.equal((await send('DELETE', '/v1/rules/r', undefined, admin)).status, 204);
  const { body } = await send('GET', '/v1/rules/r/versions', undefined, deploy);
  assert.deepEqual(
    (body['items'] as Record<string, unknown>[]).map(({ change, by }) => [change, by]),
    [
      ['put', 'deploy'],
      ['pause', 'deploy'],
      ['delete', 'admin'],
    ],
  );
});

test('the document says how to bring a key', () => {
  const { key } = document.components.securitySchemes as { key: { type: string; scheme: string } };
  assert.deepEqual([key.type, key.scheme], ['http', 'bearer']);
});

test('with keys the name by which the server is called does not matter', async () => {
  const { status } = await raw(
    'GET',
    '/v1/alerts',
    `Host: tocsin.example.com\r\nAuthorization: Bearer ${keys.get('admin')}`,
  );
  assert.equal(status, 200);
});

test('an answer that goes on ends when its key is taken back', async () => {
  const watcher = keyring.add('watcher', ['alerts:read']);
  const response = await fetch(`${url}/v1/alerts/live`, { headers: { authorization: `Bearer ${watcher}` } });
  assert.equal(response.status, 200);
  const over = response.text().then(
    () => 'ended',
    () => 'cut off',
  );
  keyring.remove(watcher);
  assert.match(await over, /ended|cut off/);
});
