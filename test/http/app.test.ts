import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { BODY_LIMIT, STATEMENT_LIMIT } from '../../src/http/body.js';
import { PROBLEMS } from '../../src/http/problem.js';
import { problemSchema } from '../../src/http/problem_schema.js';
import { route } from '../../src/http/route.js';
import { raw, serving } from './serving.js';

const echo = route('put', '/v1/echo/{name}', {
  purpose: { id: 'echo', tag: 'Operation', summary: 'Gives back what it was given' },
  params: z.strictObject({ name: z.string().min(1) }),
  query: z.strictObject({ loud: z.enum(['true', 'false']).optional() }),
  bodies: {
    'application/json': z.strictObject({ text: z.string(), list: z.array(z.int()).optional() }),
    'application/sql': z.string(),
  },
  responses: { 200: { description: 'The same' } },
  handle: ({ params, query, body }) => ({
    status: 200,
    body: { ...params, ...query, type: body.type, value: body.value },
  }),
});
const broken = route('post', '/v1/broken', {
  purpose: { id: 'broken', tag: 'Operation', summary: 'Fails' },
  responses: { 200: { description: 'Never' } },
  handle: () => {
    throw new Error('secret inside');
  },
});

const server = await serving([echo, broken]);

interface Sent {
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

async function send(path: string, { method = 'PUT', body, headers = {} }: Sent = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Sends a request that must be refused, checks the form that every refusal has, and gives what was said. */
async function refused(path: string, sent: Sent = {}) {
  const { status, headers, text } = await send(path, sent);
  const problem = problemSchema.parse(JSON.parse(text));
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(problem.status, status);
  assert.deepEqual({ status, title: problem.title }, { ...PROBLEMS[problem.code] });
  assert.equal(problem.type, `/problems/${problem.code}`);
  return {
    status,
    headers,
    problem,
    code: problem.code,
    detail: problem.detail,
    errors: problem.errors ?? [],
  };
}

test('a request that fits reaches its route: JSON, text, percent-encoded names, gzip', async () => {
  const json = await send('/v1/echo/a%2Fb%20%C3%A9?loud=true', { body: '{"text":"x","list":[1]}' });
  assert.deepEqual(JSON.parse(json.text), {
    name: 'a/b é',
    loud: 'true',
    type: 'application/json',
    value: { text: 'x', list: [1] },
  });
  const sql = await send('/v1/echo/n', {
    body: 'SELECT 1',
    headers: { 'content-type': 'Application/SQL; charset=UTF-8' },
  });
  assert.deepEqual(JSON.parse(sql.text), { name: 'n', type: 'application/sql', value: 'SELECT 1' });
  const zipped = new Uint8Array(gzipSync('{"text":"zipped"}'));
  const unzipped = await send('/v1/echo/n', { body: zipped, headers: { 'content-encoding': 'gzip' } });
  assert.equal(JSON.parse(unzipped.text).value.text, 'zipped');
});

test('bodies that cannot be read as a whole', async () => {
  const at = async (body: string | Uint8Array<ArrayBuffer>, headers = {}) => {
    const { status, code } = await refused('/v1/echo/n', { body, headers });
    return [status, code];
  };
  assert.deepEqual(await at('{"text":'), [400, 'invalid_json']);
  assert.deepEqual(await at(''), [400, 'empty_body']);
  assert.deepEqual(await at(new Uint8Array([0x22, 0xff, 0x22])), [400, 'invalid_utf8']);
  assert.deepEqual(await at('['.repeat(70) + ']'.repeat(70)), [400, 'too_deep']);
  assert.deepEqual(await at(`{"list":[${'0,'.repeat(10_000)}0]}`), [400, 'too_many_values']);
  assert.deepEqual(await at('{"text":1e400}'), [400, 'number_out_of_range']);
  assert.deepEqual(await at('x', { 'content-encoding': 'gzip' }), [400, 'invalid_compression']);
  assert.deepEqual(await at('x', { 'content-encoding': 'br' }), [415, 'unsupported_encoding']);
  assert.deepEqual(await at('x', { 'content-type': 'text/csv' }), [415, 'unsupported_media_type']);
  assert.deepEqual(await at('"x"', { 'content-type': 'application/json; charset=latin1' }), [
    415,
    'unsupported_media_type',
  ]);
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(STATEMENT_LIMIT + 1, 0x20)));
  assert.deepEqual(await at(bomb, { 'content-encoding': 'gzip' }), [413, 'body_too_large']);
  assert.deepEqual(await at(new Uint8Array(STATEMENT_LIMIT + 1)), [413, 'body_too_large']);
});

test('JSON that is not JSON is told where', async () => {
  const { detail, errors } = await refused('/v1/echo/n', { body: '{"text": "x",\n "list": oops}' });
  assert.match(detail, /line 2, column 10/);
  assert.deepEqual(errors, [
    {
      code: 'invalid_json',
      message: 'unexpected "o"',
      line: 2,
      column: 10,
      length: 1,
      context: ' "list": oops}\n         ^',
    },
  ]);
});

test('a body larger than the limit is refused without a Content-Length too, and a client that writes it to its end sees the answer', async () => {
  const chunk = '2000\r\n'.concat('x'.repeat(0x2000), '\r\n');
  const head =
    'PUT /v1/echo/n HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sql\r\nTransfer-Encoding: chunked\r\n\r\n';
  const answer = await raw(server.url, `${head + chunk.repeat(STATEMENT_LIMIT / 0x2000 + 8)}0\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.match(answer, /"code":"body_too_large"/);
});

test('with Expect: 100-continue a body too large is refused before it is sent', async () => {
  const head = `PUT /v1/echo/n HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sql\r\nContent-Length: ${BODY_LIMIT + 1}\r\nExpect: 100-continue\r\n\r\n`;
  assert.match(await raw(server.url, head), /^HTTP\/1\.1 413 /);
});

test('what a body has too much, too little or wrong is named by its pointer', async () => {
  const { status, code, errors } = await refused('/v1/echo/n', {
    body: '{"list":[1,"2"],"colour":1,"__proto__":{"a":1}}',
  });
  assert.deepEqual([status, code], [422, 'invalid_body']);
  assert.deepEqual(errors.map(({ code, pointer }) => [code, pointer]).sort(), [
    ['invalid_type', '/list/1'],
    ['invalid_type', '/text'],
    ['unknown_field', '/__proto__'],
    ['unknown_field', '/colour'],
  ]);
});

test('query parameters: unknown, repeated, wrong', async () => {
  for (const query of ['?louder=true', '?loud=true&loud=false', '?loud=1', '?%zz']) {
    assert.equal(
      (await refused(`/v1/echo/n${query}`, { body: '{"text":"x"}' })).code,
      'invalid_parameter',
      query,
    );
  }
});

test('paths and methods', async () => {
  const unknown = await refused('/v1/nothing', { method: 'GET' });
  assert.deepEqual([unknown.status, unknown.code], [404, 'not_found']);
  for (const path of [
    '/v1/echo/',
    '/v1/echo/a/b',
    '/V1/echo/a',
    '/v1/echo/a/',
    '//',
    '/docs/nothing',
    '/docs/package.json',
    '/docs/index.html',
  ]) {
    assert.equal((await refused(path, { method: 'GET' })).code, 'not_found', path);
  }
  const wrong = await refused('/v1/echo/n', { method: 'PATCH' });
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'PUT, OPTIONS']);
  const read = await refused('/healthz', { method: 'DELETE' });
  assert.deepEqual([read.status, read.headers.get('allow')], [405, 'GET, HEAD, OPTIONS']);
  assert.equal((await refused('/docs/', { method: 'POST' })).status, 405);
  assert.equal((await refused('/v1/echo/%E0%A4%A', { body: '{"text":"x"}' })).code, 'malformed_url');
});

test('HEAD is GET without a body, OPTIONS says what there is', async () => {
  const head = await send('/healthz', { method: 'HEAD' });
  assert.deepEqual([head.status, head.text, head.headers.get('content-length')], [200, '', '15']);
  const options = await send('/v1/echo/n', { method: 'OPTIONS' });
  assert.deepEqual([options.status, options.text, options.headers.get('allow')], [204, '', 'PUT, OPTIONS']);
});

test('a fault of ours tells nothing of the inside, and is logged with its cause', async () => {
  const { status, code, problem } = await refused('/v1/broken', { method: 'POST' });
  assert.deepEqual([status, code], [500, 'internal_error']);
  assert.doesNotMatch(JSON.stringify(problem), /secret|at |\.ts/);
  const line = server.logged.find(({ msg }) => msg === 'request failed');
  assert.equal((line?.['err'] as { message: string } | undefined)?.message, 'secret inside');
  assert.equal(line?.['path'], '/v1/broken');
});

test('what the parser refuses is a problem too', async () => {
  const head = (line: string, more = '') => `${line} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
  const cases: [string, RegExp][] = [
    [
      head('GET http://[1/healthz', 'Connection: close\r\n'),
      /^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*"code":"malformed_url"/,
    ],
    ['GET /healthz HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_request"[\s\S]*Host/],
    [head('PUT /v1/echo/n', 'Expect: wonders\r\n'), /^HTTP\/1\.1 417 [\s\S]*"code":"expectation_failed"/],
    [
      head('PUT /v1/echo/n', 'Content-Type: application/sql\r\nTransfer-Encoding: chunked\r\n') +
        'no chunk\r\n',
      /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_request"/,
    ],
    ['nonsense\r\n\r\n', /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_request"/],
    [
      head('GET /healthz', `X: ${'x'.repeat(20_000)}\r\n`),
      /^HTTP\/1\.1 431 [\s\S]*"code":"header_too_large"/,
    ],
    [head(`GET /${'x'.repeat(20_000)}`), /^HTTP\/1\.1 431 [\s\S]*"code":"header_too_large"/],
    [
      head('PUT /v1/echo/n', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
      /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_request"/,
    ],
  ];
  for (const [bytes, expected] of cases) assert.match(await raw(server.url, bytes), expected);
});

test('what comes behind a request is refused behind its answer, not in its place', async () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const patient = route('get', '/v1/patient', {
    purpose: { id: 'patient', tag: 'Operation', summary: 'Takes its time' },
    responses: { 200: { description: 'At last' } },
    handle: async () => {
      await opened;
      return { status: 200, body: 'at last' };
    },
  });
  const { url } = await serving([echo, patient]);
  const get = 'GET /v1/patient HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const put =
    'PUT /v1/echo/n HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sql\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n';
  const answers = Promise.all([raw(url, `${get}nonsense\r\n\r\n`), raw(url, get + put)]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  open();
  for (const answer of await answers) {
    const [first = '', second = '', ...more] = answer.split(/(?=HTTP\/1\.1 \d)/);
    assert.match(first, /^HTTP\/1\.1 200 [\s\S]*"at last"$/);
    assert.match(second, /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_request"/);
    assert.deepEqual(more, []);
  }
});

test('a page of another site gets nowhere', async () => {
  const foreign = await raw(
    server.url,
    'GET /healthz HTTP/1.1\r\nHost: rebound.example.com\r\nConnection: close\r\n\r\n',
  );
  assert.match(foreign, /^HTTP\/1\.1 403 [\s\S]*"code":"foreign_host"/);
  assert.equal(
    (await refused('/v1/broken', { method: 'POST', headers: { origin: 'https://example.com' } })).code,
    'foreign_origin',
  );
  assert.equal((await send('/healthz', { method: 'GET', headers: { origin: server.url } })).status, 200);
});

test('requests are logged with stable names and without their headers', async () => {
  await send('/v1/echo/n?loud=true', { body: '{"text":"x"}', headers: { authorization: 'Bearer hush' } });
  const line = server.logged.findLast(({ msg, method }) => msg === 'request' && method === 'PUT');
  assert.deepEqual(Object.keys(line ?? {}).sort(), [
    'duration_ms',
    'hostname',
    'level',
    'method',
    'msg',
    'path',
    'pid',
    'request_id',
    'status',
    'time',
  ]);
  assert.equal(line?.['path'], '/v1/echo/n');
  assert.doesNotMatch(JSON.stringify(server.logged), /hush/);
});

test('metrics name routes, never URLs', async () => {
  await send('/v1/echo/very-special-name', { body: '{"text":"x"}' });
  await send('/very/special/path', { method: 'GET' });
  const { text, headers } = await send('/metrics', { method: 'GET' });
  assert.match(headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(
    text,
    /tocsin_http_requests_total\{method="PUT",route="\/v1\/echo\/\{name\}",status="200"\} \d/,
  );
  assert.match(text, /route="unmatched",status="404"/);
  assert.doesNotMatch(text, /special/);
});

test('the page to try the API needs nothing from elsewhere', async () => {
  const redirect = await send('/docs', { method: 'GET' });
  assert.deepEqual([redirect.status, redirect.headers.get('location')], [308, '/docs/']);
  const page = await send('/docs/', { method: 'GET' });
  const named = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  assert.ok(named.length >= 4);
  for (const path of named) {
    assert.match(path, /^\.\//);
    assert.equal((await send(`/docs/${path}`, { method: 'GET' })).status, 200, path);
  }
  assert.match((await send('/docs/swagger-ui-init.js', { method: 'GET' })).text, /\/v1\/echo\/\{name\}/);
  assert.doesNotMatch(page.headers.get('content-security-policy') ?? '', /upgrade-insecure-requests/);
});

test('every problem code is described at the path that its type names', async () => {
  const { text } = await send('/problems', { method: 'GET' });
  for (const { code, type, status } of JSON.parse(text).items) {
    const described = await send(type, { method: 'GET' });
    assert.deepEqual([JSON.parse(described.text).code, JSON.parse(described.text).status], [code, status]);
  }
  assert.equal((await refused('/problems/toString', { method: 'GET' })).code, 'unknown_problem');
});

test('a slow request is ended with a problem', async () => {
  const slow = await serving([echo], {
    timeouts: { headers: 150, request: 300, keepAlive: 1_000, silence: 10_000 },
  });
  assert.match(
    await raw(slow.url, 'GET /healthz HTTP/1.1\r\nHost: loc'),
    /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/,
  );
  const head =
    'PUT /v1/echo/n HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sql\r\nContent-Length: 100\r\n\r\n';
  assert.match(await raw(slow.url, `${head}SEL`), /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/);
});
