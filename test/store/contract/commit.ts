import assert from 'node:assert/strict';
import { alert, bytes, type Check, commit, entry, LONG, leased, NOON, sameBytes, textOf } from './sample.js';

export function commitContract(check: Check): void {
  check('a partition begins with no position and no snapshot', async (store) => {
    assert.deepEqual(await store.checkpoint(0), { position: 0, snapshot: null });
  });

  check('a commit leaves its position and its snapshot', async (store) => {
    const epoch = await leased(store);
    await store.commit(0, epoch, commit({ position: 5, snapshot: bytes('five') }));
    const { position, snapshot } = await store.checkpoint(0);
    assert.deepEqual([position, snapshot?.position], [5, 5]);
    sameBytes(snapshot?.bytes, bytes('five'));
  });

  check('a commit without a snapshot keeps the one before', async (store) => {
    const epoch = await leased(store);
    await store.commit(0, epoch, commit({ position: 3 }));
    assert.deepEqual(await store.checkpoint(0), { position: 3, snapshot: null });
    await store.commit(0, epoch, commit({ position: 5, snapshot: bytes('five') }));
    await store.commit(0, epoch, commit({ position: 8 }));
    const kept = await store.checkpoint(0);
    assert.deepEqual([kept.position, kept.snapshot?.position], [8, 5]);
    sameBytes(kept.snapshot?.bytes, bytes('five'));
    await store.commit(0, epoch, commit({ position: 9, snapshot: new Uint8Array(0) }));
    const newest = await store.checkpoint(0);
    assert.deepEqual([newest.position, newest.snapshot?.position], [9, 9]);
    sameBytes(newest.snapshot?.bytes, new Uint8Array(0));
  });

  check('a large snapshot is kept byte by byte, whatever becomes of the buffer', async (store) => {
    const epoch = await leased(store);
    const snapshot = new Uint8Array(3 * 1024 * 1024).map((_, index) => (index * 31) & 0xff);
    const expected = snapshot.slice();
    await store.commit(0, epoch, commit({ position: 1, snapshot }));
    snapshot.fill(0);
    sameBytes((await store.checkpoint(0)).snapshot?.bytes, expected);
  });

  check('a commit writes alerts, deliveries and documents together', async (store) => {
    const epoch = await leased(store);
    await store.putDocument('rule', 'gone', bytes('x'));
    await store.putDocument('rule', 'kept', bytes('1'));
    const body = bytes('{"a":1}');
    await store.commit(0, epoch, {
      position: 7,
      snapshot: bytes('state'),
      alerts: [alert('a', { body, destinations: ['desk', 'pager'] }), alert('b')],
      documents: [
        { kind: 'rule', key: 'new', value: bytes('n') },
        { kind: 'rule', key: 'kept', value: bytes('2') },
        { kind: 'rule', key: 'gone', value: null },
        { kind: 'rule', key: 'never', value: null },
      ],
    });
    body.fill(0);
    assert.equal((await store.checkpoint(0)).position, 7);
    const alerts = await store.alerts(0, 10, {});
    assert.deepEqual(
      alerts.map(({ id, destinations }) => [id, destinations]),
      [
        ['a', ['desk', 'pager']],
        ['b', []],
      ],
    );
    assert.equal(textOf(alerts[0]?.body ?? body), '{"a":1}');
    const deliveries = await store.deliveries(0, 10, {});
    assert.deepEqual(
      deliveries.map(({ id }) => id),
      ['a.desk', 'a.pager'],
    );
    const documents = await store.documents('rule', '', 10);
    assert.deepEqual(
      documents.map(({ key, version, value }) => [key, version, textOf(value)]),
      [
        ['kept', 2, '2'],
        ['new', 1, 'n'],
      ],
    );
  });

  check('changes to one document within a commit are made in order', async (store) => {
    const epoch = await leased(store);
    const documents = ['1', null, '2', '3'].map((text) => ({
      ...{ kind: 'k', key: 'a', value: text === null ? null : bytes(text) },
    }));
    await store.commit(0, epoch, commit({ documents }));
    assert.equal(textOf((await store.document('k', 'a'))?.value ?? bytes('none')), '3');
    await store.commit(0, epoch, commit({ documents: documents.slice(0, 2) }));
    assert.equal(await store.document('k', 'a'), null);
  });

  check('nothing of a fenced commit is written', async (store) => {
    const old = await leased(store, 'a');
    await store.commit(0, old, commit({ position: 1, snapshot: bytes('one') }));
    await store.putDocument('rule', 'kept', bytes('1'));
    await store.release(0, old);
    const epoch = await leased(store, 'b');
    const late = store.commit(0, old, {
      position: 2,
      snapshot: bytes('two'),
      alerts: [alert('a', { destinations: ['desk'] })],
      documents: [
        { kind: 'rule', key: 'kept', value: null },
        { kind: 'rule', key: 'new', value: bytes('n') },
      ],
    });
    await assert.rejects(late, { name: 'StoreError', code: 'fenced' });
    const { position, snapshot } = await store.checkpoint(0);
    assert.deepEqual([position, snapshot?.position], [1, 1]);
    assert.equal(await store.alert('a'), null);
    assert.deepEqual(await store.alerts(0, 10, {}), []);
    assert.deepEqual(await store.deliveries(0, 10, {}), []);
    assert.equal(await store.nextDue(), null);
    assert.equal((await store.document('rule', 'kept'))?.version, 1);
    assert.equal(await store.document('rule', 'new'), null);
    await store.commit(0, epoch, commit({ position: 2 }));
    assert.equal((await store.checkpoint(0)).position, 2);
  });

  check('commits that are under way when the lease goes to another are whole or fenced', async (store) => {
    const old = await leased(store, 'a');
    const commits = Array.from({ length: 40 }, (_, index) =>
      store.commit(0, old, commit({ position: index + 1, alerts: [alert(`a${index}`)] })),
    );
    await store.release(0, old);
    const lease = await store.lease(0, 'b', LONG);
    assert.ok(lease !== null);
    const held = (await store.alerts(0, 100, {})).length;
    const late = store.commit(0, old, commit({ position: 1_000, alerts: [alert('late')] }));
    await assert.rejects(late, { code: 'fenced' });
    const settled = await Promise.allSettled(commits);
    const taken = settled.filter(({ status }) => status === 'fulfilled').length;
    assert.equal(held, taken);
    assert.equal((await store.alerts(0, 100, {})).length, taken);
    assert.equal((await store.checkpoint(0)).position, taken);
  });

  check('an alert that is stored already is skipped, its deliveries too', async (store) => {
    const epoch = await leased(store);
    await store.commit(0, epoch, commit({ alerts: [alert('a', { destinations: ['desk'] })] }));
    const before = await store.alert('a');
    await store.commit(0, epoch, {
      ...commit({ position: 2 }),
      alerts: [
        alert('b', { destinations: ['desk'] }),
        alert('a', { rule: 'other', body: bytes('{}'), destinations: ['desk', 'pager'] }),
        alert('b', { rule: 'other', destinations: ['pager'] }),
        alert('c'),
      ],
    });
    assert.deepEqual(await store.alert('a'), before);
    const alerts = await store.alerts(0, 10, {});
    assert.deepEqual(
      alerts.map(({ id, rule }) => [id, rule]),
      ['a', 'b', 'c'].map((id) => [id, 'testing']),
    );
    const deliveries = await store.deliveries(0, 10, {});
    assert.deepEqual(
      deliveries.map(({ id }) => id),
      ['a.desk', 'b.desk'],
    );
  });

  check('a repeat of an alert does not disturb a delivery that is done', async (store) => {
    const epoch = await leased(store);
    const again = commit({ alerts: [alert('a', { destinations: ['desk'] })] });
    await store.commit(0, epoch, again);
    const [claimed] = await store.claim(NOON, NOON + LONG, 10);
    assert.ok(claimed !== undefined);
    await store.settle([{ ...claimed, state: 'delivered' }]);
    await store.commit(0, epoch, again);
    assert.equal((await store.delivery('a.desk'))?.state, 'delivered');
    assert.deepEqual(await store.claim(NOON + 2 * LONG, NOON + 3 * LONG, 10), []);
  });

  check('appends and commits at the same time do not disturb each other', async (store) => {
    const epoch = await leased(store);
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await Promise.all([
          store.append(0, [entry(`${index}`)], NOON),
          store.commit(0, epoch, commit({ position: index, alerts: [alert(`a${index}`)] })),
        ]);
      }),
    );
    assert.deepEqual(await store.bounds(0), { first: 0, next: 100 });
    assert.equal((await store.checkpoint(0)).position, 99);
    const alerts = await store.alerts(0, 1_000, {});
    assert.deepEqual(
      alerts.map(({ id }) => id),
      Array.from({ length: 100 }, (_, index) => `a${index}`),
    );
  });
}
