import assert from 'node:assert/strict';
import type { LogRecord, StoreError } from '../../../src/store/store.js';
import { alert, bytes, type Check, entry, fire, LONG, leased, NOON, readAll, textOf } from './sample.js';

const texts = (records: readonly LogRecord[]): string[] => records.map(({ payload }) => textOf(payload));

const fenced = (error: StoreError): boolean => error.code === 'fenced';

/** Erases the letter x. */
const withoutX = ({ payload }: LogRecord): Uint8Array | null => {
  const text = textOf(payload);
  return text.includes('x') ? bytes(text.replaceAll('x', '')) : null;
};

export function rewriteContract(check: Check): void {
  check('payloads are rewritten before an offset; kind, offsets and stamps stay', async (store) => {
    const epoch = await leased(store);
    await store.append(0, [entry('ax', { count: 3 }), entry('b')], NOON);
    await store.append(0, [entry('x', { kind: 'rule' }), entry('x')], NOON + 5);
    const seen: number[] = [];
    await store.rewrite(0, epoch, 5, (record) => {
      seen.push(record.first);
      return withoutX(record);
    });
    assert.deepEqual([...new Set(seen)], [0, 3, 4]);
    const records = await readAll(store);
    assert.deepEqual(texts(records), ['a', 'b', '', 'x']);
    assert.deepEqual(
      records.map(({ kind, first, count, stamp }) => [kind, first, count, stamp]),
      [
        ['events', 0, 3, NOON],
        ['events', 3, 1, NOON],
        ['rule', 4, 1, NOON + 5],
        ['events', 5, 1, NOON + 5],
      ],
    );
    assert.deepEqual(await store.bounds(0), { first: 0, next: 6 });
  });

  check('appends go on while a log of many slices is rewritten, and trimming after it', async (store) => {
    const epoch = await leased(store);
    const large = 'y'.repeat(40_000);
    for (let batch = 0; batch < 10; batch++) {
      const entries = Array.from({ length: 10 }, (_, index) => entry(`${batch * 10 + index}x${large}`));
      await store.append(0, entries, NOON + batch);
    }
    const writing = store.rewrite(0, epoch, 90, withoutX);
    const appending = Array.from({ length: 30 }, (_, index) =>
      store.append(0, [entry(`new${index}x`)], NOON + 100),
    );
    await Promise.all([writing, ...appending]);
    const all = await readAll(store);
    assert.equal(all.length, 130);
    assert.deepEqual(
      texts(all.slice(0, 100)).map((text) => text.slice(0, 4).replaceAll('y', '')),
      Array.from({ length: 100 }, (_, index) => (index < 90 ? `${index}` : `${index}x`)),
    );
    assert.ok(texts(all.slice(100)).every((text) => /^new\d+x$/.test(text)));
    assert.ok((await store.size(0)) > 100 * 40_000);
    await store.trim(0, 125, 0);
    assert.deepEqual(await store.bounds(0), { first: 125, next: 130 });
    assert.equal((await readAll(store, 125)).length, 5);
    await store.rewrite(0, epoch, 200, withoutX);
    assert.ok(texts(await readAll(store, 125)).every((text) => /^new\d+$/.test(text)));
    const [appended] = await store.append(0, [entry('z')], NOON + 200);
    assert.equal(appended?.first, 130);
  });

  check('who has no lease any more rewrites nothing', async (store) => {
    const epoch = await leased(store);
    await store.append(0, [entry('x')], NOON);
    await store.release(0, epoch);
    await store.lease(0, 'other', LONG);
    await assert.rejects(store.rewrite(0, epoch, 1, withoutX), fenced);
    assert.deepEqual(texts(await readAll(store)), ['x']);
  });

  check('the lease is looked at again with each step of a rewriting', async (store) => {
    const epoch = await leased(store);
    const large = 'y'.repeat(600_000);
    await store.append(0, [entry(`x${large}`), entry(`x${large}`), entry(`x${large}`)], NOON);
    const taken: Promise<unknown>[] = [];
    const writing = store.rewrite(0, epoch, 3, (record) => {
      if (record.first > 0 && taken.length === 0)
        taken.push(store.release(0, epoch).then(() => store.lease(0, 'other', LONG)));
      return withoutX(record);
    });
    await writing.catch((error: StoreError) => assert.equal(error.code, 'fenced'));
    await Promise.all(taken);
    // Whatever was written by then, nothing is lost, and the next owner can do it again.
    assert.equal((await readAll(store)).length, 3);
    const next = await store.lease(0, 'other', LONG);
    await store.rewrite(0, next?.epoch ?? 0, 3, withoutX);
    assert.ok(texts(await readAll(store)).every((text) => !text.includes('x')));
  });

  check('bodies of alerts are replaced, and nothing else of them', async (store) => {
    await fire(store, alert('a', { destinations: ['hook'] }), alert('b', { severity: 'low' }));
    await store.replaceBodies([
      { id: 'b', body: bytes('{"erased":true}') },
      { id: 'nobody', body: bytes('{}') },
    ]);
    await store.replaceBodies([]);
    const all = await store.alerts(0, 10, {});
    assert.deepEqual(
      all.map(({ id, severity, sequence, body }) => [id, severity, sequence, textOf(body)]),
      [
        ['a', 'high', 1, '{"id":"a"}'],
        ['b', 'low', 2, '{"erased":true}'],
      ],
    );
    assert.equal(textOf((await store.alert('b'))?.body ?? bytes('')), '{"erased":true}');
    assert.equal((await store.alerts(0, 10, { severity: 'low' })).length, 1);
    assert.equal(await store.alert('nobody'), null);
    assert.equal((await store.deliveries(0, 10, {})).length, 1);
  });

  check('the size of the log grows with it', async (store) => {
    const before = await store.size(0);
    assert.ok(before >= 0 && before < 100_000);
    await store.append(
      0,
      Array.from({ length: 20 }, () => entry('z'.repeat(50_000))),
      NOON,
    );
    const full = await store.size(0);
    assert.ok(full > 900_000 && full < 3_000_000, `${full}`);
    await store.trim(0, 19, 0);
    assert.ok((await store.size(0)) < 200_000);
  });
}
