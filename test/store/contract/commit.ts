import assert from 'node:assert/strict';
import type { StateChange, StatePiece, Store } from '../../../src/store/store.js';
import { alert, bytes, type Check, commit, entry, LONG, leased, NOON, sameBytes, textOf } from './sample.js';

/** A change that writes pieces of the nameless group. */
function stateOf(texts: Readonly<Record<string, string>>): StateChange {
  const pieces = Object.entries(texts).map(([key, text]) => ({ group: '', key, value: bytes(text) }));
  return { dropped: [], pieces };
}

/** `group/key=value` of every piece, as they come. */
async function piecesOf(store: Store): Promise<string[]> {
  const pieces = await store.state(0, null, 1_000_000);
  return pieces.map(({ group, key, value }) => `${group}/${key}=${textOf(value)}`);
}

export function commitContract(check: Check): void {
  check('a partition begins with no position and no state', async (store) => {
    assert.deepEqual(await store.checkpoint(0), { position: 0, state: null });
    assert.deepEqual(await store.state(0, null, 1_000), []);
  });

  check('a commit leaves its position and the state as of it', async (store) => {
    const epoch = await leased(store);
    await store.commit(0, epoch, commit({ position: 5, state: stateOf({ head: 'five' }) }));
    assert.deepEqual(await store.checkpoint(0), { position: 5, state: 5 });
    assert.deepEqual(await piecesOf(store), ['/head=five']);
  });

  check('a commit without state keeps the one before', async (store) => {
    const epoch = await leased(store);
    await store.commit(0, epoch, commit({ position: 3 }));
    assert.deepEqual(await store.checkpoint(0), { position: 3, state: null });
    await store.commit(0, epoch, commit({ position: 5, state: stateOf({ head: 'five' }) }));
    await store.commit(0, epoch, commit({ position: 8 }));
    assert.deepEqual(await store.checkpoint(0), { position: 8, state: 5 });
    await store.commit(0, epoch, commit({ position: 9, state: stateOf({}) }));
    assert.deepEqual(await store.checkpoint(0), { position: 9, state: 9 });
    assert.deepEqual(await piecesOf(store), ['/head=five']);
  });

  check('pieces are written, replaced and deleted one by one, groups dropped whole', async (store) => {
    const epoch = await leased(store);
    const put = (group: string, key: string, text: string | null) => ({
      ...{ group, key, value: text === null ? null : bytes(text) },
    });
    const pieces = [
      put('', 'head', '1'),
      put('r', 'a', 'x'),
      put('r', 'b', 'y'),
      put('rr', 'a', 'z'),
      put('q', '', 'e'),
    ];
    await store.commit(0, epoch, commit({ state: { dropped: [], pieces } }));
    assert.deepEqual(await piecesOf(store), ['/head=1', 'q/=e', 'r/a=x', 'r/b=y', 'rr/a=z']);
    const change = {
      dropped: ['none'],
      pieces: [put('', 'head', '2'), put('r', 'a', null), put('r', 'c', null)],
    };
    await store.commit(0, epoch, commit({ state: change }));
    assert.deepEqual(await piecesOf(store), ['/head=2', 'q/=e', 'r/b=y', 'rr/a=z']);
    await store.commit(0, epoch, commit({ state: { dropped: ['r', 'q'], pieces: [put('r', 'new', 'n')] } }));
    assert.deepEqual(await piecesOf(store), ['/head=2', 'r/new=n', 'rr/a=z']);
  });

  check('the state is read in pieces of a bounded size, each piece once', async (store) => {
    const epoch = await leased(store);
    const pieces = Array.from({ length: 1_234 }, (_, index) => ({
      ...{
        group: `g${index % 3}`,
        key: `${'k'.repeat(index % 7 === 0 ? 3_000 : 3)}${index}`,
        value: bytes(`${index}`),
      },
    }));
    await store.commit(0, epoch, commit({ state: { dropped: [], pieces } }));
    const found = new Map<string, string>();
    for (let after: { group: string; key: string } | null = null; ; ) {
      const page: readonly StatePiece[] = await store.state(0, after, 500);
      if (page.length === 0) break;
      assert.ok(page.reduce((sum, { value }) => sum + value.length, 0) <= 500);
      for (const { group, key, value } of page) {
        assert.ok(!found.has(`${group} ${key}`));
        found.set(`${group} ${key}`, textOf(value));
      }
      after = page.at(-1) ?? null;
    }
    const expected = pieces.map(({ group, key, value }) => [`${group} ${key}`, textOf(value)] as const);
    assert.deepEqual([...found].sort(), expected.sort());
  });

  check('a large piece is kept byte by byte, whatever becomes of the buffer', async (store) => {
    const epoch = await leased(store);
    const value = new Uint8Array(3 * 1024 * 1024).map((_, index) => (index * 31) & 0xff);
    const expected = value.slice();
    const state = { dropped: [], pieces: [{ group: 'g', key: 'large', value }] };
    await store.commit(0, epoch, commit({ position: 1, state }));
    value.fill(0);
    sameBytes((await store.state(0, null, 1))[0]?.value, expected);
  });

  check('a commit writes alerts, deliveries and documents together', async (store) => {
    const epoch = await leased(store);
    await store.putDocument('rule', 'gone', bytes('x'));
    await store.putDocument('rule', 'kept', bytes('1'));
    const body = bytes('{"a":1}');
    await store.commit(0, epoch, {
      position: 7,
      state: stateOf({ head: 'state' }),
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
    await store.commit(0, old, commit({ position: 1, state: stateOf({ head: 'one' }) }));
    await store.putDocument('rule', 'kept', bytes('1'));
    await store.release(0, old);
    const epoch = await leased(store, 'b');
    const late = store.commit(0, old, {
      position: 2,
      state: { dropped: [''], pieces: [{ group: '', key: 'two', value: bytes('two') }] },
      alerts: [alert('a', { destinations: ['desk'] })],
      documents: [
        { kind: 'rule', key: 'kept', value: null },
        { kind: 'rule', key: 'new', value: bytes('n') },
      ],
    });
    await assert.rejects(late, { name: 'StoreError', code: 'fenced' });
    assert.deepEqual(await store.checkpoint(0), { position: 1, state: 1 });
    assert.deepEqual(await piecesOf(store), ['/head=one']);
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
