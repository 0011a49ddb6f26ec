import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnosis } from '../../src/runtime/diagnosis.js';
import { MemoryStore } from '../../src/store/memory.js';
import { cashout, NOON, PAYMENTS, probe, QUIET, Scene, TESTING } from './scene.js';

/** A rule for which a loop, another way and an earlier start can be open. */
const EPISODE = `SELECT LAST(big.amount) AS amount
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (small big+) WITHIN INTERVAL '10' MINUTE
  DEFINE small AS amount < 2, big AS amount > 500
)`;

/** Of an alternation the first branch is preferred, and may yet come. */
const CHOICE = `SELECT FIRST(amount) AS amount
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (small -> huge | big) WITHIN INTERVAL '10' MINUTE
  DEFINE small AS amount < 2, big AS amount > 500, huge AS amount > 5000
)`;

const BOTH = `SELECT payment.card
FROM logins AS login, payments AS payment MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (login -> payment) WITHIN INTERVAL '10' MINUTE
)`;

async function begin(rules: Readonly<Record<string, string>>, store = new MemoryStore()) {
  const scene = await Scene.open(store);
  await scene.tocsin.catalog.putStream('payments', { query: PAYMENTS });
  for (const [name, query] of Object.entries(rules)) await scene.tocsin.catalog.putRule(name, { query });
  return { scene, store };
}

async function diagnosisOf(scene: Scene, rule: string): Promise<Diagnosis> {
  await scene.settled();
  return scene.tocsin.reader.diagnosis(rule);
}

const payment = (card: string, seconds: number, amount: number) => ({ ...probe(card, seconds), amount });

test('a rule that did not fire: the condition that stopped it, and how often each held', async () => {
  const { scene } = await begin({ strict: TESTING.replace('probe -> cashout', 'probe cashout') });
  await scene.post(probe('a', 0), payment('a', 1, 450), payment('b', 2, 30), probe('c', 3));
  const found = await diagnosisOf(scene, 'strict');
  assert.deepEqual(found.hits, [
    { variable: 'probe', condition: 'amount < 2', rows: 2 },
    { variable: 'cashout', condition: 'amount > 500', rows: 0 },
  ]);
  assert.deepEqual(found.misses, [
    {
      key: { card: 'a' },
      start: { stream: 'payments', offset: 2, time: NOON },
      labels: [{ variable: 'probe', rows: 1 }],
      needs: 1,
      how: 'row',
      row: { stream: 'payments', offset: 3, time: NOON + 1_000 },
      deadline: NOON + 600_000,
      attempts: [
        {
          ...{ variable: 'cashout', stream: null, condition: 'amount > 500', isAbsent: false },
          verdict: { held: false, values: { amount: 450 } },
        },
      ],
      by: null,
    },
  ]);
  assert.deepEqual(found.census, {
    isWhole: true,
    states: [{ state: 's1', variable: 'cashout', absent: [], needs: 1, partialMatches: 1 }],
  });
  assert.equal(found.counts.rows, 4);
  assert.equal(found.counts.partialMatches, 1);
  assert.equal(found.nextDeadline, NOON + 603_000);
  await scene.tocsin.close();
});

test('hits come back after a restart, the nearest misses do not', async () => {
  const { scene, store } = await begin({ strict: TESTING.replace('probe -> cashout', 'probe cashout') });
  await scene.post(probe('a', 0), payment('a', 1, 450));
  const before = await diagnosisOf(scene, 'strict');
  assert.equal(before.misses.length, 1);
  await scene.tocsin.close();
  const again = await Scene.open(store, { clock: scene.clock });
  const after = await diagnosisOf(again, 'strict');
  assert.deepEqual(after.hits, before.hits);
  assert.deepEqual(after.misses, []);
  assert.deepEqual(after.streams, before.streams);
  await again.tocsin.close();
});

test('matches that are complete and held, and by what', async () => {
  const { scene } = await begin({ quiet: QUIET, episode: EPISODE, choice: CHOICE });
  await scene.post(payment('a', 0, 1), payment('a', 1, 600), payment('b', 2, 1));
  const place = (offset: number, seconds: number) => ({
    ...{ stream: 'payments', offset, time: NOON + seconds * 1_000 },
  });
  const [first, second, third] = [4, 5, 6];
  assert.deepEqual((await diagnosisOf(scene, 'episode')).held, [
    {
      ...{ key: { card: 'a' }, start: place(first, 0), last: place(second, 1), by: 'longer', holder: null },
      ...{ waitsFor: ['big'], until: NOON + 600_000 },
    },
  ]);
  assert.deepEqual((await diagnosisOf(scene, 'choice')).held, [
    {
      ...{ key: { card: 'a' }, start: place(second, 1), last: place(second, 1), by: 'earlier_start' },
      ...{ holder: place(first, 0), waitsFor: ['huge'], until: NOON + 600_000 },
    },
  ]);
  assert.deepEqual((await diagnosisOf(scene, 'quiet')).held, [
    {
      ...{ key: { card: 'b' }, start: place(third, 2), last: place(third, 2), by: 'deadline', holder: null },
      ...{ waitsFor: [], until: NOON + 62_000 },
    },
  ]);
  await scene.tocsin.close();
});

test('the watermark: which event drives it, which stream holds it, and what moves it in silence', async () => {
  const { scene } = await begin({});
  const logins = `CREATE STREAM logins (card VARCHAR NOT NULL, at TIMESTAMP NOT NULL,
    WATERMARK FOR at AS at - INTERVAL '5' SECOND)`;
  await scene.tocsin.catalog.putStream('logins', { query: logins });
  await scene.tocsin.catalog.putRule('both', { query: BOTH });
  let found = await diagnosisOf(scene, 'both');
  assert.deepEqual([found.watermark, found.heldBy], [null, 'logins']);
  assert.equal(found.watermarkReason, "no event of 'logins' has come");

  await scene.post(cashout('a', 60), cashout('b', 30));
  await scene.tocsin.ingest.post('logins', [{ json: { card: 'a', at: '2026-11-24T12:00:20Z' } }]);
  found = await diagnosisOf(scene, 'both');
  assert.deepEqual([found.watermark, found.heldBy, found.waitingRows], [NOON + 15_000, 'logins', 3]);
  assert.equal(
    found.watermarkReason,
    "the latest event of 'logins' is of 2026-11-24T12:00:20.000Z less the delay of 5 seconds; while no event comes ticks move it on, from 10 seconds of silence",
  );
  const payments = found.streams.find(({ stream }) => stream === 'payments');
  assert.equal(payments?.latest, NOON + 60_000);
  const driver = await scene.tocsin.reader.event('payments', payments?.latestOffset ?? -1);
  assert.equal((driver?.data as { card?: string } | undefined)?.card, 'a');

  await scene.pass(12);
  found = await diagnosisOf(scene, 'both');
  assert.match(found.watermarkReason, /^'logins' was said, by a tick or a producer, to have come to /);
  await scene.tocsin.close();
});

test('a stream that replays history is said to get no ticks', async () => {
  const { scene } = await begin({ testing: TESTING });
  await scene.post(probe('a', -86_400));
  const { watermarkReason, streams } = await diagnosisOf(scene, 'testing');
  assert.equal(streams[0]?.silence, 'replaying');
  assert.match(watermarkReason, /as a replay of history: while none comes it stays there/);
  await scene.tocsin.close();
});

test('a rule that is paused says so', async () => {
  const { scene } = await begin({ testing: TESTING });
  await scene.tocsin.catalog.pause('testing');
  const { watermarkReason, hits, misses, census } = await diagnosisOf(scene, 'testing');
  assert.equal(watermarkReason, 'the rule does not run: it is paused');
  assert.deepEqual([hits, misses, census.states], [[], [], []]);
  await scene.tocsin.close();
});
