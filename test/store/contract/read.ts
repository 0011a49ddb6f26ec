import assert from 'node:assert/strict';
import { type Check, entry, NOON, readAll, textOf } from './sample.js';

export function readContract(check: Check): void {
  check('reading begins with the record that holds the offset', async (store) => {
    await store.append(0, [entry('a', { count: 3 }), entry('b', { count: 3 }), entry('c')], NOON);
    for (const [from, expected] of [
      [0, 'abc'],
      [2, 'abc'],
      [3, 'bc'],
      [5, 'bc'],
      [6, 'c'],
      [7, ''],
    ] as const) {
      const records = await store.read(0, from, { bytes: 1_000_000, wait: 0 });
      assert.equal(records.map(({ payload }) => textOf(payload)).join(''), expected, `from ${from}`);
    }
  });

  check('a read gives about as many bytes as asked for, and one record at least', async (store) => {
    await store.append(
      0,
      Array.from({ length: 100 }, (_, index) => entry(`${index}`.padEnd(1_000))),
      NOON,
    );
    const [one, ...more] = await store.read(0, 0, { bytes: 1, wait: 0 });
    assert.equal(one?.first, 0);
    assert.deepEqual(more, []);
    const some = await store.read(0, 10, { bytes: 10_000, wait: 0 });
    assert.ok(some.length >= 5 && some.length <= 12, `${some.length} records`);
    assert.equal(some[0]?.first, 10);
    for (const size of [1, 3_000, 1_000_000]) {
      const records = await readAll(store, 0, size);
      assert.deepEqual(
        records.map(({ first }) => first),
        Array.from({ length: 100 }, (_, index) => index),
      );
    }
  });

  check('reading what was trimmed away is refused', async (store) => {
    for (const text of ['a', 'b', 'c']) await store.append(0, [entry(text, { count: 3 })], NOON);
    await store.trim(0, 6, 0);
    for (const from of [0, 5]) {
      await assert.rejects(store.read(0, from, { bytes: 1, wait: 0 }), {
        name: 'StoreError',
        code: 'trimmed',
      });
    }
    assert.equal((await store.read(0, 6, { bytes: 1, wait: 0 }))[0]?.first, 6);
    await store.trim(0, 9, 0);
    await assert.rejects(store.read(0, 8, { bytes: 1, wait: 0 }), { code: 'trimmed' });
    assert.deepEqual(await store.read(0, 9, { bytes: 1, wait: 0 }), []);
  });

  check('a read that waits is woken by an append', async (store) => {
    await store.append(0, [entry('a')], NOON);
    const readers = [1, 2, 3].map(() => store.read(0, 1, { bytes: 1_000_000, wait: 50_000 }));
    await store.append(0, [entry('b'), entry('c')], NOON);
    for (const records of await Promise.all(readers)) {
      assert.equal(records[0]?.first, 1);
      assert.equal(textOf(records[0].payload), 'b');
    }
  });

  check('a reader that follows the log misses nothing', async (store) => {
    const seen: string[] = [];
    const follow = async (): Promise<void> => {
      for (let next = 0; next < 200; ) {
        const records = await store.read(0, next, { bytes: 100, wait: 50_000 });
        for (const { first, count, payload } of records) {
          assert.equal(first, next);
          next = first + count;
          seen.push(textOf(payload));
        }
      }
    };
    const write = async (): Promise<void> => {
      for (let index = 0; index < 200; index++) await store.append(0, [entry(`${index}`)], NOON);
    };
    await Promise.all([follow(), write()]);
    assert.deepEqual(
      seen,
      Array.from({ length: 200 }, (_, index) => `${index}`),
    );
  });

  check('a read that waits in vain gives nothing', async (store) => {
    assert.deepEqual(await store.read(0, 0, { bytes: 1, wait: 20 }), []);
    await store.append(0, [entry('a')], NOON);
    assert.deepEqual(await store.read(0, 1, { bytes: 1, wait: 20 }), []);
  });

  check('a read that finds something does not wait', async (store) => {
    await store.append(0, [entry('a')], NOON);
    assert.equal((await store.read(0, 0, { bytes: 1, wait: 100_000_000 })).length, 1);
  });
}
