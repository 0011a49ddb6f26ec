import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../src/store/memory.js';
import { storeContract } from './contract.js';

storeContract('memory', async () => new MemoryStore());
storeContract('memory of three partitions', async () => new MemoryStore({ partitions: 3 }));

test('leases run out by the clock that the store is given', async () => {
  let now = 1_000;
  const store = new MemoryStore({ now: () => now });
  assert.deepEqual(await store.lease(0, 'a', 500), { epoch: 1, until: 1_500 });
  now = 1_499;
  assert.equal(await store.lease(0, 'b', 500), null);
  now = 1_500;
  assert.deepEqual(await store.lease(0, 'b', 500), { epoch: 2, until: 2_000 });
  await store.close();
});

test('there is no partition beyond the last', async () => {
  const store = new MemoryStore();
  await assert.rejects(store.bounds(1), RangeError);
  await store.close();
});
