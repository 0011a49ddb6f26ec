import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOf } from '../../src/event/partition.js';
import { MemoryStore } from '../../src/store/memory.js';
import { ManualClock } from './manual_clock.js';
import { at, cashout, NOON, PAYMENTS, probe, QUIET, Scene, TESTING } from './scene.js';

const HOUR = 3_600_000;

test('an event from ten years ahead is refused, and drags no watermark', async () => {
  const scene = await Scene.open(new MemoryStore());
  const { catalog, reader } = scene.tocsin;
  await catalog.putStream('payments', { query: PAYMENTS });
  await catalog.putRule('testing', { query: TESTING });
  await catalog.putRule('quiet', { query: QUIET });
  await scene.post(probe('a', 0));
  await scene.settled();
  const before = catalog.stream('payments')?.watermark;
  const later = probe('a', 10 * 365 * 86_400);
  const { accepted, rejected } = await scene.post(later, probe('b', 1));
  assert.deepEqual([accepted, rejected.map(({ index, code }) => [index, code])], [1, [[0, 'too_far_ahead']]]);
  await assert.rejects(scene.post(later), { code: 'no_event_taken' });
  await assert.rejects(scene.tocsin.ingest.watermark('payments', Date.parse(later.at)), {
    code: 'too_far_ahead',
  });
  await scene.settled();
  assert.deepEqual([before, catalog.stream('payments')?.watermark], [NOON, NOON + 1_000]);
  // Neither did its absence fall due, nor is what follows late.
  assert.deepEqual(await scene.alerts('quiet'), []);
  await scene.post(cashout('a', 2));
  assert.deepEqual(
    (await scene.alerts('testing')).map(({ row }) => row),
    [{ card: 'a', amount: 900 }],
  );
  assert.equal(reader.diagnosis('testing').counts.late, 0);
  await scene.tocsin.close();
});

test('a partition that nobody posts to does not hold absence back, in others or in itself', async () => {
  const partitions = 2;
  const [mine, others] = [0, 1].map((wanted) => {
    for (let n = 0; ; n++) if (partitionOf([`card ${n}`], partitions) === wanted) return `card ${n}`;
  }) as [string, string];
  const scene = await Scene.open(new MemoryStore({ partitions }));
  await scene.tocsin.catalog.putStream('payments', { query: PAYMENTS });
  await scene.tocsin.catalog.putRule('quiet', { query: QUIET });
  // The other partition is silent from the beginning: what happens here falls due without it.
  await scene.post(probe(mine, 0));
  await scene.post(cashout(`${mine} no more`, 61), probe(mine, 62));
  const cards = async () => (await scene.alerts('quiet')).map(({ row }) => row['card']);
  assert.ok((await cards()).includes(mine));
  // Then it falls silent with an absence open, while events go on here: ticks close it.
  await scene.post(probe(others, 63));
  scene.clock.advance(63_000);
  for (let second = 64; second < 135; second += 5) {
    scene.clock.advance(5_000);
    await scene.post(cashout(mine, second));
  }
  await scene.pass(10);
  assert.equal((await cards()).filter((card) => card === others).length, 1);
  await scene.tocsin.close();
});

test('the wall clock steps back an hour, with and without a restart: nothing is lost or doubled', async () => {
  for (const restarts of [false, true]) {
    const clock = new ManualClock(NOON);
    const store = new MemoryStore({ now: () => clock.now() });
    let scene = await Scene.open(store, { clock, settings: { owner: 'first' } });
    const { catalog } = scene.tocsin;
    // Its time is the arrival: nothing but the clock tells it.
    await catalog.putStream('clicks', { query: 'CREATE STREAM clicks (card VARCHAR, amount BIGINT)' });
    await catalog.putRule('pairs', { query: TESTING.replace('payments', 'clicks') });
    await catalog.putRule('quiet', { query: QUIET.replace('payments', 'clicks') });
    const click = (card: string, amount: number) =>
      scene.tocsin.ingest.post('clicks', [{ json: { card, amount } }]);
    await click('a', 1);
    await click('b', 1);
    await scene.pass(5);
    clock.advance(-HOUR);
    if (restarts) {
      await scene.tocsin.close();
      scene = await Scene.open(store, { clock, settings: { owner: 'second' } });
    }
    await click('a', 900);
    await click('c', 1);
    await click('c', 900);
    const seen = async () => (await scene.alerts()).map(({ rule, row }) => `${rule} ${row['card']}`);
    assert.deepEqual(await seen(), ['pairs a', 'pairs c'], `restarts: ${restarts}`);
    // As long as the clock is behind, time stands still: silence proves nothing.
    await scene.pass(2);
    assert.deepEqual(await seen(), ['pairs a', 'pairs c']);
    clock.advance(HOUR + 60_000);
    await scene.pass(3);
    assert.deepEqual(await seen(), ['pairs a', 'pairs c', 'quiet b']);
    const { items } = await scene.tocsin.reader.events('clicks', null, 10);
    const stamps = items.map(({ arrival }) => arrival);
    assert.deepEqual(
      stamps,
      [...stamps].sort((a, b) => a - b),
    );
    assert.equal(stamps.length, 5);
    assert.ok(stamps.every((stamp) => stamp >= Date.parse(at(0))));
    await scene.tocsin.close();
  }
});
