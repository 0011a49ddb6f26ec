import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuntimeError } from '../../src/runtime/error.js';
import { MemoryStore } from '../../src/store/memory.js';
import { at, cashout, NOON, PAYMENTS, probe, QUIET, Scene, TESTING } from './scene.js';

async function begin(rules: Record<string, string> = { testing: TESTING }, store = new MemoryStore()) {
  const scene = await Scene.open(store);
  await scene.tocsin.catalog.putStream('payments', { query: PAYMENTS });
  for (const [name, query] of Object.entries(rules)) {
    await scene.tocsin.catalog.putRule(name, { query, severity: 'high' });
  }
  return { scene, store };
}

test('a match becomes an alert that says what happened', async () => {
  const { scene } = await begin();
  await scene.post(probe('a', 0, { shop: 'kiosk' }), probe('b', 1), cashout('a', 2));
  const [alert, second] = await scene.alerts();
  assert.equal(second, undefined);
  assert.ok(alert);
  const { id, ...rest } = alert;
  assert.match(id, /^al_[\w-]{24}$/);
  assert.deepEqual(rest, {
    ...{ rule: 'testing', rule_version: 1, severity: 'high', key: { card: 'a' } },
    row: { card: 'a', amount: 900 },
    window: { start: at(0), end: at(2) },
    events: [
      {
        ...{ variable: 'probe', stream: 'payments', offset: 2, time: at(0) },
        data: { card: 'a', amount: 1, at: at(0), id: null, shop: 'kiosk' },
      },
      {
        ...{ variable: 'cashout', stream: 'payments', offset: 4, time: at(2) },
        data: { card: 'a', amount: 900, at: at(2), id: null },
      },
    ],
  });
  const { body, timestamp } = await scene.tocsin.reader.alert(id);
  assert.equal((body as { type: string }).type, 'alert.fired');
  assert.equal((body as { timestamp: string }).timestamp, new Date(timestamp).toISOString());
  assert.equal(timestamp, NOON);
  await scene.tocsin.close();
});

test('a match goes on after a restart, with and without a checkpoint, with the same id', async () => {
  const undisturbed = await begin();
  await undisturbed.scene.post(probe('a', 0));
  await undisturbed.scene.post(cashout('a', 1));
  const [expected] = await undisturbed.scene.alerts();
  await undisturbed.scene.tocsin.close();

  const { scene, store } = await begin();
  await scene.post(probe('a', 0));
  await scene.tocsin.close();
  const again = await Scene.open(store, { clock: scene.clock });
  await again.post(cashout('a', 1));
  const alerts = await again.alerts();
  assert.equal(alerts.length, 1);
  // Another incarnation of the rule: another id. All else is equal.
  assert.deepEqual({ ...alerts[0], id: '' }, { ...expected, id: '' });
  await again.tocsin.close();
  const third = await Scene.open(store, { clock: scene.clock });
  assert.deepEqual(await third.alerts(), alerts);
  await third.tocsin.close();
});

test('a replay of the log gives the same alerts with the same ids, whatever the pieces', async () => {
  const { scene, store } = await begin({ testing: TESTING, quiet: QUIET });
  for (let n = 0; n < 30; n++) {
    await scene.post(probe(`c${n % 4}`, n), n % 3 === 0 ? cashout(`c${n % 5}`, n) : probe('x', n));
    if (n === 10) await scene.tocsin.catalog.putRule('testing', { query: TESTING, severity: 'low' });
    if (n === 20) await scene.tocsin.catalog.pause('quiet');
    if (n === 22) await scene.tocsin.catalog.resume('quiet');
  }
  await scene.tocsin.ingest.watermark('payments', NOON + 200_000);
  const expected = await scene.alerts();
  assert.ok(expected.length > 10);
  await scene.tocsin.close();
  const { next } = await store.bounds(0);
  const records = await store.read(0, 0, { bytes: 1e9, wait: 0 });
  for (const readBytes of [1, 300, 1e6]) {
    const copy = new MemoryStore();
    for (const { kind, count, payload, stamp } of records) {
      await copy.append(0, [{ kind, count, payload, ids: [] }], stamp);
    }
    assert.equal((await copy.bounds(0)).next, next);
    const replayed = await Scene.open(copy, { settings: { readBytes, snapshotEvents: 3 } });
    assert.deepEqual(await replayed.alerts(), expected);
    await replayed.tocsin.close();
  }
});

test('whatever is checkpointed when, a server that begins again gives the same alerts', async () => {
  const seconds = Array.from({ length: 40 }, (_, n) => n);
  const post = async (scene: Scene, n: number) => {
    await scene.post(probe(`c${n % 7}`, n), ...(n % 3 === 0 ? [cashout(`c${n % 5}`, n)] : []));
  };
  const undisturbed = await begin({ testing: TESTING, quiet: QUIET });
  for (const n of seconds) await post(undisturbed.scene, n);
  await undisturbed.scene.tocsin.ingest.watermark('payments', NOON + 200_000);
  const seen = (alerts: Awaited<ReturnType<Scene['alerts']>>) =>
    alerts.map(({ rule, key, events }) => [rule, key, events.map(({ offset }) => offset)]);
  const expected = seen(await undisturbed.scene.alerts());
  assert.ok(expected.length > 20);
  await undisturbed.scene.tocsin.close();

  for (const settings of [
    { snapshotEvents: 1 },
    { snapshotEvents: 5 },
    { snapshotKeys: 1, snapshotEvents: 7 },
  ]) {
    const { scene: first, store } = await begin({ testing: TESTING, quiet: QUIET }, new MemoryStore());
    let scene = first;
    for (const n of seconds) {
      await post(scene, n);
      if (n % 6 !== 5) continue;
      await scene.settled();
      // Not closed: as if it was killed, the next one has what was committed.
      await store.release(0, (await scene.tocsin.status()).partitions[0]?.epoch ?? 0);
      const owner = `server ${n}`;
      const next = await Scene.open(store, { clock: scene.clock, settings: { ...settings, owner } });
      await scene.tocsin.close();
      scene = next;
    }
    await scene.tocsin.ingest.watermark('payments', NOON + 200_000);
    assert.deepEqual(seen(await scene.alerts()), expected, JSON.stringify(settings));
    await scene.tocsin.close();
  }
});

test('a crash between commits loses nothing and doubles nothing', async () => {
  const { scene, store } = await begin({ testing: TESTING });
  await scene.post(probe('a', 0));
  await scene.settled();
  // Never closed: the next one takes the same place without a checkpoint of the first.
  const settings = { owner: 'second' };
  await store.release(0, (await scene.tocsin.status()).partitions[0]?.epoch ?? 0);
  const second = await Scene.open(store, { clock: scene.clock, settings });
  await second.post(cashout('a', 1));
  assert.equal((await second.alerts()).length, 1);
  await second.tocsin.close();
  await scene.tocsin.close();
});

test('a worker that lost its lease commits nothing and steps back', async () => {
  const { scene, store } = await begin();
  const epoch = (await scene.tocsin.status()).partitions[0]?.epoch ?? 0;
  await store.release(0, epoch);
  assert.ok(await store.lease(0, 'another', 60_000));
  await store.append(0, await entriesOf(store, scene), NOON);
  await scene.until(async () => (await scene.tocsin.status()).reason === 'standby');
  assert.deepEqual(await store.alerts(0, 10, {}), []);
  await assert.rejects(scene.post(probe('a', 5)), { code: 'not_ready' });
  await scene.tocsin.close();
});

/** A probe and a cash-out as another server would write them. */
async function entriesOf(_: MemoryStore, __: Scene) {
  const { eventsEntry } = await import('../../src/runtime/record.js');
  return [
    eventsEntry(
      'payments',
      [probe('a', 0), cashout('a', 1)].map((event) => JSON.stringify(event)),
      [],
    ),
  ];
}

test('repeats are counted and not appended', async () => {
  const { scene, store } = await begin();
  const first = await scene.post(probe('a', 0, { id: '1' }), probe('a', 1, { id: '2' }));
  assert.deepEqual([first.accepted, first.duplicates], [2, 0]);
  const { next } = await store.bounds(0);
  const second = await scene.post(
    probe('a', 0, { id: '1' }),
    probe('a', 3, { id: '3' }),
    probe('a', 3, { id: '3' }),
  );
  assert.deepEqual([second.accepted, second.duplicates], [1, 2]);
  assert.deepEqual(second.offsets, [{ partition: 0, first: next, last: next }]);
  const third = await scene.post(probe('a', 0, { id: '1' }));
  assert.deepEqual([third.accepted, third.duplicates, third.offsets], [0, 1, []]);
  const at4 = { json: probe('a', 4), id: 'source 7' };
  assert.equal((await scene.tocsin.ingest.post('payments', [at4])).accepted, 1);
  assert.equal((await scene.tocsin.ingest.post('payments', [at4])).duplicates, 1);
  await scene.tocsin.close();
});

test('an Idempotency-Key makes a request once, and belongs to one body', async () => {
  const { scene, store } = await begin();
  const options = { idempotencyKey: 'k', digest: 'one' };
  const events = [{ json: probe('a', 0) }, { json: probe('a', 1) }];
  assert.equal((await scene.tocsin.ingest.post('payments', events, options)).accepted, 2);
  const { next } = await store.bounds(0);
  const repeat = await scene.tocsin.ingest.post('payments', events, options);
  assert.deepEqual([repeat.accepted, repeat.duplicates], [0, 2]);
  await assert.rejects(
    scene.tocsin.ingest.post('payments', [{ json: probe('a', 2) }], { ...options, digest: 'two' }),
    { code: 'idempotency_key_reused' },
  );
  assert.equal((await store.bounds(0)).next, next);
  await scene.tocsin.close();
});

test('events that do not fit are refused with their place, the others are taken', async () => {
  const { scene, store } = await begin();
  const { next } = await store.bounds(0);
  const bad = [
    { card: 'a', amount: '12', at: at(0) },
    { amount: 1, at: at(0) },
    { card: 'a', at: at(3_600) },
  ];
  const posted = await scene.post(bad[0] ?? null, probe('a', 0), bad[1] ?? null, bad[2] ?? null);
  assert.deepEqual(
    posted.rejected.map(({ index, code }) => [index, code]),
    [
      [0, 'wrong_type'],
      [2, 'missing_value'],
      [3, 'too_far_ahead'],
    ],
  );
  assert.equal((await store.bounds(0)).next, next + 1);
  await assert.rejects(scene.post(...bad), (error: unknown) => {
    assert.ok(error instanceof RuntimeError);
    assert.equal(error.code, 'no_event_taken');
    assert.equal(error.detail.rejected?.length, 3);
    return true;
  });
  const events = [{ json: probe('a', 1) }, { json: bad[0] ?? null }];
  await assert.rejects(scene.tocsin.ingest.post('payments', events, { atomic: true }), {
    code: 'no_event_taken',
  });
  assert.equal((await store.bounds(0)).next, next + 1);
  await scene.tocsin.close();
});

test('too much on its way is overloaded, and fits again when it has landed', async () => {
  const { scene } = await begin();
  const settings = { inFlightBytes: 100, owner: 'small' };
  await scene.tocsin.close();
  const small = await Scene.open(new MemoryStore(), { settings });
  await small.tocsin.catalog.putStream('payments', { query: PAYMENTS });
  const posts = await Promise.allSettled(
    [1, 2, 3].map((n) => small.post(probe(`card ${n} with a long name`, n))),
  );
  assert.deepEqual(
    posts.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
  const [, second] = posts;
  assert.equal((second as PromiseRejectedResult).reason.code, 'overloaded');
  assert.equal((second as PromiseRejectedResult).reason.detail.retryAfter, 1_000);
  assert.equal((await small.post(probe('a', 4))).accepted, 1);
  // Who finds no room leaves no stream behind.
  const names = ['first', 'second', 'third'];
  const json = { text: 'a text that takes more than half of the room' };
  const strange = await Promise.allSettled(names.map((name) => small.tocsin.ingest.post(name, [{ json }])));
  const made = strange.map(({ status }) => status === 'fulfilled');
  assert.deepEqual(made, [true, false, false]);
  assert.deepEqual(
    names.map((name) => small.tocsin.catalog.stream(name) !== null),
    made,
  );
  assert.equal(small.tocsin.ingest.flight.bytes, 0);
  const done = small.tocsin.ingest.reserve(90);
  assert.throws(() => small.tocsin.ingest.reserve(20), { code: 'overloaded' });
  done();
  small.tocsin.ingest.reserve(20)();
  await small.tocsin.close();
});

test('a late row is counted and listed, and not matched', async () => {
  const { scene } = await begin();
  await scene.post(probe('a', 10), probe('b', 5), cashout('b', 11));
  assert.deepEqual(await scene.alerts(), []);
  const diagnosis = scene.tocsin.reader.diagnosis('testing');
  assert.equal(diagnosis.counts.late, 1);
  assert.deepEqual(diagnosis.late, [
    { stream: 'payments', offset: 3, time: NOON + 5_000, watermark: NOON + 10_000 },
  ]);
  const { streams } = scene.tocsin.reader.counters();
  assert.deepEqual(streams[0]?.late, 1);
  const { items } = await scene.tocsin.reader.events('payments', null, 10);
  assert.equal(items.length, 3, 'the log keeps it');
  await scene.tocsin.close();
});

test('a tick fires what waits on a silent stream', async () => {
  const { scene } = await begin({ quiet: QUIET });
  await scene.post(probe('a', 0));
  await scene.pass(59);
  assert.deepEqual(await scene.alerts(), []);
  await scene.pass(3);
  const [alert] = await scene.alerts();
  assert.equal(alert?.rule, 'quiet');
  assert.equal(alert?.window.end, at(60));
  await scene.tocsin.close();
});

test('a deadline that fell due while the server was down fires from the first tick', async () => {
  const { scene, store } = await begin({ quiet: QUIET });
  await scene.post(probe('a', 0));
  await scene.settled();
  await scene.tocsin.close();
  scene.clock.advance(3_600_000);
  const again = await Scene.open(store, { clock: scene.clock });
  await again.pass(1);
  assert.equal((await again.alerts()).length, 1);
  await again.tocsin.close();
});

test('a stream that replays history gets no ticks; a watermark closes it', async () => {
  const { scene } = await begin({ quiet: QUIET });
  await scene.post(probe('a', -86_400));
  await scene.pass(15);
  assert.deepEqual(await scene.alerts(), []);
  assert.deepEqual(await scene.tocsin.ingest.watermark('payments', NOON - 86_000_000), {
    ...{ stream: 'payments', watermark: NOON - 86_000_000 },
  });
  assert.equal((await scene.alerts()).length, 1);
  await assert.rejects(scene.tocsin.ingest.watermark('payments', NOON + 3_600_000), {
    code: 'too_far_ahead',
  });
  await scene.tocsin.close();
});

test('a rule is replaced between two events: it starts afresh, under its next version', async () => {
  const { scene } = await begin();
  await scene.post(probe('a', 0));
  const { catalog } = scene.tocsin;
  const replaced = await catalog.putRule('testing', {
    query: TESTING.replace('500', '400'),
    severity: 'high',
  });
  assert.deepEqual([replaced.created, replaced.changed, replaced.rule.version], [false, true, 2]);
  await scene.post(cashout('a', 1));
  assert.deepEqual(await scene.alerts(), []);
  await scene.post(probe('a', 2), cashout('a', 3));
  assert.deepEqual(
    (await scene.alerts()).map(({ rule_version }) => rule_version),
    [2],
  );
  const same = await catalog.putRule('testing', {
    query: `create rule testing with (severity = 'high') as ${TESTING.replace('500', '400').toLowerCase()} `,
  });
  assert.deepEqual([same.changed, same.rule.version, same.rule.etag], [false, 2, replaced.rule.etag]);
  const versions = await catalog.versions('testing', '', 10);
  assert.deepEqual(
    versions.map(({ version, change }) => [version, change]),
    [
      [1, 'put'],
      [2, 'put'],
    ],
  );
  assert.deepEqual(await catalog.versions('testing', versions[0]?.cursor ?? '', 10), versions.slice(1));
  await scene.tocsin.close();
});

test('a deleted rule that is made again is another one: other ids', async () => {
  const { scene } = await begin();
  const { catalog } = scene.tocsin;
  const before = catalog.rule('testing')?.incarnation;
  await catalog.deleteRule('testing');
  assert.equal(catalog.rule('testing'), null);
  await assert.rejects(catalog.deleteRule('testing'), { code: 'unknown_rule' });
  const { created, rule } = await catalog.putRule('testing', { query: TESTING });
  assert.deepEqual([created, rule.version], [true, 1]);
  assert.notEqual(rule.incarnation, before);
  assert.equal((await catalog.versions('testing', '', 10)).length, 3);
  await scene.tocsin.close();
});

test('a paused rule sees nothing, resumed it starts afresh', async () => {
  const { scene } = await begin();
  const { catalog } = scene.tocsin;
  await scene.post(probe('a', 0));
  assert.equal((await catalog.pause('testing')).enabled, false);
  await scene.post(cashout('a', 1), probe('b', 2));
  assert.equal((await catalog.resume('testing')).enabled, true);
  await scene.post(cashout('b', 3));
  assert.deepEqual(await scene.alerts(), []);
  await scene.post(probe('c', 4), cashout('c', 5));
  assert.equal((await scene.alerts()).length, 1);
  await scene.tocsin.close();
});

test('equal alerts are suppressed for a while of event time', async () => {
  const { scene } = await begin({});
  const suppress = { by: ['card'], for: '1 MINUTE' };
  await scene.tocsin.catalog.putRule('testing', { query: TESTING, suppress });
  for (const seconds of [0, 30, 70]) await scene.post(probe('a', seconds), cashout('a', seconds + 1));
  assert.deepEqual(
    (await scene.alerts()).map(({ window }) => window.end),
    [at(1), at(71)],
  );
  assert.equal(scene.tocsin.reader.diagnosis('testing').counts.suppressed, 1);
  await scene.tocsin.close();
});

test('the clock stepping back loses nothing: stamps never go back', async () => {
  const { scene } = await begin();
  await scene.post(probe('a', 0));
  scene.clock.advance(-3_600_000);
  await assert.rejects(scene.post(cashout('a', 1)), { code: 'no_event_taken' });
  scene.clock.advance(3_599_000);
  await scene.post(cashout('a', 1));
  const [alert] = await scene.alerts();
  assert.ok(alert);
  assert.equal((await scene.tocsin.reader.alert(alert.id)).timestamp, NOON);
  await scene.tocsin.close();
});

test('a stopped server refuses requests and says that it is stopping', async () => {
  const { scene } = await begin();
  await scene.tocsin.close();
  await assert.rejects(scene.post(probe('a', 0)), { code: 'not_ready' });
  assert.deepEqual((await scene.tocsin.status()).reason, 'stopping');
});
