import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { Destination, Message } from '../../src/runtime/sink.js';
import { WebhookSink } from '../../src/sinks/webhook.js';
import { ALLOW, destinationTo, SECRET, startHook } from './hook_server.js';

const MESSAGE: Message = { id: 'al_1', body: Buffer.from('{"type":"alert.fired","data":{"who":"Zoë"}}') };
const FORMER = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
const NEVER = new AbortController().signal;

/** One attempt by a sink of its own. */
async function attempt(destination: Destination, options = ALLOW, signal: AbortSignal = NEVER) {
  const sink = new WebhookSink(options);
  try {
    return await sink.send(destination, MESSAGE, Date.now(), signal);
  } finally {
    await sink.close();
  }
}

test('a webhook is posted signed, with its id and the headers of the destination', async () => {
  const hook = await startHook((response) => response.writeHead(201).end('thank you'));
  const headers = { 'X-Team': 'fraud', Authorization: 'Bearer x' };
  const outcome = await attempt(destinationTo(`${hook.url}?a=1`, { headers }));
  assert.deepEqual(
    { ...outcome, duration: 0 },
    {
      ...{ status: 201, error: null, duration: 0, retryAfter: null, answer: 'thank you' },
    },
  );
  const [post] = hook.posts;
  assert.equal(post?.path, '/hook?a=1');
  assert.deepEqual(Buffer.compare(post?.body ?? Buffer.alloc(0), Buffer.from(MESSAGE.body)), 0);
  assert.deepEqual(new Webhook(SECRET).verify(post?.body ?? '', post?.headers ?? {}), {
    ...{ type: 'alert.fired', data: { who: 'Zoë' } },
  });
  const { host, 'user-agent': agent, ...sent } = post?.headers ?? {};
  assert.equal(host, `127.0.0.1:${hook.port}`);
  assert.match(agent ?? '', /Tocsin/);
  assert.deepEqual(
    [sent['webhook-id'], sent['content-type'], sent['x-team'], sent['authorization']],
    ['al_1', 'application/json', 'fraud', 'Bearer x'],
  );
  hook.close();
});

test('during a rotation both secrets verify, afterwards the new one alone', async () => {
  const hook = await startHook();
  const until = (milliseconds: number) => [{ secret: FORMER, until: Date.now() + milliseconds }];
  await attempt(destinationTo(hook.url, { formerSecrets: until(60_000) }));
  await attempt(destinationTo(hook.url, { formerSecrets: until(-1) }));
  const verifies = (secret: string, index: number) => {
    const { body, headers } = hook.posts[index]!;
    return new Webhook(secret).verify(body, headers);
  };
  assert.match(hook.posts[0]?.headers['webhook-signature'] ?? '', /^v1,\S+ v1,\S+$/);
  for (const secret of [SECRET, FORMER]) assert.ok(verifies(secret, 0));
  assert.ok(verifies(SECRET, 1));
  assert.throws(() => verifies(FORMER, 1), /No matching signature/);
  hook.close();
});

test('a flipped byte of body, id or time does not verify', async () => {
  const hook = await startHook();
  await attempt(destinationTo(hook.url));
  const { body, headers } = hook.posts[0]!;
  const verify = (bytes: Buffer, more: Record<string, string> = {}) =>
    new Webhook(SECRET).verify(bytes, { ...headers, ...more });
  assert.ok(verify(body));
  for (let index = 0; index < body.length; index++) {
    const flipped = Buffer.from(body);
    flipped[index] = flipped[index]! ^ 1;
    assert.throws(() => verify(flipped), /No matching signature/, `byte ${index}`);
  }
  assert.throws(() => verify(body, { 'webhook-id': 'al_2' }), /No matching signature/);
  const time = String(Number(headers['webhook-timestamp']) - 1);
  assert.throws(() => verify(body, { 'webhook-timestamp': time }), /No matching signature/);
  hook.close();
});

for (const status of [200, 202, 204, 299]) {
  test(`${status} is success`, async () => {
    const hook = await startHook((response) => response.writeHead(status).end());
    const { status: seen, error } = await attempt(destinationTo(hook.url));
    assert.deepEqual([seen, error], [status, null]);
    hook.close();
  });
}

for (const status of [304, 400, 401, 404, 410, 429, 500, 503]) {
  test(`${status} is a failure that says so`, async () => {
    const hook = await startHook((response) => response.writeHead(status, { 'retry-after': '7' }).end());
    const { status: seen, error, retryAfter } = await attempt(destinationTo(hook.url));
    assert.deepEqual([seen, retryAfter], [status, 7_000]);
    assert.match(error ?? '', new RegExp(`answered ${status}`));
    hook.close();
  });
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect with ${status} is not followed`, async () => {
    const target = await startHook();
    const hook = await startHook((response) => response.writeHead(status, { location: target.url }).end());
    const { status: seen, error } = await attempt(destinationTo(hook.url));
    assert.equal(seen, status);
    assert.match(error ?? '', /redirect/);
    assert.deepEqual([hook.posts.length, target.connections()], [1, 0]);
    hook.close();
    target.close();
  });
}

test('a receiver that does not answer times out', async () => {
  const hook = await startHook(() => {});
  const { status, error, duration } = await attempt(destinationTo(hook.url, { timeout: 1_000 }));
  assert.deepEqual([status, error, hook.posts.length], [null, 'timed out after 1 second', 1]);
  assert.ok(duration >= 900);
  hook.close();
});

test('an answer that trickles on past the timeout is a failure, whatever its status', async () => {
  const hook = await startHook((response, { path }) => {
    response.writeHead(path === '/gone' ? 410 : 200);
    const timer = setInterval(() => response.write('.'), 10);
    response.on('close', () => clearInterval(timer));
  });
  const { status, error, answer } = await attempt(destinationTo(hook.url, { timeout: 200 }));
  assert.equal(status, null);
  assert.equal(error, 'timed out after 200 milliseconds, in the middle of an answer 200');
  assert.match(answer ?? '', /^\.+$/);
  const gone = await attempt(destinationTo(new URL('/gone', hook.url).href, { timeout: 200 }));
  assert.deepEqual([gone.status, gone.error], [410, 'the receiver answered 410']);
  hook.close();
});

test('at most 64 kB of an answer are read, and the first of it is kept', async () => {
  const chunk = Buffer.from('€'.repeat(20_000));
  let sent = 0;
  let isCut = false;
  const closed = new Promise<void>((resolve) => {
    startHook((response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        sent += chunk.length;
      };
      response.on('drain', pour).on('close', () => {
        isCut = !response.writableFinished;
        resolve();
      });
      pour();
    }).then(async (hook) => {
      const { status, error, answer } = await attempt(destinationTo(hook.url));
      assert.deepEqual([status, error, answer], [200, null, '€'.repeat(341)]);
      hook.close();
    });
  });
  await closed;
  assert.ok(isCut, 'the connection was closed while the server had more to say');
  // What the kernel's buffers hold counts as sent.
  assert.ok(sent < 32 * 1024 * 1024, `${sent} bytes sent`);
});

test('connections are used again', async () => {
  const hook = await startHook();
  const sink = new WebhookSink(ALLOW);
  for (let i = 0; i < 20; i++) await sink.send(destinationTo(hook.url), MESSAGE, Date.now(), NEVER);
  assert.equal(hook.posts.length, 20);
  // One more may be made while the one before is being handed back.
  assert.ok(hook.connections() <= 2, `${hook.connections()} connections`);
  await sink.close();
  hook.close();
});

test('an attempt is broken off by its signal, before and while it runs', async () => {
  const stop = new AbortController();
  const hook = await startHook(() => stop.abort());
  const { status, error } = await attempt(destinationTo(hook.url), ALLOW, stop.signal);
  assert.deepEqual([status, error, hook.posts.length], [null, 'broken off by the server', 1]);
  const before = await attempt(destinationTo(hook.url), ALLOW, stop.signal);
  assert.deepEqual([before.error, hook.posts.length], ['broken off by the server', 1]);
  hook.close();
});

test('a connection that is being made does not hold an attempt, nor closing, back', async () => {
  const lookup = () => new Promise<readonly string[]>(() => {});
  const sink = new WebhookSink({ ...ALLOW, lookup });
  const destination = destinationTo('http://slow.example.com/', { timeout: 50 });
  const { error } = await sink.send(destination, MESSAGE, Date.now(), NEVER);
  assert.equal(error, 'timed out after 50 milliseconds');
  await sink.close();
});

/** A server that does something to each connection. */
async function startRaw(take: Parameters<typeof createServer>[1]): Promise<{ server: Server; url: string }> {
  const server = createServer(take).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/` };
}

test('failures are told in plain words, with no secret in them', async () => {
  const closing = await startRaw((socket) => socket.on('error', () => {}).destroy());
  const babbling = await startRaw((socket) => socket.on('error', () => {}).end('hello\r\n\r\n'));
  const headers = { authorization: 'Bearer sesame' };
  const errors: string[] = [];
  const fails = async (url: string, words: RegExp, more: Partial<Destination> = {}) => {
    const { status, error, answer } = await attempt(destinationTo(url, { headers, ...more }));
    assert.deepEqual([status, answer], [null, null]);
    assert.match(error ?? '', words);
    errors.push(error ?? '');
  };
  await fails(closing.url, /closed before the answer/);
  await fails(babbling.url, /no HTTP/);
  await fails(babbling.url.replace('http:', 'https:'), /TLS could not be agreed on/);
  await fails('http://10.0.0.1/', /address is not allowed/);
  await fails(closing.url, /could not be sent/, { secret: 'whsec_%' });
  await fails(closing.url, /could not be sent/, { headers: { 'x-a': 'sesame\r\nb: c' } });
  for (const { server } of [closing, babbling]) server.close();
  await once(closing.server, 'close');
  await fails(closing.url, /connection was refused/);
  assert.doesNotMatch(errors.join(), /sesame|whsec/);
});
