import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { hashOf, newKey } from '../../src/http/key.js';
import { selfSigned } from '../support/self_signed.js';
import { eventually } from './client.js';
import { runServer, type ServerProcess, startServer } from './server_process.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-keys-'));
const started: ServerProcess[] = [];
after(() => {
  for (const { child } of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

let stores = 0;
async function start(...args: string[]): Promise<ServerProcess> {
  const server = await startServer(['--data', join(folder, `data${stores++}`), ...args]);
  started.push(server);
  return server;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const entry = (name: string, key: string, scopes = ['admin']) => ({
  ...{ name, scopes, sha256: hashOf(key).toString('hex') },
});

async function status(url: string, path: string, key?: string): Promise<number> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(url + path, { headers });
  await response.text();
  return response.status;
}

/** The name in the certificate that an https server shows; health is asked for, so that it has to answer too. */
function nameShown(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(`${url}/healthz`, { rejectUnauthorized: false, agent: false }, (response) => {
      resolve(String((response.socket as TLSSocket).getPeerCertificate().subject.CN));
      response.resume();
    }).on('error', reject);
  });
}

test('with keys it listens on every address, asks for a key, and takes another when the file changes', async () => {
  const [first, second] = [newKey(), newKey()];
  const keys = file('keys.json', JSON.stringify([entry('first', first)]));
  const server = await start('--keys-file', keys, '--listen', '0.0.0.0:0');
  const url = server.url.replace('0.0.0.0', '127.0.0.1');
  assert.ok(server.logged.some(({ msg }) => /in the clear/.test(String(msg))));
  assert.deepEqual(
    [await status(url, '/healthz'), await status(url, '/v1/rules'), await status(url, '/v1/rules', first)],
    [200, 401, 200],
  );
  writeFileSync(keys, JSON.stringify([entry('second', second)]));
  await eventually('the second key', async () => (await status(url, '/v1/rules', second)) === 200);
  assert.equal(await status(url, '/v1/rules', first), 401);
  const sees = server.logged.filter(({ key }) => key !== undefined).map(({ key, path }) => [key, path]);
  assert.deepEqual(sees.at(0), ['first', '/v1/rules']);

  writeFileSync(keys, '{');
  server.child.kill('SIGHUP');
  await eventually('an error in the log', () => server.logged.some(({ level }) => level === 50));
  assert.equal(await status(url, '/v1/rules', second), 200);
  writeFileSync(keys, '[]');
  server.child.kill('SIGHUP');
  await eventually('nobody to get in', async () => (await status(url, '/v1/rules', second)) === 401);
  assert.equal(await server.stop(), 0);
});

test('over TLS its url is https, and SIGHUP shows a certificate that was renewed', async () => {
  const [first, second] = [selfSigned('first'), selfSigned('second')];
  const [cert, key] = [file('server.crt', first.cert), file('server.key', first.key)];
  const server = await start('--tls-cert', cert, '--tls-key', key);
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(await nameShown(server.url), 'first');
  writeFileSync(cert, second.cert);
  server.child.kill('SIGHUP');
  await eventually('an error in the log', () => server.logged.some(({ level }) => level === 50));
  assert.equal(await nameShown(server.url), 'first');
  writeFileSync(key, second.key);
  server.child.kill('SIGHUP');
  await eventually('the renewed one', async () => (await nameShown(server.url)) === 'second');
  assert.equal(await server.stop(), 0);
  assert.ok(!JSON.stringify(server.logged).includes(readFileSync(key, 'utf8').split('\n')[1] ?? ''));
});

test('what cannot be used keeps it from starting, with a word that says what', async () => {
  const { cert, key } = selfSigned();
  const pair = ['--tls-cert', file('good.crt', cert), '--tls-key'];
  const cases: [string[], number, RegExp][] = [
    [
      ['--keys-file', join(folder, 'nowhere.json')],
      3,
      /the file of keys .*nowhere\.json cannot be used: ENOENT/,
    ],
    [['--keys-file', file('bad.json', '[{"name": "x"}]')], 3, /bad\.json cannot be used: key 1: its scopes/],
    [
      ['--listen', '0.0.0.0:0', '--tls-cert', file('good.crt', cert), '--tls-key', file('good.key', key)],
      2,
      /without keys/,
    ],
    [pair.slice(0, 2), 2, /--tls-cert needs --tls-key as well/],
    [[...pair, file('other.key', selfSigned().key)], 3, /other\.key is not the private key of .*good\.crt/],
    [[...pair, join(folder, 'nowhere.key')], 3, /nowhere\.key cannot be read/],
  ];
  for (const [args, expected, message] of cases) {
    const { code, stderr } = await runServer([
      ...['--data', join(folder, 'unused'), '--listen', '127.0.0.1:0', ...args],
    ]);
    assert.equal(code, expected, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at |internal error/m);
  }
});
