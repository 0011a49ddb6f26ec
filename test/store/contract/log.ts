import assert from 'node:assert/strict';
import type { EntryKind } from '../../../src/store/store.js';
import { bytes, type Check, entry, NOON, readAll, sameBytes, textOf } from './sample.js';

export function logContract(check: Check): void {
  check('a new log is empty', async (store) => {
    assert.deepEqual(await store.bounds(0), { first: 0, next: 0 });
    assert.deepEqual(await readAll(store), []);
  });

  check('offsets are dense, as many to an entry as it counts', async (store) => {
    const first = await store.append(
      0,
      [entry('three', { count: 3 }), entry('tick', { kind: 'watermark' })],
      NOON,
    );
    assert.deepEqual(first, [
      { first: 0, last: 2, stamp: NOON },
      { first: 3, last: 3, stamp: NOON },
    ]);
    const second = await store.append(0, [entry('two', { count: 2 })], NOON + 1);
    assert.deepEqual(second, [{ first: 4, last: 5, stamp: NOON + 1 }]);
    assert.deepEqual(await store.bounds(0), { first: 0, next: 6 });
    const records = await readAll(store);
    assert.deepEqual(
      records.map(({ payload, ...record }) => ({ ...record, text: textOf(payload) })),
      [
        { kind: 'events', first: 0, count: 3, stamp: NOON, text: 'three' },
        { kind: 'watermark', first: 3, count: 1, stamp: NOON, text: 'tick' },
        { kind: 'events', first: 4, count: 2, stamp: NOON + 1, text: 'two' },
      ],
    );
  });

  check('every kind of record is kept', async (store) => {
    const kinds: EntryKind[] = ['events', 'watermark', 'stream', 'rule', 'erasure'];
    await store.append(
      0,
      kinds.map((kind) => entry(kind, { kind })),
      NOON,
    );
    assert.deepEqual(
      (await readAll(store)).map(({ kind }) => kind),
      kinds,
    );
  });

  check('appending nothing gives nothing', async (store) => {
    assert.deepEqual(await store.append(0, [], NOON), []);
    assert.deepEqual(await store.bounds(0), { first: 0, next: 0 });
  });

  check('stamps never go back, not even when the log was trimmed', async (store) => {
    await store.append(0, [entry('a')], NOON);
    const [back] = await store.append(0, [entry('b')], NOON - 3_600_000);
    assert.equal(back?.stamp, NOON);
    await store.trim(0, 2, 0);
    const [trimmed] = await store.append(0, [entry('c')], 1);
    assert.equal(trimmed?.stamp, NOON);
    const [on] = await store.append(0, [entry('d')], NOON + 1);
    assert.equal(on?.stamp, NOON + 1);
    assert.deepEqual(
      (await readAll(store, 2)).map(({ stamp }) => stamp),
      [NOON, NOON + 1],
    );
  });

  check('payloads are kept byte by byte', async (store) => {
    const every = Uint8Array.from({ length: 256 }, (_, index) => index);
    const large = new Uint8Array(2 * 1024 * 1024).map((_, index) => (index * 7 + (index >> 8)) & 0xff);
    const within = large.subarray(1_001, 1_501);
    const payloads = [every, new Uint8Array(0), large, within];
    await store.append(
      0,
      payloads.map((payload) => entry('', { payload })),
      NOON,
    );
    const records = await readAll(store);
    assert.equal(records.length, payloads.length);
    for (const [index, payload] of payloads.entries()) sameBytes(records[index]?.payload, payload);
  });

  check('a buffer that is reused after the append changes nothing', async (store) => {
    const buffer = bytes('first');
    await store.append(0, [entry('', { payload: buffer })], NOON);
    buffer.set(bytes('other'));
    await store.append(0, [entry('', { payload: buffer })], NOON);
    buffer.fill(0);
    const read = await readAll(store);
    assert.deepEqual(
      read.map(({ payload }) => textOf(payload)),
      ['first', 'other'],
    );
    for (const { payload } of read) payload.fill(0);
    assert.deepEqual(
      (await readAll(store)).map(({ payload }) => textOf(payload)),
      ['first', 'other'],
    );
  });

  check('hundreds of appends at once stand densely, in the order of the calls', async (store) => {
    const calls = Array.from({ length: 400 }, (_, call) => [
      entry(`${call}/0`, { count: 1 + (call % 3) }),
      ...(call % 4 === 0 ? [entry(`${call}/1`, { count: 2 })] : []),
    ]);
    const answers = await Promise.all(calls.map((entries, call) => store.append(0, entries, NOON + call)));
    let next = 0;
    for (const [call, entries] of calls.entries()) {
      for (const [index, { count }] of entries.entries()) {
        const { first, last } = answers[call]?.[index] ?? { first: -1, last: -1 };
        assert.deepEqual([first, last], [next, next + count - 1]);
        next += count;
      }
    }
    assert.deepEqual(await store.bounds(0), { first: 0, next });
    const records = await readAll(store, 0, 500);
    assert.deepEqual(
      records.map(({ first, count, payload }) => [first, count, textOf(payload)]),
      calls.flatMap((entries, call) =>
        entries.map(({ count, payload }, index) => [answers[call]?.[index]?.first, count, textOf(payload)]),
      ),
    );
  });

  check('trimming drops whole records only, and never what is to come', async (store) => {
    for (const text of ['a', 'b', 'c']) await store.append(0, [entry(text, { count: 3 })], NOON);
    await store.trim(0, 2, 0);
    assert.deepEqual(await store.bounds(0), { first: 0, next: 9 });
    await store.trim(0, 5, 0);
    assert.deepEqual(await store.bounds(0), { first: 3, next: 9 });
    await store.trim(0, 0, 0);
    assert.deepEqual(await store.bounds(0), { first: 3, next: 9 });
    assert.deepEqual(
      (await readAll(store, 3)).map(({ payload }) => textOf(payload)),
      ['b', 'c'],
    );
    await store.trim(0, 1_000, 0);
    assert.deepEqual(await store.bounds(0), { first: 9, next: 9 });
    assert.deepEqual(await readAll(store, 9), []);
    const [appended] = await store.append(0, [entry('d')], NOON);
    assert.equal(appended?.first, 9);
    assert.deepEqual(await store.bounds(0), { first: 9, next: 10 });
  });

  check('trimming drops hundreds of records while others are appended', async (store) => {
    const some = Array.from({ length: 300 }, (_, index) => entry(`${index}`));
    await store.append(0, some, NOON);
    const [, appended] = await Promise.all([
      store.trim(0, 290, 0),
      ...some.slice(0, 20).map((one) => store.append(0, [one], NOON)),
    ]);
    assert.equal(appended?.[0]?.first, 300);
    assert.deepEqual(await store.bounds(0), { first: 290, next: 320 });
    assert.equal((await readAll(store, 290)).length, 30);
  });

  check('partitions know nothing of each other', async (store) => {
    for (let partition = 0; partition < store.partitions; partition++) {
      const [appended] = await store.append(partition, [entry(`${partition}`, { ids: ['same'] })], NOON);
      assert.equal(appended?.first, 0);
      const [record] = await store.read(partition, 0, { bytes: 1, wait: 0 });
      assert.equal(textOf(record?.payload ?? bytes('none')), `${partition}`);
    }
  });
}
