// npm run overload -- [--seconds 60] [--times 3] [--memory 1024]
// A server of its own under some times the load that it can sustain, and what becomes of it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startServer } from '../e2e/server_process.js';
import { BATCH, checkMatched, figure, flood, prepare } from './flood.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    times: { type: 'string', default: '3' },
    /** The most that the process may take, in MB. */
    memory: { type: 'string', default: '1024' },
  },
});
const [seconds, times, memory] = [values.seconds, values.times, values.memory].map(Number) as [
  number,
  number,
  number,
];

const data = mkdtempSync(join(tmpdir(), 'tocsin-overload-'));
const server = await startServer(['--data', data]);
const { url } = server;
try {
  await prepare(url, 3);

  // What it can sustain: taken and matched, over the time until the last is matched.
  const before = performance.now();
  const calm = await flood(url, {
    ...{ rate: null, connections: 8, first: 0, signal: AbortSignal.timeout(5_000) },
  });
  await checkMatched(url, [calm], 600_000);
  const sustained = (calm.accepted.size * BATCH * 1_000) / (performance.now() - before);
  console.log(`sustained: ${Math.round(sustained)} events/s`);

  let most = 0;
  const over = AbortSignal.timeout(seconds * 1_000);
  const watching = (async () => {
    while (!over.aborted) {
      most = Math.max(most, await figure(url, 'process_resident_memory_bytes'));
      await wait(500);
    }
  })();
  const seen = await flood(url, {
    ...{ rate: (times * sustained) / BATCH, connections: 256, first: calm.offered, signal: over },
  });
  const end = performance.now();
  await watching;
  most = Math.max(most, await figure(url, 'process_resident_memory_bytes'));
  const { status } = await fetch(`${url}/readyz`);
  assert.equal(status, 200, 'it is not ready');

  // Well again: a producer that comes again as it is told is taken at once, and all is matched.
  let first = calm.offered + seen.offered;
  const later = [];
  for (;;) {
    const once = new AbortController();
    const one = await flood(url, {
      ...{ rate: null, connections: 1, first: first++, signal: once.signal, onAnswer: () => once.abort() },
    });
    later.push(one);
    if (one.accepted.size === 1) break;
    await wait(100);
  }
  const taking = performance.now() - end;
  await checkMatched(url, [calm, seen, ...later], 600_000);
  const matching = performance.now() - end;
  const megabytes = Math.round(most / 1_000_000);
  assert.ok(megabytes <= memory, `it took ${megabytes} MB`);

  const told = [...seen.statuses].sort().map(([code, count]) => `${count} answered ${code}`);
  console.log(
    `overload: ${times} times ${Math.round(sustained)} events/s for ${seconds} s: ${seen.offered} batches of ${BATCH} offered, ` +
      `${told.join(', ')}, ${seen.unanswered.size} unanswered; ${megabytes} MB at most; ` +
      `0 accepted lost; taking again after ${(taking / 1_000).toFixed(1)} s, all matched after ${(matching / 1_000).toFixed(1)} s`,
  );
} finally {
  await server.kill();
  rmSync(data, { recursive: true });
}
