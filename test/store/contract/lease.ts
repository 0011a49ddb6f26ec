import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Lease, Store } from '../../../src/store/store.js';
import { type Check, commit, LONG } from './sample.js';

/** Asks until the lease before has run out. */
async function insist(store: Store, owner: string): Promise<Lease> {
  for (;;) {
    const lease = await store.lease(0, owner, LONG);
    if (lease !== null) return lease;
    await wait(5);
  }
}

export function leaseContract(check: Check): void {
  check('a lease holds against others, and its owner renews it under the same epoch', async (store) => {
    const first = await store.lease(0, 'a', LONG);
    assert.ok(first !== null);
    assert.equal(await store.lease(0, 'b', LONG), null);
    const again = await store.lease(0, 'a', 2 * LONG);
    assert.equal(again?.epoch, first.epoch);
    assert.ok(again.until > first.until);
    assert.equal(await store.lease(0, 'b', LONG), null);
  });

  check(
    'a lease that ran out goes to another owner, the epoch rises, the old one is fenced',
    async (store) => {
      const first = await store.lease(0, 'a', 20);
      assert.ok(first !== null);
      const second = await insist(store, 'b');
      assert.ok(second.epoch > first.epoch);
      assert.equal(await store.lease(0, 'a', LONG), null);
      await assert.rejects(store.commit(0, first.epoch, commit()), { name: 'StoreError', code: 'fenced' });
      await store.commit(0, second.epoch, commit());
    },
  );

  check('renewing makes a short lease long', async (store) => {
    await store.lease(0, 'a', 30);
    await store.lease(0, 'a', LONG);
    await wait(60);
    assert.equal(await store.lease(0, 'b', LONG), null);
  });

  check('a lease that is given back is free at once', async (store) => {
    const first = await store.lease(0, 'a', LONG);
    assert.ok(first !== null);
    await store.release(0, first.epoch);
    const second = await store.lease(0, 'b', LONG);
    assert.ok(second !== null && second.epoch > first.epoch);
    await assert.rejects(store.commit(0, first.epoch, commit()), { code: 'fenced' });
  });

  check('giving back an epoch that is over does nothing', async (store) => {
    const first = await store.lease(0, 'a', LONG);
    assert.ok(first !== null);
    await store.release(0, first.epoch);
    const second = await store.lease(0, 'b', LONG);
    await store.release(0, first.epoch);
    assert.equal(await store.lease(0, 'c', LONG), null);
    assert.equal((await store.lease(0, 'b', LONG))?.epoch, second?.epoch);
  });

  check('of many that ask at once, one gets the lease', async (store) => {
    const owners = Array.from({ length: 20 }, (_, index) => `owner-${index}`);
    const leases = await Promise.all(owners.map((owner) => store.lease(0, owner, LONG)));
    assert.equal(leases.filter((lease) => lease !== null).length, 1);
  });
}
