import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Outcome } from '../../src/runtime/sink.js';

/** For hooks.example.com, signed by itself, made for this test. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQguqGb5kZIZiVgU5K3
d//658RNdQffq8S5qTfL/2CWeI2hRANCAATa8ZnGpKK+SLhGudtB40qaQmf14zHE
DleGCjTMEzk6ov+0xsqhhhfq0Vvl1+HM7QJQdyElBkenxvrgXR4IufjD
-----END PRIVATE KEY-----`;
const CERT = `-----BEGIN CERTIFICATE-----
MIIBrDCCAVOgAwIBAgIUX2fonJA/89ioin+GBjzoZUlw7n4wCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRaG9va3MuZXhhbXBsZS5jb20wIBcNMjYxMTI1MTAwNTU2WhgP
MjEyNjExMDExMDA1NTZaMBwxGjAYBgNVBAMMEWhvb2tzLmV4YW1wbGUuY29tMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2vGZxqSivki4RrnbQeNKmkJn9eMxxA5X
hgo0zBM5OqL/tMbKoYYX6tFb5dfhzO0CUHchJQZHp8b64F0eCLn4w6NxMG8wHQYD
VR0OBBYEFCilWnK3OR53dcmT/cyhWBRnp5x9MB8GA1UdIwQYMBaAFCilWnK3OR53
dcmT/cyhWBRnp5x9MA8GA1UdEwEB/wQFMAMBAf8wHAYDVR0RBBUwE4IRaG9va3Mu
ZXhhbXBsZS5jb20wCgYIKoZIzj0EAwIDRwAwRAIgS2pCI8PIa+HZfKlmplW7chQ2
yiZ47HaLhIW9C+bpH3ICIC4DS8nxYaqygQlxwfxB0tEIlOKpl+pxT3Gf98yMu0O1
-----END CERTIFICATE-----`;

/** One attempt, in a process whose names all lead to the loopback. Node reads the authorities that it trusts when it starts. */
const ATTEMPT = `
  import { WebhookSink } from './src/sinks/webhook.ts';
  import { destinationTo } from './test/sinks/hook_server.ts';
  const sink = new WebhookSink({ allow: ['127.0.0.0/8'], lookup: async () => ['127.0.0.1'] });
  const message = { id: 'al_1', body: Buffer.from('{}') };
  const { signal } = new AbortController();
  console.log(JSON.stringify(await sink.send(destinationTo(process.env.HOOK), message, Date.now(), signal)));
  await sink.close();
`;

async function attempt(url: string, trusted: string): Promise<Outcome> {
  const args = ['--import', 'tsx', '--input-type=module', '-e', ATTEMPT];
  const env = { ...process.env, HOOK: url, NODE_EXTRA_CA_CERTS: trusted };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as Outcome;
}

test('over TLS the name is asked for and the certificate checked, though the connection goes to an address', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-tls-'));
  const trusted = join(folder, 'authority.pem');
  writeFileSync(trusted, CERT);
  const asked: string[] = [];
  const server = createServer(
    {
      ...{ key: KEY, cert: CERT },
      SNICallback: (name, answer) => {
        asked.push(name);
        answer(null);
      },
    },
    (_, response) => response.writeHead(204).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const expects = async (host: string, authority: string, error: string | null): Promise<void> => {
    const outcome = await attempt(`https://${host}:${port}/`, authority);
    assert.deepEqual([outcome.status, outcome.error], [error === null ? 204 : null, error]);
  };
  await expects('hooks.example.com', trusted, null);
  await expects('hooks.example.com.', trusted, null);
  await expects('other.example.com', trusted, 'certificate problem: it is for another host');
  await expects('127.0.0.1', trusted, 'certificate problem: it is for another host');
  await expects('hooks.example.com', '', 'certificate problem: it is signed by itself');
  const hooks = 'hooks.example.com';
  assert.deepEqual(asked, [hooks, hooks, 'other.example.com', hooks]);
  server.close();
  rmSync(folder, { recursive: true });
});
