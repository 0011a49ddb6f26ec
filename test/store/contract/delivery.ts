import assert from 'node:assert/strict';
import type { Attempt, Delivery, DeliveryFilter, Store } from '../../../src/store/store.js';
import { alert, allDeliveries, type Check, fire, LONG, NOON, rises } from './sample.js';

const ids = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ id }) => id).sort();

/** Stores alerts `a0`, `a1`, ... with a delivery to `desk` each. */
async function due(store: Store, count: number): Promise<void> {
  const alerts = Array.from({ length: count }, (_, index) => alert(`a${index}`, { destinations: ['desk'] }));
  await fire(store, ...alerts);
}

async function one(store: Store, id: string): Promise<Delivery> {
  const delivery = await store.delivery(id);
  assert.ok(delivery !== null, `there is a delivery ${id}`);
  return delivery;
}

const ATTEMPTS: readonly Attempt[] = [
  { at: NOON, status: 503, error: null, duration: 12 },
  { at: NOON + 5_000, status: null, error: 'connect ECONNREFUSED "ü"', duration: 0 },
];

export function deliveryContract(check: Check): void {
  check('an alert makes a delivery for each destination', async (store) => {
    await fire(store, alert('a', { rule: 'r', destinations: ['pager', 'desk'] }), alert('b'));
    const all = await store.deliveries(0, 10, {});
    assert.deepEqual(
      all.map(({ sequence: _, due: __, ...rest }) => rest),
      ['pager', 'desk'].map((destination) => ({
        ...{ id: `a.${destination}`, alert: 'a', rule: 'r', destination },
        ...{ state: 'pending', created: NOON, attempts: [] },
      })),
    );
    assert.ok(rises(all.map(({ sequence }) => sequence)));
    assert.deepEqual(await store.delivery('a.desk'), all[1]);
    assert.equal(await store.delivery('b.desk'), null);
    assert.equal(await store.delivery('a'), null);
    assert.equal(await store.delivery('x'.repeat(5_000)), null);
  });

  check('a delivery is due at once, even when stamps are ahead of the clock', async (store) => {
    assert.equal(await store.nextDue(), null);
    const now = Date.now();
    await fire(store, alert('a', { stamp: now + 3_600_000, destinations: ['desk'] }));
    const next = await store.nextDue();
    assert.ok(next !== null && next <= Date.now());
    assert.deepEqual(ids(await store.claim(Date.now(), now + LONG, 10)), ['a.desk']);
  });

  check('a claim hides until its time is over', async (store) => {
    await due(store, 3);
    const claimed = await store.claim(NOON, NOON + 1_000, 10);
    assert.deepEqual(ids(claimed), ['a0.desk', 'a1.desk', 'a2.desk']);
    assert.deepEqual(await store.claim(NOON, NOON + 1_000, 10), []);
    assert.deepEqual(await store.claim(NOON + 999, NOON + 2_000, 10), []);
    assert.equal(await store.nextDue(), NOON + 1_000);
    assert.deepEqual(ids(await store.claim(NOON + 1_000, NOON + 2_000, 10)), ids(claimed));
    assert.equal(await store.nextDue(), NOON + 2_000);
  });

  check('a claim takes no more than asked for', async (store) => {
    await due(store, 5);
    const first = await store.claim(NOON, NOON + LONG, 2);
    const second = await store.claim(NOON, NOON + LONG, 2);
    const third = await store.claim(NOON, NOON + LONG, 2);
    assert.deepEqual([first.length, second.length, third.length], [2, 2, 1]);
    assert.equal(new Set(ids([...first, ...second, ...third])).size, 5);
    assert.deepEqual(await store.claim(NOON, NOON + LONG, 2), []);
  });

  check('claims at the same time never give a delivery twice', async (store) => {
    await due(store, 200);
    const claims = await Promise.all(Array.from({ length: 40 }, () => store.claim(NOON, NOON + LONG, 15)));
    assert.equal(claims.flat().length, 200);
    assert.equal(new Set(ids(claims.flat())).size, 200);
  });

  check('a failed delivery is due again when it says so', async (store) => {
    await due(store, 1);
    const [claimed] = await store.claim(NOON, NOON + 1_000, 10);
    assert.ok(claimed !== undefined);
    await store.settle([{ ...claimed, state: 'retrying', due: NOON + 300_000, attempts: ATTEMPTS }]);
    const kept = await one(store, 'a0.desk');
    assert.deepEqual(kept, { ...claimed, state: 'retrying', due: NOON + 300_000, attempts: ATTEMPTS });
    assert.equal(await store.nextDue(), NOON + 300_000);
    assert.deepEqual(await store.claim(NOON + 299_999, NOON + LONG, 10), []);
    assert.deepEqual(await store.claim(NOON + 300_000, NOON + LONG, 10), [kept]);
  });

  check('a delivery that is settled before its claim is over is due when it says so', async (store) => {
    await due(store, 1);
    const [claimed] = await store.claim(NOON, NOON + 100_000, 10);
    assert.ok(claimed !== undefined);
    await store.settle([{ ...claimed, state: 'retrying', due: NOON + 5_000 }]);
    assert.equal(await store.nextDue(), NOON + 5_000);
    assert.deepEqual(ids(await store.claim(NOON + 5_000, NOON + LONG, 10)), ['a0.desk']);
  });

  check('what is delivered or dead is not due, until it is made so again', async (store) => {
    await due(store, 2);
    const claimed = await store.claim(NOON, NOON + 1_000, 10);
    const states = { 'a0.desk': 'delivered', 'a1.desk': 'dead' } as const;
    await store.settle(claimed.map((delivery) => ({ ...delivery, state: states[delivery.id as 'a0.desk'] })));
    assert.equal(await store.nextDue(), null);
    assert.deepEqual(await store.claim(NOON + LONG, NOON + 2 * LONG, 10), []);
    const dead = await one(store, 'a1.desk');
    await store.settle([{ ...dead, state: 'pending', due: NOON + 7_000 }]);
    assert.equal(await store.nextDue(), NOON + 7_000);
    assert.deepEqual(ids(await store.claim(NOON + 7_000, NOON + LONG, 10)), ['a1.desk']);
  });

  check('the next due time is the earliest', async (store) => {
    await due(store, 4);
    const claimed = await store.claim(NOON, NOON + 90_000, 10);
    for (const [index, delivery] of claimed.slice(0, 3).entries()) {
      await store.settle([{ ...delivery, state: 'retrying', due: NOON + 50_000 - index * 10_000 }]);
    }
    assert.equal(await store.nextDue(), NOON + 30_000);
    const [first, ...others] = await store.claim(NOON + 30_000, NOON + 200_000, 10);
    assert.ok(first !== undefined && others.length === 0);
    assert.equal(await store.nextDue(), NOON + 40_000);
    await store.settle([{ ...first, state: 'delivered' }]);
    assert.deepEqual((await store.claim(NOON + 90_000, NOON + 200_000, 10)).length, 3);
    assert.equal(await store.nextDue(), NOON + 200_000);
  });

  check('it is known since when a destination is waited for', async (store) => {
    const since = () => store.waitingSince(['desk', 'desk.2', 'none', 'pager']);
    assert.deepEqual(await since(), [null, null, null, null]);
    for (const minute of [0, 1, 2]) {
      const destinations = minute === 0 ? ['desk'] : ['desk', 'desk.2', 'pager'];
      await fire(store, alert(`a${minute}`, { stamp: NOON + minute * 60_000, destinations }));
    }
    assert.deepEqual(await since(), [NOON, NOON + 60_000, null, NOON + 60_000]);
    const settle = async (id: string, state: Delivery['state']) =>
      store.settle([{ ...(await one(store, id)), state, due: NOON + LONG }]);
    await settle('a0.desk', 'retrying');
    await settle('a1.desk', 'delivered');
    await settle('a1.pager', 'dead');
    await settle('a2.pager', 'dead');
    assert.deepEqual(await since(), [NOON, NOON + 60_000, null, null]);
    await settle('a0.desk', 'dead');
    assert.deepEqual(await since(), [NOON + 120_000, NOON + 60_000, null, null]);
    await settle('a0.desk', 'pending');
    assert.deepEqual(await since(), [NOON, NOON + 60_000, null, null]);
    assert.deepEqual(await store.waitingSince([]), []);
  });

  check('deliveries are listed by destination and state, page by page', async (store) => {
    const alerts = Array.from({ length: 150 }, (_, index) =>
      alert(`a${index}`, { destinations: index % 50 === 7 ? ['desk', 'rare'] : ['desk'] }),
    );
    await fire(store, ...alerts.slice(0, 100));
    await fire(store, ...alerts.slice(100));
    const claimed = await store.claim(NOON, NOON + LONG, 1_000);
    const settled = claimed.flatMap((delivery): Delivery[] => {
      const number = Number(/\d+/.exec(delivery.id)?.[0]);
      if (number % 10 === 7) return [{ ...delivery, state: 'dead' }];
      return number % 2 === 0 ? [{ ...delivery, state: 'delivered' }] : [];
    });
    await store.settle(settled);
    const all = await store.deliveries(0, 1_000, {});
    assert.equal(all.length, 153);
    assert.ok(rises(all.map(({ sequence }) => sequence)));
    const counts: Record<string, number> = {};
    const filters: DeliveryFilter[] = [{}, { destination: 'none' }, { state: 'retrying' }];
    for (const destination of ['desk', 'rare']) {
      filters.push({ destination });
      for (const state of ['pending', 'delivered', 'dead'] as const) filters.push({ destination, state });
    }
    filters.push({ state: 'dead' }, { state: 'pending' }, { state: 'delivered' });
    for (const filter of filters) {
      const expected = all.filter(
        ({ destination, state }) =>
          (filter.destination ?? destination) === destination && (filter.state ?? state) === state,
      );
      for (const limit of [4, 1_000]) {
        const found = await allDeliveries(store, limit, filter);
        assert.deepEqual(found, expected, `${JSON.stringify(filter)} by ${limit}`);
      }
      counts[`${filter.destination ?? '*'} ${filter.state ?? '*'}`] = expected.length;
    }
    assert.deepEqual(counts, {
      ...{ '* *': 153, 'none *': 0, '* retrying': 0, '* dead': 18, '* pending': 60, '* delivered': 75 },
      ...{ 'desk *': 150, 'desk pending': 60, 'desk delivered': 75, 'desk dead': 15 },
      ...{ 'rare *': 3, 'rare pending': 0, 'rare delivered': 0, 'rare dead': 3 },
    });
  });
}
