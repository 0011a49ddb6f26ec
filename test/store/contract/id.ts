import assert from 'node:assert/strict';
import { StoreError } from '../../../src/store/store.js';
import { type Check, entry, NOON, readAll } from './sample.js';

/** Checks the refusal of an append, with the ids that it names in any order. */
const repeats =
  (...ids: string[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, 'duplicate_ids');
    assert.deepEqual([...error.ids].sort(), [...ids].sort());
    return true;
  };

export function idContract(check: Check): void {
  check('ids that were appended are known', async (store) => {
    assert.deepEqual(await store.known(0, ['a', 'b']), [false, false]);
    await store.append(
      0,
      [entry('x', { count: 2, ids: ['a', 'b'] }), entry('y', { ids: ['c'] }), entry('z')],
      NOON,
    );
    assert.deepEqual(await store.known(0, ['c', 'd', 'a', 'b', 'a']), [true, false, true, true, true]);
    assert.deepEqual(await store.known(0, []), []);
  });

  check('an append with a known id is refused as a whole, and the ids are named', async (store) => {
    await store.append(0, [entry('x', { count: 2, ids: ['a', 'b'] })], NOON);
    const repeat = store.append(
      0,
      [entry('new', { ids: ['c'] }), entry('old', { count: 3, ids: ['b', 'd', 'a'] })],
      NOON + 1_000,
    );
    await assert.rejects(repeat, repeats('a', 'b'));
    assert.deepEqual(await store.bounds(0), { first: 0, next: 2 });
    assert.deepEqual(await store.known(0, ['c', 'd']), [false, false]);
    assert.equal((await readAll(store)).length, 1);
    const [after] = await store.append(0, [entry('c', { ids: ['c', 'd'] })], NOON);
    assert.deepEqual(after, { first: 2, last: 2, stamp: NOON });
  });

  check('an id twice in one append is a repeat', async (store) => {
    const within = store.append(0, [entry('x', { count: 3, ids: ['a', 'b', 'a'] })], NOON);
    await assert.rejects(within, repeats('a'));
    const across = store.append(0, [entry('x', { ids: ['a', 'b'] }), entry('y', { ids: ['b'] })], NOON);
    await assert.rejects(across, repeats('b'));
    assert.deepEqual(await store.bounds(0), { first: 0, next: 0 });
    assert.deepEqual(await store.known(0, ['a', 'b']), [false, false]);
  });

  check('of appends with the same id at the same time one is taken', async (store) => {
    const answers = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        store.append(0, [entry(`${index}`, { ids: ['same', `own-${index}`] })], NOON),
      ),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    assert.equal(refused.length, 29);
    for (const { reason } of refused) repeats('same')(reason);
    assert.deepEqual(await store.bounds(0), { first: 0, next: 1 });
    const own = await store.known(
      0,
      answers.map((_, index) => `own-${index}`),
    );
    assert.deepEqual(
      own,
      answers.map(({ status }) => status === 'fulfilled'),
    );
  });

  check('a refused append does not hold up those beside it', async (store) => {
    await store.append(0, [entry('old', { ids: ['a'] })], NOON);
    const [before, repeat, after] = await Promise.allSettled([
      store.append(0, [entry('before')], NOON),
      store.append(0, [entry('repeat', { count: 5, ids: ['a'] })], NOON),
      store.append(0, [entry('after')], NOON),
    ]);
    assert.equal(repeat.status, 'rejected');
    assert.equal(before.status === 'fulfilled' && before.value[0]?.first, 1);
    assert.equal(after.status === 'fulfilled' && after.value[0]?.first, 2);
  });

  check('ids may be any text', async (store) => {
    const long = 'x'.repeat(5_000);
    const ids = ['', ' ', 'ä', '😀', '\u0000', 'a\u0000b', 'a:b', '{p0}', '["s","column","1"]', `${long}1`];
    await store.append(0, [entry('x', { count: ids.length, ids })], NOON);
    assert.deepEqual(
      await store.known(0, ids),
      ids.map(() => true),
    );
    const others = ['a', 'a\u0000', 'A:b', `${long}2`, long, 'x'];
    assert.deepEqual(
      await store.known(0, others),
      others.map(() => false),
    );
    await assert.rejects(store.append(0, [entry('y', { ids: [`${long}1`] })], NOON), repeats(`${long}1`));
  });

  check('trimming forgets the ids that are older, and no others', async (store) => {
    await store.append(0, [entry('x', { ids: ['old'] })], NOON);
    await store.append(0, [entry('y', { ids: ['young'] })], NOON + 1_000);
    await store.trim(0, 0, NOON);
    assert.deepEqual(await store.known(0, ['old', 'young']), [true, true]);
    await store.trim(0, 0, NOON + 1_000);
    assert.deepEqual(await store.known(0, ['old', 'young']), [false, true]);
    assert.deepEqual(await store.bounds(0), { first: 0, next: 2 });
    await store.append(0, [entry('z', { ids: ['old'] })], NOON + 2_000);
    await store.trim(0, 0, NOON + 1_000);
    assert.deepEqual(await store.known(0, ['old', 'young']), [true, true]);
  });

  check('ids outlive the records they came with', async (store) => {
    await store.append(0, [entry('x', { ids: ['a'] })], NOON);
    await store.trim(0, 1, 0);
    assert.deepEqual(await store.known(0, ['a']), [true]);
    await assert.rejects(store.append(0, [entry('x', { ids: ['a'] })], NOON), repeats('a'));
  });

  check('thousands of ids are forgotten at once', async (store) => {
    const ids = Array.from({ length: 3_000 }, (_, index) => `id-${index}`);
    await store.append(0, [entry('x', { count: ids.length, ids })], NOON);
    await store.append(0, [entry('y', { ids: ['last'] })], NOON + 1);
    await store.trim(0, 0, NOON + 1);
    assert.ok((await store.known(0, ids)).every((is) => !is));
    assert.deepEqual(await store.known(0, ['last']), [true]);
  });
}
