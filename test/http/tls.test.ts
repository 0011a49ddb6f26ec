import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { CertificateError, readCertificate } from '../../src/http/certificate.js';
import { listen } from '../../src/http/listener.js';
import { selfSigned } from '../support/self_signed.js';
import { serving } from './serving.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-tls-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const [first, second] = [selfSigned('first'), selfSigned('second')];
const files = { cert: file('first.crt', first.cert), key: file('first.key', first.key) };

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly peer: PeerCertificate;
}

function get(url: string, ca: string, headers: Record<string, string> = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca, headers, agent: false }, async (response) => {
      const peer = (response.socket as TLSSocket).getPeerCertificate();
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), peer });
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('over TLS the API answers as ever, to those who trust its certificate', async () => {
  const { url } = await serving([], { certificate: await readCertificate(files) });
  assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const { status, text, peer } = await get(`${url}/healthz`, first.cert);
  assert.deepEqual([status, JSON.parse(text), peer.subject.CN], [200, { status: 'ok' }, 'first']);
  await assert.rejects(get(`${url}/healthz`, second.cert), /self-signed certificate/);
  assert.equal((await get(`${url}/healthz`, first.cert, { origin: url })).status, 200);
  const plain = url.replace('https', 'http');
  assert.match((await get(`${url}/healthz`, first.cert, { origin: plain })).text, /foreign_origin/);
});

test('another certificate is shown from the next connection on', async () => {
  const listener = await serving([], { certificate: await readCertificate(files) });
  const renewed = { cert: file('second.crt', second.cert), key: file('second.key', second.key) };
  listener.renew(await readCertificate(renewed));
  assert.equal((await get(`${listener.url}/healthz`, second.cert)).peer.subject.CN, 'second');
});

test('files that make no server are refused by name, and nothing in them is repeated', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const locked = privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'hush',
  });
  const cases: [{ cert: string; key: string }, RegExp][] = [
    [{ ...files, cert: join(folder, 'nowhere.crt') }, /nowhere\.crt cannot be read: ENOENT/],
    [{ ...files, key: join(folder, 'nowhere.key') }, /nowhere\.key cannot be read: ENOENT/],
    [{ ...files, cert: folder }, /cannot be read: EISDIR/],
    [{ ...files, key: file('other.key', second.key) }, /other\.key is not the private key of .*first\.crt/],
    [{ ...files, cert: file('text.crt', 'hush') }, /text\.crt holds no PEM certificate/],
    [{ ...files, cert: files.key }, /first\.key holds no PEM certificate/],
    [{ ...files, key: file('text.key', 'hush') }, /text\.key holds no PEM private key/],
    [{ ...files, key: files.cert }, /first\.crt holds no PEM private key/],
    [{ ...files, key: file('locked.key', String(locked)) }, /locked\.key is locked with a passphrase/],
  ];
  for (const [given, expected] of cases) {
    await assert.rejects(
      readCertificate(given),
      (error) =>
        error instanceof CertificateError && expected.test(error.message) && !/hush/.test(error.message),
      String(expected),
    );
  }
});

test('who speaks no TLS, or an old one, gets no answer, and others do', async () => {
  const { url } = await serving([], { certificate: await readCertificate(files) });
  const port = Number(new URL(url).port);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1');
  });
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'close');
  assert.doesNotMatch(said, /HTTP/);
  const old = connectTls({
    port,
    host: '127.0.0.1',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ca: first.cert,
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  await assert.rejects(once(old, 'secureConnect'));
  assert.equal((await get(`${url}/healthz`, first.cert)).status, 200);
});

test('closing waits for no handshake, and a handshake that does not come is given up', async () => {
  const address = { host: '127.0.0.1', port: 0 };
  const certificate = await readCertificate(files);
  const silent = async (url: string) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    return socket;
  };
  const long = { headers: 60_000, request: 60_000, keepAlive: 60_000, silence: 60_000 };
  const patient = await listen(() => undefined, address, { certificate, timeouts: long });
  const waiting = await silent(patient.url);
  // The server has to have seen it: a connection behind it that is answered says so.
  const behind = connectTls({
    port: Number(new URL(patient.url).port),
    host: '127.0.0.1',
    ca: first.cert,
    servername: 'localhost',
  });
  behind.resume();
  await once(behind, 'secureConnect');
  const ended = Promise.all([once(waiting, 'close'), once(behind, 'close')]);
  await patient.close(50_000);
  await ended;
  const hasty = await listen(() => undefined, address, { certificate, timeouts: { ...long, headers: 100 } });
  await once(await silent(hasty.url), 'close');
  await hasty.close(0);
});
