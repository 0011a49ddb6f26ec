import assert from 'node:assert/strict';
import { alert, type Check, entry, fire, NOON } from './sample.js';

export function lifeContract(check: Check): void {
  check('there is a partition at least, and it answers', async (store) => {
    assert.ok(store.partitions >= 1);
    await store.ping();
  });

  check('closing lets go of readers that wait, and says so to whoever comes later', async (store) => {
    const reader = store.read(0, 0, { bytes: 1, wait: 100_000_000 });
    const freed = Promise.allSettled([reader]);
    await store.close();
    await freed;
    await assert.rejects(store.ping());
    await assert.rejects(store.append(0, [entry('a')], NOON), { name: 'StoreError', code: 'unavailable' });
    await assert.rejects(store.read(0, 0, { bytes: 1, wait: 0 }), { code: 'unavailable' });
  });

  check('a list that is under way when the store is closed ends', async (store) => {
    const alerts = Array.from({ length: 1_000 }, (_, index) =>
      alert(`a${index}`, { destinations: ['desk'] }),
    );
    await fire(store, ...alerts);
    const lists = Promise.allSettled([
      store.alerts(0, 10, { severity: 'none' }),
      store.alerts(0, 10_000, {}),
      store.deliveries(0, 10_000, { destination: 'desk' }),
      store.known(
        0,
        alerts.map(({ id }) => id),
      ),
    ]);
    await store.close();
    for (const list of await lists) {
      if (list.status === 'rejected') assert.equal(list.reason.code, 'unavailable');
    }
  });

  check('closing twice is closing once', async (store) => {
    await store.append(0, [entry('a')], NOON);
    await Promise.all([store.close(), store.close()]);
    await store.close();
  });
}
