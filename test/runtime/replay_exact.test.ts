import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../src/event/json.js';
import { MemoryStore } from '../../src/store/memory.js';
import type { LogRecord, Store } from '../../src/store/store.js';
import { Random } from '../http/fuzz/random.js';
import { cashout, NOON, PAYMENTS, probe, QUIET, Scene, TESTING } from './scene.js';

/** Logs that are made; each is replayed so often. */
const LOGS = Number(process.env['TOCSIN_REPLAY_RUNS'] ?? 10);
const REPLAYS = 4;

/** Reads rows that came before, so that its state has more to it. */
const RISING = `SELECT FIRST(card) AS card, COUNT(*) AS payments
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (low up{2,}) WITHIN INTERVAL '1' MINUTE
  DEFINE up AS amount > PREV(amount)
)`;

const figures = { logs: 0, records: 0, replays: 0, pieces: 0, checkpoints: 0, alerts: 0 };

test('a log gives the same alerts and ids: whole, in any pieces, from any checkpoint, after any restart', async (context) => {
  const seed = Date.now() % 1_000_000;
  context.diagnostic(`seed ${seed}`);
  // At once: a server waits half a second for its last read before it stops.
  const check = async (number: number): Promise<void> => {
    const { log, alerts } = await madeBy(new Random(seed + number));
    figures.logs++;
    figures.records += log.length;
    figures.alerts += alerts.length;
    const replays = Array.from({ length: REPLAYS }, async (_, times) => {
      const random = new Random(seed + number + 1_000 * times);
      const pieces = times === 0 ? 1 : 2 + random.below(5);
      assert.deepEqual(
        await replay(log, random, pieces),
        alerts,
        `log ${number}, ${pieces} pieces, seed ${seed}`,
      );
    });
    await Promise.all(replays);
  };
  await Promise.all(Array.from({ length: LOGS }, (_, number) => check(number)));
  const { logs, records, replays, pieces, checkpoints, alerts } = figures;
  context.diagnostic(
    `replay: ${logs} logs of ${records} records and ${alerts} alerts, ${replays} replays in ${pieces} pieces, ${checkpoints} from a checkpoint: 0 alerts lost, invented or renamed`,
  );
  assert.ok(alerts > 3 * LOGS && checkpoints > LOGS, 'it has something to compare');
});

/** What a server made of random events, some late, while rules were changed. */
async function madeBy(random: Random): Promise<{ log: readonly LogRecord[]; alerts: readonly string[] }> {
  const store = new MemoryStore();
  const scene = await Scene.open(store);
  const { catalog } = scene.tocsin;
  await catalog.putStream('payments', { query: PAYMENTS });
  const rules = { testing: TESTING, quiet: QUIET, rising: RISING };
  for (const [name, query] of Object.entries(rules)) await catalog.putRule(name, { query });
  for (let second = 0; second < 60; ) {
    const events = Array.from({ length: 1 + random.below(8) }, (): JsonValue => {
      second += random.below(3);
      const at = Math.max(0, random.chance(0.1) ? second - random.below(5) : second);
      const card = `card ${random.below(5)}`;
      return random.chance(0.3) ? cashout(card, at) : probe(card, at, { amount: random.below(400) / 100 });
    });
    await scene.post(...events);
    if (random.chance(0.1)) await catalog.pause(random.pick(Object.keys(rules)));
    if (random.chance(0.2)) await catalog.resume(random.pick(Object.keys(rules)));
    if (random.chance(0.1))
      await catalog.putRule('testing', { query: TESTING, severity: random.pick(['low', 'high']) });
    scene.clock.advance(random.below(200));
  }
  await scene.tocsin.ingest.watermark('payments', NOON + 200_000);
  await scene.settled();
  const alerts = await alertsOf(store);
  await scene.tocsin.close();
  return { log: await store.read(0, 0, { bytes: 1e9, wait: 0 }), alerts };
}

/** A log that comes in so many pieces, each for a server of its own, which stops with a checkpoint or is cut off. */
async function replay(log: readonly LogRecord[], random: Random, pieces: number): Promise<readonly string[]> {
  figures.replays++;
  figures.pieces += pieces;
  const store = new MemoryStore();
  const cuts = Array.from({ length: pieces - 1 }, () => random.below(log.length)).sort((a, b) => a - b);
  let from = 0;
  for (const to of [...cuts, log.length]) {
    for (const { kind, count, payload, stamp } of log.slice(from, to)) {
      await store.append(0, [{ kind, count, payload, ids: [] }], stamp);
    }
    from = to;
    if ((await store.checkpoint(0)).state !== null) figures.checkpoints++;
    const settings = {
      owner: `server ${from} ${random.next()}`,
      readBytes: random.pick([1, 100, 1_000, 1_000_000]),
      snapshotEvents: random.pick([1, 7, 50, 1_000_000]),
    };
    const scene = await Scene.open(store, { settings });
    await scene.settled();
    if (random.chance(0.5)) {
      // As if it was killed: what follows finds what was committed.
      await store.release(0, (await scene.tocsin.status()).partitions[0]?.epoch ?? 0);
      assert.ok(await store.lease(0, 'the next one', 1));
    }
    await scene.tocsin.close();
  }
  return alertsOf(store);
}

/** Ids and all that the alerts say, in order. */
async function alertsOf(store: Store): Promise<readonly string[]> {
  const alerts = await store.alerts(0, 1e6, {});
  return alerts.map(({ id, body }) => `${id} ${new TextDecoder().decode(body)}`);
}
