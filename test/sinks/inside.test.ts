import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lookup } from '../../src/sinks/connector.js';
import { WebhookSink } from '../../src/sinks/webhook.js';
import { ALLOW, destinationTo, startHook } from './hook_server.js';

const MESSAGE = { id: 'al_1', body: Buffer.from('{}') };
const NEVER = new AbortController().signal;
const PUBLIC = '93.184.216.34';

/** Spellings of 127.0.0.1, and names and addresses that lead there or to other places inside. */
const SPELLINGS = [
  ...[
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0x7f.0x0.0x0.0x1',
  ],
  ...[
    '017700000001',
    '0177.0.0.1',
    '0177.1',
    '0',
    '0.0.0.0',
    '127.0.0.01',
    '127.255.255.254',
    '%31%32%37.0.0.1',
  ],
  ...['127.0.0.1', '①②⑦.⓪.⓪.①', '127。0。0。1', '127.0.0.1', '127｡0｡0｡1'],
  ...['localhost', 'localhost.', 'LOCALHOST', 'ｌｏｃａｌｈｏｓｔ', 'a.localhost', 'a.b.localhost.'],
  ...[
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
  ],
  ...[
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::127.0.0.1]',
    '[2002:7f00:1::]',
  ],
  ...['[2001:0:7f00:1::]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[fec0::1]', '[ff02::1]'],
  ...[
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '[::ffff:a9fe:a9fe]',
    '168.63.129.16',
  ],
  ...[
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '192.0.0.192',
    '255.255.255.255',
  ],
  ...['internal.example.com', 'mixed.example.com', 'six.example.com'],
];

/** The name server of the tests. */
const names: Lookup = async (name) => {
  const known: Record<string, readonly string[]> = {
    'internal.example.com': ['127.0.0.1'],
    'mixed.example.com': [PUBLIC, '127.0.0.1'],
    'six.example.com': ['::ffff:127.0.0.1'],
    'good.example.com': [PUBLIC],
  };
  const found = known[name];
  if (found === undefined) throw Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' });
  return found;
};

for (const host of SPELLINGS) {
  test(`nothing reaches ${host}, and it is refused at registration`, async () => {
    const canary = await startHook();
    const sink = new WebhookSink({ allow: [], lookup: names });
    // As `Destinations` keeps it, and as it was written.
    for (const url of [new URL(`http://${host}:${canary.port}/`).href, `http://${host}:${canary.port}/`]) {
      const destination = destinationTo(url, { timeout: 2_000 });
      await assert.rejects(sink.check(destination), { code: 'bad_destination', detail: { field: 'url' } });
      const { status, error } = await sink.send(destination, MESSAGE, 0, NEVER);
      assert.equal(status, null);
      assert.match(error ?? '', /not allowed/);
    }
    assert.equal(canary.connections(), 0);
    await sink.close();
    canary.close();
  });
}

for (const host of [
  '127.0.0.1',
  '2130706433',
  'localhost',
  'a.localhost',
  '[::ffff:127.0.0.1]',
  'internal.example.com',
]) {
  test(`the list lets webhooks to ${host}`, async () => {
    const hook = await startHook();
    const sink = new WebhookSink({ ...ALLOW, lookup: names });
    const destination = destinationTo(new URL(`http://${host}:${hook.port}/`).href);
    await sink.check(destination);
    const { status, error } = await sink.send(destination, MESSAGE, Date.now(), NEVER);
    assert.deepEqual([status, error, hook.posts.length], [204, null, 1]);
    assert.equal(hook.posts[0]?.headers['host'], new URL(destination.url).host);
    await sink.close();
    hook.close();
  });
}

test('public addresses and names pass at registration', async () => {
  const sink = new WebhookSink({ allow: [], lookup: names });
  for (const host of [
    PUBLIC,
    'good.example.com',
    '[2606:4700::1111]',
    'localhost.example.com:8443',
    'notlocalhost',
  ])
    await sink.check(destinationTo(`https://${host}/hook`));
  await sink.close();
});

test('a name that cannot be resolved passes at registration and fails at sending', async () => {
  const sink = new WebhookSink({ allow: [], lookup: names });
  const destination = destinationTo('https://not-yet.example.com/');
  await sink.check(destination);
  const { status, error } = await sink.send(destination, MESSAGE, 0, NEVER);
  assert.deepEqual([status, error], [null, 'the host name is not known']);
  await sink.close();
});

test('rebinding: a name that was public at registration and leads inside afterwards reaches nothing', async () => {
  const canary = await startHook();
  const answers = [[PUBLIC], ['127.0.0.1']];
  const asked: string[] = [];
  const lookup: Lookup = async (name) => {
    asked.push(name);
    return answers.shift() ?? ['127.0.0.1'];
  };
  const sink = new WebhookSink({ allow: [], lookup });
  const destination = destinationTo(`http://rebind.example.com:${canary.port}/`, { timeout: 2_000 });
  await sink.check(destination);
  for (let tries = 0; tries < 3; tries++) {
    const { status, error } = await sink.send(destination, MESSAGE, 0, NEVER);
    assert.equal(status, null);
    assert.match(error ?? '', /not allowed.*loopback/);
  }
  assert.deepEqual([canary.connections(), asked.length], [0, 4]);
  await sink.close();
  canary.close();
});

test('rebinding: what was checked is what is connected to, with no second question between', async () => {
  const hook = await startHook();
  let asked = 0;
  const lookup: Lookup = async () => (++asked === 1 ? ['127.0.0.1'] : ['127.0.0.2']);
  const sink = new WebhookSink({ allow: ['127.0.0.1/32'], lookup });
  const destination = destinationTo(`http://rebind.example.com:${hook.port}/`);
  const { status } = await sink.send(destination, MESSAGE, Date.now(), NEVER);
  assert.deepEqual(
    [status, asked, hook.posts[0]?.headers['host']],
    [204, 1, `rebind.example.com:${hook.port}`],
  );
  await sink.close();
  hook.close();
});

test('many attempts that wait for one name ask for it once', async () => {
  const hook = await startHook();
  let asked = 0;
  let answer: (addresses: readonly string[]) => void = () => {};
  const lookup: Lookup = () => {
    asked++;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const sink = new WebhookSink({ ...ALLOW, lookup });
  const destination = destinationTo(`http://slow.example.com:${hook.port}/`);
  const attempts = [1, 2, 3].map(() => sink.send(destination, MESSAGE, Date.now(), NEVER));
  answer(['127.0.0.1']);
  assert.deepEqual(
    (await Promise.all(attempts)).map(({ status }) => status),
    [204, 204, 204],
  );
  assert.equal(asked, 1);
  await sink.close();
  hook.close();
});

test('a proxy of the environment is not used', async () => {
  const [proxy, hook] = [await startHook(), await startHook()];
  const before = { ...process.env };
  Object.assign(process.env, { HTTP_PROXY: proxy.url, http_proxy: proxy.url, ALL_PROXY: proxy.url });
  const sink = new WebhookSink(ALLOW);
  const { status } = await sink.send(destinationTo(hook.url), MESSAGE, Date.now(), NEVER);
  process.env = before;
  assert.deepEqual([status, proxy.connections()], [204, 0]);
  await sink.close();
  for (const server of [proxy, hook]) server.close();
});

test('headers that say how a message is carried are refused', async () => {
  const sink = new WebhookSink({ allow: [], lookup: names });
  for (const name of ['Expect', 'upgrade', 'Keep-Alive', 'TE', 'Trailer', 'Proxy-Authorization']) {
    const destination = destinationTo('https://good.example.com/', { headers: { [name]: 'x' } });
    await assert.rejects(sink.check(destination), { code: 'bad_destination', detail: { field: 'headers' } });
  }
  await sink.close();
});
