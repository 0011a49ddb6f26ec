import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Guard } from '../../src/http/guard.js';
import { problemSchema } from '../../src/http/problem_schema.js';
import type { Tocsin } from '../../src/runtime/server.js';
import { type ApiServer, startApi } from './api_server.js';
import { Random } from './fuzz/random.js';
import { type Description, type FuzzRequest, RequestSource } from './fuzz/request.js';
import { sendBytes, sendOnWire, type WireAnswer } from './fuzz/wire.js';
import { Keyring } from './keyring.js';

/** More of it: TOCSIN_FUZZ_REQUESTS=100000. A failure names its seed: TOCSIN_FUZZ_SEED repeats it. */
const REQUESTS = Number(process.env['TOCSIN_FUZZ_REQUESTS'] ?? 2_000);
const SEED = Number(process.env['TOCSIN_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
/** A chunk that says it is longer than what comes is waited for. */
const HASTY = { timeouts: { headers: 2_000, request: 3_000, keepAlive: 5_000, silence: 60_000 } };
const FEW = { maxStreams: 20, maxRules: 20, maxDestinations: 10 };

/** Everything that requests store, as text. */
function stored({ catalog, destinations, reader }: Tocsin): string {
  return JSON.stringify([
    catalog.streams('', 1_000).map(({ name, version, updatedAt }) => [name, version, updatedAt]),
    catalog
      .rules('', 1_000)
      .map(({ name, version, enabled, updatedAt }) => [name, version, enabled, updatedAt]),
    destinations.list('', 1_000).map(({ name, etag }) => [name, etag]),
    reader.counters().streams.map(({ stream, events, accepted }) => [stream, events, accepted]),
  ]);
}

/** Resolves when what a client did not wait for is over. */
async function settled(tocsin: Tocsin): Promise<void> {
  for (let quiet = 0, before = stored(tocsin); quiet < 3; quiet++) {
    await wait(10);
    const after = stored(tocsin);
    if (after !== before) quiet = 0;
    before = after;
  }
}

/** A short form of a request, for a failure. */
function told(request: FuzzRequest, at: number): string {
  const body = request.body?.toString('latin1').slice(0, 300) ?? '';
  const headers = request.headers.map(([name, value]) => `${name}: ${value.slice(0, 60)}`).join(', ');
  return `seed ${SEED}, request ${at} (${request.operation}, ${request.carriage}): ${request.method} ${request.target.slice(0, 200)} {${headers}} ${body}`;
}

/** Refusals are problems, and the server itself never fails. */
function checkAnswer(answer: WireAnswer, isHead: boolean, where: string): void {
  assert.ok(answer.status < 500 || answer.status === 503, `${where}\n${answer.status} ${answer.body}`);
  if (answer.status < 400 || isHead) return;
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, where);
  const problem = problemSchema.parse(JSON.parse(answer.body), { error: () => where });
  assert.equal(problem.status, answer.status, where);
}

async function assertAlive({ url }: ApiServer): Promise<void> {
  const response = await fetch(`${url}/readyz`);
  assert.deepEqual([response.status, await response.text()], [200, '{"status":"ready"}']);
}

test('whatever comes: a clear answer, nothing stored by what was refused, and the server is up', async () => {
  const server = await startApi(FEW, {}, new Guard(), HASTY);
  const random = new Random(SEED);
  const source = new RequestSource(server.api.document as Description, random);
  const seen = new Map<number, number>();
  const unanswered: string[] = [];
  for (let at = 0; at < REQUESTS; at++) {
    const request = source.next();
    const where = told(request, at);
    const before = stored(server.tocsin);
    const answer = await sendOnWire(server.url, request, random).catch((error: Error) =>
      assert.fail(`${where}\n${error.message}`),
    );
    if (answer === null) {
      unanswered.push(where);
      await settled(server.tocsin);
      assert.ok(!['whole', 'chunked', 'dribbled'].includes(request.carriage), `no answer: ${where}`);
      continue;
    }
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
    checkAnswer(answer, request.method === 'HEAD', where);
    if (answer.status >= 400)
      assert.equal(stored(server.tocsin), before, `stored though ${answer.status}: ${where}`);
  }
  await assertAlive(server);
  // That it reached the inside at all: every kind of answer was among them.
  for (const status of [200, 201, 202, 204, 400, 404, 405, 415, 422]) {
    assert.ok(seen.has(status), `no answer ${status} in ${REQUESTS}: seed ${SEED}`);
  }
  assert.ok(unanswered.length < REQUESTS / 10, String(unanswered.length));
});

test('bytes that are hardly a request: an answer or an end, and the server is up', async () => {
  const server = await startApi(FEW, {}, new Guard(), HASTY);
  const random = new Random(SEED + 1);
  const before = stored(server.tocsin);
  const whole = [
    'GET /v1/rules HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'POST /v1/streams/s/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    'PUT /v1/rules/r HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    'POST /v1/rules/r/pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'GET http://localhost/v1/rules HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
  ];
  for (let at = 0; at < REQUESTS / 5; at++) {
    const text = random.pick(whole).repeat(1 + random.below(3));
    const bytes = random.chance(0.1)
      ? random.bytes(random.below(500))
      : random.spoil(Buffer.from(text, 'latin1'));
    const where = `seed ${SEED}, bytes ${at}: ${JSON.stringify(bytes.toString('latin1'))}`;
    const answer = await sendBytes(server.url, bytes).catch((error: Error) =>
      assert.fail(`${where}\n${error.message}`),
    );
    if (answer !== null) checkAnswer(answer, bytes.subarray(0, 4).toString() === 'HEAD', where);
  }
  assert.equal(stored(server.tocsin), before);
  await assertAlive(server);
});

test('without a key nothing but refusals, whatever comes', async () => {
  const keys = new Keyring();
  const right = keys.add('admin', ['admin']);
  const server = await startApi(FEW, {}, new Guard({ keys }), HASTY);
  const open = new Set([
    'getRoot',
    'getHealth',
    'getReadiness',
    'getDescription',
    'listProblems',
    'getProblem',
  ]);
  const random = new Random(SEED + 2);
  const source = new RequestSource(server.api.document as Description, random);
  const before = stored(server.tocsin);
  let refused = 0;
  for (let at = 0; at < REQUESTS / 3; at++) {
    const made = source.next();
    const spoiled = random
      .spoil(Buffer.from(right))
      .toString('latin1')
      .replaceAll(/[\r\n\0]/g, '');
    const authorization = random.pick([
      'Bearer',
      `Bearer ${spoiled}`,
      `Basic ${right}`,
      right,
      `Bearer, ${right}`,
      '',
    ]);
    const request =
      spoiled === right
        ? made
        : { ...made, headers: [...made.headers, ['Authorization', authorization] as const] };
    const where = told(request, at);
    const answer = await sendOnWire(server.url, request, random);
    if (answer === null) continue;
    checkAnswer(answer, request.method === 'HEAD', where);
    if (answer.status === 401) refused++;
    const isOpen = open.has(request.operation) || request.method === 'OPTIONS';
    assert.ok(answer.status >= 400 || isOpen, `${answer.status}: ${where}`);
  }
  assert.ok(refused > REQUESTS / 10, String(refused));
  assert.equal(stored(server.tocsin), before);
  await assertAlive(server);
});
