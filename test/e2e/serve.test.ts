import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { expectCall } from './client.js';
import { runServer, startServer } from './server_process.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-serve-'));
after(() => rmSync(folder, { recursive: true }));

function rulesFolder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

test('one line with the url when it is ready; SIGTERM ends it with 0, and it comes back', async () => {
  const data = join(folder, 'data');
  const first = await startServer(['--data', data]);
  assert.equal(first.logged.filter((line) => 'url' in line).length, 1);
  assert.match(first.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  await expectCall(201, first.url, 'PUT', '/v1/streams/s', 'CREATE STREAM s (x BIGINT)');
  assert.equal(await first.stop(), 0);
  const second = await startServer(['--data', data]);
  await expectCall(200, second.url, 'GET', '/v1/streams/s');
  assert.equal(await second.stop(), 0);
});

test('--rules registers the statements of every .sql file, streams first, and the same again changes nothing', async () => {
  const rules = rulesFolder('rules', {
    'a_rule.sql': 'SELECT x FROM s WHERE x > 1',
    'b.sql':
      '-- a stream and a rule\nCREATE STREAM s (x BIGINT);\nCREATE RULE named AS SELECT x FROM s WHERE x > 2;\n',
    'note.txt': 'not a rule',
  });
  const data = join(folder, 'with-rules');
  for (let round = 0; round < 2; round++) {
    const server = await startServer(['--data', data, '--rules', rules]);
    const { body } = await expectCall<{ items: { name: string; version: number }[] }>(
      200,
      server.url,
      'GET',
      '/v1/rules',
    );
    assert.deepEqual(
      body.items.map(({ name, version }) => [name, version]),
      [
        ['a_rule', 1],
        ['named', 1],
      ],
    );
    assert.equal(await server.stop(), 0);
  }
});

test('a rule file that is wrong keeps the server from starting, and says where', async () => {
  const syntax = rulesFolder('syntax', { 'bad.sql': 'SELECT x FROM s\nWHERE' });
  const refused = await runServer([
    '--listen',
    '127.0.0.1:0',
    '--data',
    join(folder, 'd1'),
    '--rules',
    syntax,
  ]);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /bad\.sql:2:6: error\[/);
  const column = rulesFolder('column', { 'c.sql': 'CREATE STREAM s (x BIGINT);\n\nSELECT y FROM s' });
  const unbound = await runServer([
    '--listen',
    '127.0.0.1:0',
    '--data',
    join(folder, 'd2'),
    '--rules',
    column,
  ]);
  assert.equal(unbound.code, 3);
  assert.match(unbound.stderr, /c\.sql:3:8: error\[unknown_column\]/);
  const missing = await runServer([
    '--listen',
    '127.0.0.1:0',
    '--data',
    join(folder, 'd3'),
    '--rules',
    join(folder, 'no'),
  ]);
  assert.deepEqual([missing.code, /no such file/.test(missing.stderr)], [3, true]);
});

test('what cannot be: off the loopback, a port that is taken, a folder that is none', async () => {
  const open = await runServer(['--listen', '0.0.0.0:0']);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /without keys the server listens on loopback addresses only/);
  const server = await startServer(['--data', join(folder, 'd4')]);
  const taken = await runServer([
    '--listen',
    server.url.slice('http://'.length),
    '--data',
    join(folder, 'd5'),
  ]);
  assert.deepEqual([taken.code, /is in use/.test(taken.stderr)], [3, true]);
  await server.stop();
  writeFileSync(join(folder, 'file'), '');
  const none = await runServer(['--listen', '127.0.0.1:0', '--data', join(folder, 'file')]);
  assert.equal(none.code, 3);
  assert.match(none.stderr, /cannot start: /);
  assert.doesNotMatch(none.stderr, /^\s+at /m);
});
