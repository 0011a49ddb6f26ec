import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startApi } from '../../http/api_server.js';
import { files, shell } from './shell.js';

const { url, send, tocsin } = await startApi();
const run = shell(url);
const file = files();

const STREAM = `CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at)
  WITH (key = 'card');
`;
const LARGE = 'SELECT card, amount FROM payments WHERE amount > 500';
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

test('rules put registers the statements of files, streams first; the same again changes nothing', async () => {
  const path = file('all.sql', `CREATE RULE large WITH (severity = 'high') AS ${LARGE};\n${STREAM}`);
  for (let round = 0; round < 2; round++) {
    const { code, json, stderr } = await run(['rules', 'put', path]);
    assert.deepEqual(
      [code, json.map(({ name, version, severity }) => [name, version, severity]), stderr],
      [0, [['large', 1, 'high']], ''],
    );
  }
  const bare = file('small.sql', LARGE.replace('> 500', '< 2'));
  assert.equal((await run(['rules', 'put', bare])).json[0]?.['name'], 'small');
  assert.equal((await run(['rules', 'put', bare, '--name', 'tiny'])).json[0]?.['name'], 'tiny');
  const input = await run(['rules', 'put', '-', '--name', 'piped'], { input: LARGE });
  assert.equal(input.json[0]?.['name'], 'piped');
  const json = file('from_json.json', JSON.stringify({ query: LARGE, severity: 'low' }));
  assert.equal((await run(['rules', 'put', json])).json[0]?.['severity'], 'low');
});

test('what a server finds wrong with a rule is shown as check shows it, in the file', async () => {
  const path = file(
    'wrong.sql',
    `-- two of them\n${STREAM}\nSELECT card,\n  amuont FROM payments WHERE crd = 1;\n`,
  );
  const { code, stdout, stderr } = await run(['rules', 'put', path]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /wrong\.sql:6:3: error\[unknown_column\]: .*amuont/);
  assert.match(stderr, /\n {2} {2}amuont FROM payments WHERE crd = 1;\n {4}\^{6}\n {2}hint: /);
  assert.match(stderr, /wrong\.sql:6:30: error\[unknown_column\]: .*crd/);
  const syntax = await run(['rules', 'put', file('syntax.sql', 'SELECT card FROM payments WHERE')]);
  assert.equal(syntax.code, 1);
  assert.match(syntax.stderr, /syntax\.sql:1:32: error\[/);
});

test('rules validate: exit 1 for one that is invalid, and nothing is stored', async () => {
  const good = file('good.sql', `CREATE RULE good AS ${LARGE}`);
  const bad = file('bad.sql', 'CREATE RULE bad AS SELECT nothing FROM payments');
  const { code, json } = await run(['rules', 'validate', good, bad]);
  assert.deepEqual(
    [code, json.map(({ name, valid }) => [name, valid])],
    [
      1,
      [
        ['good', true],
        ['bad', false],
      ],
    ],
  );
  const shown = await run(['rules', 'validate', bad], { tty: true });
  assert.equal(shown.code, 1);
  assert.match(shown.stderr, /bad\.sql:1:27: error\[unknown_column\]/);
  assert.equal((await run(['rules', 'validate', good])).code, 0);
  assert.equal((await run(['rules', 'get', 'good'])).code, 1);
});

test('list: a table on a terminal, JSON lines elsewhere and with --json', async () => {
  const table = await run(['rules', 'list'], { tty: true });
  const [head, first] = table.stdout.split('\n');
  assert.match(head ?? '', /^NAME +VERSION +SEVERITY +STATE +STREAMS +NOTIFY$/);
  assert.match(first ?? '', /^from_json +1 +low +running +payments$/);
  assert.equal(head?.indexOf('VERSION'), first?.indexOf('1'), 'columns stand below their titles');
  const names = (came: { json: Record<string, unknown>[] }) => came.json.map(({ name }) => name);
  const all = ['from_json', 'large', 'piped', 'small', 'tiny'];
  assert.deepEqual(names(await run(['rules', 'list'])), all);
  assert.deepEqual(names(await run(['rules', 'list', '--json'], { tty: true })), all);
  const two = await run(['rules', 'list', '--limit', '2']);
  assert.deepEqual(names(two), all.slice(0, 2));
  assert.match(two.stderr, /there is more/);
  assert.deepEqual(names(await run(['rules', 'list', '--limit', '5'])), all);
});

test('rules: get, pause, resume, versions, delete', async () => {
  const shown = await run(['rules', 'get', 'large'], { tty: true });
  assert.match(shown.stdout, /^severity: +high$/m);
  assert.match(shown.stdout, /^query:\n {2}SELECT/m);
  assert.equal((await run(['rules', 'pause', 'large'])).json[0]?.['enabled'], false);
  assert.equal((await run(['rules', 'resume', 'large'])).json[0]?.['enabled'], true);
  const { json } = await run(['rules', 'versions', 'large']);
  assert.deepEqual(
    json.map(({ change }) => change),
    ['put', 'pause', 'resume'],
  );
  assert.deepEqual(await run(['rules', 'delete', 'tiny']), { code: 0, stdout: '', stderr: '', json: [] });
  const gone = await run(['rules', 'delete', 'tiny']);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /^tocsin rules: there is no rule 'tiny' \[unknown_rule\]\n$/);
});

test('streams: put, get, list, watermark, events, delete', async () => {
  const path = file(
    'readings.sql',
    'CREATE STREAM readings (x BIGINT, at TIMESTAMP, WATERMARK FOR at AS at)',
  );
  assert.equal((await run(['streams', 'put', path])).json[0]?.['name'], 'readings');
  assert.equal((await run(['streams', 'put', file('rule.sql', LARGE)])).code, 2);
  const bad = await run(['streams', 'put', file('odd.sql', 'CREATE STREAM odd (x BIGINT, x BIGINT)')]);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /odd\.sql:1:\d+: error\[/);
  assert.match((await run(['streams', 'list'], { tty: true })).stdout, /^readings +1 +yes +at /m);
  const time = ago(5);
  assert.deepEqual((await run(['streams', 'watermark', 'readings', time])).json, [
    { stream: 'readings', watermark: time },
  ]);
  assert.equal((await run(['streams', 'watermark', 'readings', ago(-3_600)])).code, 1);
  assert.equal((await run(['streams', 'delete', 'readings'])).code, 0);
  assert.equal((await run(['streams', 'get', 'readings'])).code, 1);
  const used = await run(['streams', 'delete', 'payments']);
  assert.match(used.stderr, /\[stream_in_use\]/);
});

test('streams post: from a file and from standard input, bad lines by their number', async () => {
  const lines = [
    `{"card":"a","amount":900,"at":"${ago(30)}"}`,
    '',
    'not json',
    `{"card":"b","amount":901,"at":"${ago(29)}"}`,
    `{"card":5,"amount":1,"at":"${ago(28)}"}`,
  ];
  const mixed = await run(['streams', 'post', 'payments', file('events.ndjson', lines.join('\n'))]);
  assert.deepEqual([mixed.code, mixed.json], [1, [{ accepted: 2, duplicates: 0, rejected: 2 }]]);
  assert.match(
    mixed.stderr,
    /^tocsin streams: line 3: .* \[invalid_json\]\ntocsin streams: line 5: .* \[wrong_type\]\n$/,
  );
  const none = await run(['streams', 'post', 'payments'], { input: 'nonsense\n\nmore\n' });
  assert.deepEqual([none.code, none.json], [1, [{ accepted: 0, duplicates: 0, rejected: 2 }]]);
  assert.match(none.stderr, /line 1: .*\n.*line 3: /);
  const many = Array.from({ length: 12_000 }, () => `{"card":"m","amount":1,"at":"${ago(20)}"}`).join('\n');
  const sent = await run(['streams', 'post', 'payments', '-'], { input: many });
  assert.deepEqual([sent.code, sent.json], [0, [{ accepted: 12_000, duplicates: 0, rejected: 0 }]]);
  const read = await run(['streams', 'events', 'payments', '--all']);
  assert.equal(read.json.length, 12_002);
  assert.equal((await run(['streams', 'post', 'payments', 'nowhere.ndjson'])).code, 3);
});

test('alerts and deliveries: list with filters, get, retry', async () => {
  await run(['streams', 'watermark', 'payments', ago(1)]);
  const path = ['alerts', 'list', '--rule', 'large'];
  while ((await run(path)).json.length < 2) await wait(10);
  const { json } = await run(path);
  assert.deepEqual(
    json.map(({ row }) => (row as { card: string }).card),
    ['a', 'b'],
  );
  const one = await run(['alerts', 'get', String(json[0]?.['id'])]);
  assert.match(one.stdout, /"events":\[\{/);
  assert.match((await run(path, { tty: true })).stdout, /high +large .*card=a, amount=900/);
  assert.equal((await run(['alerts', 'list', '--severity', 'critical'])).json.length, 0);
  const wrong = await run(['alerts', 'list', '--severity', 'loud']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /\[invalid_parameter\]/);
  assert.deepEqual((await run(['deliveries', 'list', '--state', 'dead'])).json, []);
  assert.equal((await run(['deliveries', 'retry', 'nobody'])).code, 1);
});

test('rules backtest: matches, what is open, exit code', async () => {
  const path = file('back.sql', LARGE);
  const { code, json } = await run(['rules', 'backtest', path, '--limit', '1']);
  const [result] = json as { matches: number; items: unknown[] }[];
  assert.deepEqual([code, result?.matches, result?.items.length], [0, 2, 1]);
  const shown = await run(['rules', 'backtest', path], { tty: true });
  assert.match(shown.stdout, /^START +END +KIND +KEY +ROW\n/);
  assert.match(shown.stderr, /12,002 events, 2 matches, 0 still open, up to /);
  const never = file('never.sql', LARGE.replace('500', '5000'));
  assert.equal((await run(['rules', 'backtest', never, '--exit-code'])).code, 1);
  const wrong = await run(['rules', 'backtest', file('no.sql', 'SELECT nothing FROM payments')]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /no\.sql:1:8: error\[unknown_column\]/);
});

test('destinations: put shows the secret once, get never', async () => {
  const args = [
    'destinations',
    'put',
    'desk',
    'https://alerts.example.com/hook',
    '--header',
    'x-team: fraud',
  ];
  const made = await run(args);
  assert.match(String(made.json[0]?.['secret']), /^whsec_/);
  assert.deepEqual(made.json[0]?.['headers'], { 'x-team': 'fraud' });
  assert.equal((await run(args)).json[0]?.['secret'], undefined);
  assert.doesNotMatch((await run(['destinations', 'list'], { tty: true })).stdout, /whsec/);
  const bad = await run(['destinations', 'put', 'odd', 'ftp://x']);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /\[bad_option\]/);
  assert.deepEqual(made.json[0]?.['server_alerts'], false);
  assert.equal((await run([...args, '--server-alerts'])).json[0]?.['server_alerts'], true);
  const known = tocsin.destinations.find('desk');
  await tocsin.destinations.disable(known!, { reason: 'a test', since: 0 });
  assert.match((await run(['destinations', 'list'], { tty: true })).stdout, /disabled: a test/);
  const { code, json } = await run(['destinations', 'enable', 'desk']);
  assert.deepEqual([code, json[0]?.['disabled'], json[0]?.['headers']], [0, null, { 'x-team': 'fraud' }]);
  assert.equal((await run(['destinations', 'delete', 'desk'])).code, 0);
});

test('what comes from elsewhere does not steer the terminal', async () => {
  await send('POST', '/v1/streams/loose/events', { text: '\u001b[2Jgone\r\n\u0007' });
  const { stdout } = await run(['streams', 'events', 'loose'], { tty: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there is none is what is tested.
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f]/);
});

test('wrong usage: exit 2, and what would be right', async () => {
  const cases: [string[], RegExp][] = [
    [['rules'], /say what to do: list, get/],
    [['rules', 'lst'], /'rules lst' is not understood; did you mean 'rules list'\?/],
    [['rules', 'get'], /write it as 'tocsin rules get NAME'/],
    [['rules', 'list', 'more'], /write it as 'tocsin rules list'/],
    [['rules', 'get', 'a', '--limit', '5'], /--limit is not for 'rules get'/],
    [['rules', 'list', '--limit', 'few'], /--limit few: it is a whole number/],
    [['rules', 'list', '--limit', '5', '--all'], /--all lists everything/],
    [['rules', 'put', 'a.sql', '--name='], /option '--name' needs a value/],
    [['alerts', 'list', '--servr', 'x'], /unknown option '--servr'; did you mean '--server'\?/],
    [['alerts', 'list', '--server', 'ftp://x'], /is no address of a server/],
    [['destinations', 'put', 'a', 'http://x', '--header', 'x'], /write it as 'NAME: VALUE'/],
    [['rules', 'put', file('two.sql', `${LARGE};${LARGE}`)], /holds several SELECTs/],
    [
      ['rules', 'put', file('own.sql', `CREATE RULE own AS ${LARGE}`), '--name', 'x'],
      /says a name itself, 'own'/,
    ],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, message);
    assert.match(stderr, /Try 'tocsin \w+ --help'/);
  }
});

test('no server, or one that is none: exit 3, and why', async () => {
  const strange = createServer((_, response) => response.end('<html>'));
  await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
  after(() => strange.close());
  const { port } = strange.address() as AddressInfo;
  const html = await run(['rules', 'list', '--server', `127.0.0.1:${port}`]);
  assert.equal(html.code, 3);
  assert.match(html.stderr, /does not answer like a Tocsin server/);
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const free = (closed.address() as AddressInfo).port;
  await new Promise((resolve) => closed.close(resolve));
  const nobody = await run(['rules', 'list', '--server', `http://127.0.0.1:${free}/`]);
  assert.equal(nobody.code, 3);
  assert.match(nobody.stderr, /nothing listens there; is 'tocsin serve' running\?/);
});
