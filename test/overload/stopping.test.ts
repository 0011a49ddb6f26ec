import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventually } from '../e2e/client.js';
import { type ServerProcess, startServer } from '../e2e/server_process.js';
import { BATCH, checkMatched, figure, flood, prepare, STREAM } from './flood.js';

const data = mkdtempSync(join(tmpdir(), 'tocsin-stopping-'));
after(() => rmSync(data, { recursive: true }));

/** The status of /readyz on a connection that was there before; null: it is closed to requests. */
function readiness(url: string, agent: HttpAgent): Promise<number | null> {
  return new Promise((resolve) => {
    get(`${url}/readyz`, { agent }, (response: IncomingMessage) => {
      response.resume().once('end', () => resolve(response.statusCode ?? null));
    }).once('error', () => resolve(null));
  });
}

const stopping = ({ logged }: ServerProcess) => logged.some(({ msg }) => msg === 'stopping');

test('SIGTERM under load: not ready at once, exit 0, and all that was accepted is matched once', async (context) => {
  const server = await startServer(['--data', data]);
  await prepare(server.url, 1);
  const over = new AbortController();
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  let terminated = 0;
  const flooding = flood(server.url, {
    ...{ rate: null, connections: 12, first: 0, signal: over.signal },
    onAnswer: ({ accepted, unanswered }) => {
      if (accepted.size >= 30 && terminated === 0) {
        terminated = performance.now();
        server.child.kill('SIGTERM');
      }
      // Nobody listens any more.
      if (terminated > 0 && unanswered.size > 0) over.abort();
    },
  });
  assert.equal(await readiness(server.url, agent), 200);
  await eventually('the word that it is stopping', () => stopping(server));
  const ready = await readiness(server.url, agent);
  assert.ok(ready === 503 || ready === null, `ready ${ready} though stopping`);
  if (server.child.exitCode === null) await once(server.child, 'exit');
  const took = performance.now() - terminated;
  assert.equal(server.child.exitCode, 0);
  const seen = await flooding;
  agent.destroy();
  assert.ok(server.logged.some(({ msg }) => msg === 'stopped'));
  assert.deepEqual(
    [...seen.statuses.keys()].filter((status) => status !== 202 && status !== 503),
    [],
  );

  const again = await startServer(['--data', data]);
  try {
    await checkMatched(again.url, [seen], 60_000);
    const events = await figure(again.url, `tocsin_stream_events_total{stream="${STREAM}"}`);
    assert.ok(events >= seen.accepted.size * BATCH);
    context.diagnostic(
      `${seen.accepted.size} batches accepted, ${seen.unanswered.size} unanswered, exit 0 after ${took.toFixed(0)} ms, 0 lost`,
    );
  } finally {
    assert.equal(await again.stop(), 0);
  }
});
