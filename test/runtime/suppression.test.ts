import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Match } from '../../src/engine/emission.js';
import { Suppression } from '../../src/runtime/suppression.js';
import { MemoryStore } from '../../src/store/memory.js';
import { type Data, PAYMENTS, probe, Scene } from './scene.js';

const match = (card: string, end: number): Match => ({
  ...{ kind: 'match', key: {}, number: 1, status: 'MATCHED', output: [{ card, end }], events: [] },
  start: { stream: 's', offset: 0, time: end, arrival: end, values: {} },
  window: { start: end, end },
});

test('equal columns are silent for a while of event time, others are not', () => {
  const suppression = new Suppression({ by: ['card'], for: '10 SECONDS' });
  assert.equal(suppression.holds(match('a', 0)), false);
  assert.equal(suppression.holds(match('a', 9_999)), true);
  assert.equal(suppression.holds(match('b', 9_999)), false);
  assert.equal(suppression.holds(match('a', 10_000)), false, 'the while counts from the last alert');
  assert.equal(suppression.holds(match('a', 19_999)), true);
  assert.equal(suppression.held, 2);
});

test('it goes on from its state', () => {
  const before = new Suppression({ by: ['card'], for: '10 SECONDS' });
  before.holds(match('a', 0));
  const after = new Suppression({ by: ['card'], for: '10 SECONDS' }, before.state());
  assert.equal(after.holds(match('a', 5_000)), true);
  assert.equal(after.held, 1);
});

test('the state of an earlier version, which did not count by key, is taken', () => {
  const suppression = new Suppression({ by: ['card'], for: '10 SECONDS' }, { last: [['["a"]', 0]], held: 4 });
  assert.equal(suppression.holds(match('a', 5_000)), true);
  assert.equal(suppression.held, 5);
  assert.equal(suppression.holds(match('a', 10_000)), false);
  assert.equal(suppression.heldBefore, 1);
});

test('more keys than are remembered: the one whose alert is oldest is forgotten', () => {
  const suppression = new Suppression({ by: ['card'], for: '1 DAY' });
  for (let card = 0; card <= Suppression.limit; card++) suppression.holds(match(`c${card}`, card));
  assert.equal(suppression.state().last.length, Suppression.limit);
  assert.equal(suppression.holds(match('c1', 1)), true);
  assert.equal(suppression.holds(match('c0', 1)), false);
});

/** Cards and seconds of payments; one a minute at most is told of each card. */
const PAID = [
  ...[...Array(6).keys()].map((index) => ['a', index * 20] as const),
  ...[...Array(9).keys()].map((index) => ['b', index * 15] as const),
].sort(([, a], [, b]) => a - b);

/** Posts one after the other; with `again` each time to a new server: of three, one was closed, two were killed. */
async function told(again: boolean) {
  const store = new MemoryStore();
  let scene = await Scene.open(store);
  await scene.tocsin.catalog.putStream('payments', { query: PAYMENTS });
  await scene.tocsin.catalog.putRule('small', {
    query: 'SELECT card FROM payments WHERE amount < 2',
    suppress: { by: ['card'], for: '1 MINUTE' },
  });
  for (const [index, [card, seconds]] of PAID.entries()) {
    await scene.post(probe(card, seconds));
    if (!again) continue;
    await scene.settled();
    const last = scene;
    if (index % 3 === 0) await last.tocsin.close();
    else await store.release(0, (await last.tocsin.status()).partitions[0]?.epoch ?? 0);
    scene = await Scene.open(store, { clock: last.clock, settings: { owner: `server ${index}` } });
    if (index % 3 !== 0) await last.tocsin.close();
  }
  const alerts = (await scene.alerts('small')) as (Data & { readonly suppressed?: number })[];
  const held = scene.tocsin.reader.diagnosis('small').counts.suppressed;
  await scene.tocsin.close();
  return {
    held,
    alerts: alerts.map(({ row, window, suppressed }) => [row['card'], window.end.slice(14, 19), suppressed]),
  };
}

test('an alert says how many alike were held back before it, the same over restarts with and without a checkpoint', async (t) => {
  const expected = {
    held: 10,
    alerts: [
      ['a', '00:00', 0],
      ['b', '00:00', 0],
      ['a', '01:00', 2],
      ['b', '01:00', 3],
      ['b', '02:00', 3],
    ],
  };
  assert.deepEqual(await told(false), expected);
  assert.deepEqual(await told(true), expected);
  t.diagnostic(`${expected.held} of ${PAID.length} matches held back, the same over ${PAID.length} starts`);
});
