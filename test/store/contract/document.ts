import assert from 'node:assert/strict';
import { alert, bytes, type Check, fire, sameBytes, textOf } from './sample.js';

export function documentContract(check: Check): void {
  check('a document is kept by kind and key', async (store) => {
    assert.equal(await store.document('rule', 'a'), null);
    const value = Uint8Array.from({ length: 256 }, (_, index) => index);
    const expected = value.slice();
    assert.equal(await store.putDocument('rule', 'a', value), 1);
    value.fill(0);
    const found = await store.document('rule', 'a');
    assert.deepEqual([found?.key, found?.version], ['a', 1]);
    sameBytes(found?.value, expected);
    assert.equal(await store.document('stream', 'a'), null);
    assert.equal(await store.document('rule', 'A'), null);
    await store.putDocument('rule', 'empty', new Uint8Array(0));
    sameBytes((await store.document('rule', 'empty'))?.value, new Uint8Array(0));
  });

  check('each write makes the version one more', async (store) => {
    for (const version of [1, 2, 3]) {
      assert.equal(await store.putDocument('rule', 'a', bytes(`${version}`)), version);
      const found = await store.document('rule', 'a');
      assert.equal(found?.version, version);
      sameBytes(found?.value, bytes(`${version}`));
    }
    const versions = await Promise.all(
      Array.from({ length: 20 }, () => store.putDocument('rule', 'a', bytes('x'))),
    );
    assert.deepEqual(
      versions.sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, index) => index + 4),
    );
  });

  check('a write that expects another version is refused', async (store) => {
    const conflict = { name: 'StoreError', code: 'conflict' };
    await assert.rejects(store.putDocument('rule', 'a', bytes('x'), 1), conflict);
    assert.equal(await store.document('rule', 'a'), null);
    assert.equal(await store.putDocument('rule', 'a', bytes('1'), 0), 1);
    await assert.rejects(store.putDocument('rule', 'a', bytes('x'), 0), conflict);
    assert.equal(await store.putDocument('rule', 'a', bytes('2'), 1), 2);
    for (const expected of [0, 1, 3]) {
      await assert.rejects(store.putDocument('rule', 'a', bytes('x'), expected), conflict);
    }
    assert.equal(textOf((await store.document('rule', 'a'))?.value ?? bytes('')), '2');
  });

  check('of writes that expect the same version one is taken', async (store) => {
    for (const expected of [0, 1]) {
      const answers = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => store.putDocument('rule', 'a', bytes(`${index}`), expected)),
      );
      const taken = answers.flatMap((answer, index) => (answer.status === 'fulfilled' ? [index] : []));
      assert.equal(taken.length, 1);
      const found = await store.document('rule', 'a');
      assert.equal(found?.version, expected + 1);
      sameBytes(found?.value, bytes(`${taken[0]}`));
    }
  });

  check('an alert is stored with a document, with its deliveries, or neither is', async (store) => {
    await fire(store, alert('first', { destinations: ['desk'] }));
    const gone = alert('gone', { rule: 'tocsin', destinations: ['pager', 'desk'] });
    assert.equal(await store.putDocument('d', 'a', bytes('1'), 0, gone), 1);
    const late = store.putDocument('d', 'a', bytes('2'), 0, alert('late', { destinations: ['desk'] }));
    await assert.rejects(late, { name: 'StoreError', code: 'conflict' });
    assert.equal(textOf((await store.document('d', 'a'))?.value ?? bytes('')), '1');
    // One that is stored already is left as it is.
    assert.equal(await store.putDocument('d', 'a', bytes('2'), 1, { ...gone, destinations: ['x'] }), 2);
    await fire(store, alert('last'));
    const alerts = await store.alerts(0, 10, {});
    assert.deepEqual(
      alerts.map(({ id, sequence }) => [id, sequence]),
      [
        ['first', 1],
        ['gone', 2],
        ['last', 3],
      ],
    );
    const deliveries = await store.deliveries(0, 10, {});
    assert.deepEqual(
      deliveries.map(({ id, state }) => [id, state]),
      ['first.desk', 'gone.pager', 'gone.desk'].map((id) => [id, 'pending']),
    );
  });

  check('a document is deleted once', async (store) => {
    assert.equal(await store.deleteDocument('rule', 'a'), false);
    await store.putDocument('rule', 'a', bytes('1'));
    await store.putDocument('stream', 'a', bytes('1'));
    assert.equal(await store.deleteDocument('rule', 'a'), true);
    assert.equal(await store.deleteDocument('rule', 'a'), false);
    assert.equal(await store.document('rule', 'a'), null);
    assert.deepEqual(await store.documents('rule', '', 10), []);
    assert.notEqual(await store.document('stream', 'a'), null);
    await store.putDocument('rule', 'a', bytes('2'), 0);
    assert.equal(textOf((await store.document('rule', 'a'))?.value ?? bytes('')), '2');
    const answers = await Promise.all([1, 2, 3, 4].map(() => store.deleteDocument('rule', 'a')));
    assert.equal(answers.filter((is) => is).length, 1);
  });

  check('documents are listed by kind in order of key', async (store) => {
    const keys = ['b', 'a', 'B', 'ab', 'a:b', 'a/b', 'z', 'ä', 'a b', '10', '9', 'a\u0000b'];
    for (const key of keys) await store.putDocument('rule', key, bytes(key));
    for (const kind of ['rul', 'rules', 'rule:x', 'rule_version', 'rule\u0000a']) {
      await store.putDocument(kind, 'other', bytes('x'));
    }
    const sorted = [...keys].sort();
    const all = await store.documents('rule', '', 100);
    assert.deepEqual(
      all.map(({ key, value }) => [key, textOf(value)]),
      sorted.map((key) => [key, key]),
    );
    const paged: string[] = [];
    for (;;) {
      const page = await store.documents('rule', paged.at(-1) ?? '', 5);
      assert.ok(page.length <= 5);
      if (page.length === 0) break;
      paged.push(...page.map(({ key }) => key));
    }
    assert.deepEqual(paged, sorted);
    // `after` need not be a key.
    const after = await store.documents('rule', 'aa', 1);
    assert.equal(after[0]?.key, 'ab');
    assert.deepEqual(await store.documents('none', '', 10), []);
  });
}
