// npm run recovery -- [--events 1000000]
// A server is killed before it ever wrote a checkpoint; the next one reads the whole log.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startServer } from '../e2e/server_process.js';
import { figure } from '../overload/flood.js';

const { values } = parseArgs({ options: { events: { type: 'string', default: '1000000' } } });
const events = Number(values.events);
const data = mkdtempSync(join(tmpdir(), 'tocsin-recovery-'));
try {
  const loader = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'loader.ts'), data, String(events)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await Promise.race([
    once(createInterface(loader.stdout), 'line'),
    once(loader, 'close').then(() => assert.fail('the loader ended')),
  ])) as [string];
  const alerts = Number(line.split(' ')[1]);
  loader.kill('SIGKILL');
  await once(loader, 'close');

  const start = async () => {
    const begin = performance.now();
    const server = await startServer(['--data', data]);
    return { server, took: (performance.now() - begin) / 1_000 };
  };
  const whole = await start();
  const seen = async (url: string) => ({
    events: await figure(url, 'tocsin_stream_events_total{stream="payments"}'),
    alerts: await figure(url, 'tocsin_rule_alerts_total{rule="card_testing"}'),
  });
  assert.deepEqual(await seen(whole.server.url), { events, alerts });
  const memory = (await figure(whole.server.url, 'process_resident_memory_bytes')) / 1e6;
  assert.equal(await whole.server.stop(), 0);

  const again = await start();
  assert.deepEqual(await seen(again.server.url), { events, alerts });
  assert.equal(await again.server.stop(), 0);
  console.log(
    `recovery: ${events} events read again in ${whole.took.toFixed(1)} s from the start of the process to ready ` +
      `(${Math.round(events / whole.took)} events/s, ${Math.round(memory)} MB), ${alerts} alerts, 0 doubled; ` +
      `from a checkpoint ${again.took.toFixed(1)} s`,
  );
} finally {
  rmSync(data, { recursive: true });
}
