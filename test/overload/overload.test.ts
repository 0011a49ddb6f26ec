import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskServers } from '../http/disk_server.js';
import { BATCH, checkMatched, figure, flood, prepare, STREAM } from './flood.js';

test('a flood: the surplus is told when to come again, nothing accepted is lost, and it is well again', async (context) => {
  const server = await diskServers()('flood', { settings: { maxLag: 1_500, inFlightBytes: 200_000 } });
  const { url } = server;
  await prepare(url, 1);
  const over = new AbortController();
  const seen = await flood(url, {
    ...{ rate: null, connections: 40, first: 0, signal: over.signal },
    // Until both were seen often, or far too many were sent to hope for it.
    onAnswer: ({ offered, statuses, accepted }) => {
      if ((accepted.size >= 20 && (statuses.get(429) ?? 0) >= 60) || offered > 3_000) over.abort();
    },
  });
  const ready = await fetch(`${url}/readyz`);
  assert.deepEqual([ready.status, await ready.text()], [200, '{"status":"ready"}']);
  assert.deepEqual([...seen.statuses.keys()].sort(), [202, 429]);
  assert.equal(seen.unanswered.size, 0);
  await checkMatched(url, [seen], 60_000);
  const [counts] = server.tocsin.reader.counters().streams.filter(({ stream }) => stream === STREAM);
  assert.equal(counts?.events, seen.accepted.size * BATCH);
  const after = new AbortController();
  const again = await flood(url, {
    ...{ rate: null, connections: 1, first: seen.offered, signal: after.signal },
    onAnswer: () => after.abort(),
  });
  assert.deepEqual([...again.statuses], [[202, 1]]);
  context.diagnostic(
    `${seen.offered} batches offered, ${seen.accepted.size} accepted, ${seen.statuses.get(429)} told to come again, 0 lost`,
  );
});

test('events that wait long to be matched: no more are taken until they are', async (context) => {
  const settings = { waitingEvents: 1_000, maxDelay: 200 };
  const { url } = await diskServers()('late', { settings });
  await prepare(url, 3);
  const over = new AbortController();
  const seen = await flood(url, {
    ...{ rate: null, connections: 20, first: 0, signal: over.signal },
    onAnswer: ({ offered, statuses }) => {
      if ((statuses.get(429) ?? 0) >= 20 || offered > 3_000) over.abort();
    },
  });
  assert.deepEqual([...seen.statuses.keys()].sort(), [202, 429]);
  await checkMatched(url, [seen], 60_000);
  context.diagnostic(`${seen.accepted.size} batches accepted, ${seen.statuses.get(429)} told to come again`);
});

test('rules that take long over many events: others are answered meanwhile', async (context) => {
  const { url } = await diskServers()('slow');
  await prepare(url, 3);
  const once = new AbortController();
  const seen = await flood(url, {
    ...{ rate: null, connections: 20, first: 0, signal: once.signal },
    onAnswer: ({ accepted }) => {
      if (accepted.size >= 20) once.abort();
    },
  });
  let answered = 0;
  while ((await figure(url, 'tocsin_lag_events')) > 0) answered++;
  assert.ok(answered >= 5, `${answered} others were answered`);
  await checkMatched(url, [seen], 60_000);
  context.diagnostic(`${answered} requests answered while ${seen.accepted.size * BATCH} events were matched`);
});
