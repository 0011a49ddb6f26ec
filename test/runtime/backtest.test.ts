import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { JsonValue } from '../../src/event/json.js';
import { formatTimestamp } from '../../src/event/timestamp.js';
import type { Backtest, BacktestRequest } from '../../src/runtime/backtest.js';
import { watermarkEntry } from '../../src/runtime/record.js';
import { MemoryStore } from '../../src/store/memory.js';
import { ManualClock } from './manual_clock.js';
import { at, cashout, NOON, PAYMENTS, probe, QUIET, Scene, TESTING } from './scene.js';

const ALWAYS = new AbortController().signal;

/** Rules of every kind, by name. */
const RULES: Readonly<Record<string, string>> = {
  testing: TESTING,
  quiet: QUIET,
  row: 'SELECT card, amount FROM payments WHERE amount > 500',
  greedy: `SELECT b.card, COUNT(b.*) AS n FROM payments MATCH_RECOGNIZE (
    PARTITION BY card PATTERN (a b+) WITHIN INTERVAL '20' SECOND DEFINE a AS amount < 2, b AS amount > 500)`,
  overlapping: `SELECT a.card, b.amount FROM payments MATCH_RECOGNIZE (
    PARTITION BY card AFTER MATCH SKIP TO NEXT ROW
    PATTERN (a -> b) WITHIN INTERVAL '30' SECOND DEFINE a AS amount < 2, b AS amount > a.amount)`,
  earliest: `SELECT FIRST(a.card) AS card FROM payments MATCH_RECOGNIZE (
    PATTERN ((a ->){2,} b) WITHIN INTERVAL '1' MINUTE EMIT EARLIEST DEFINE a AS amount < 2, b AS amount > 500)`,
  sparse: `CREATE RULE sparse WITH (suppress_by = 'card', suppress_for = '30 SECONDS')
    AS SELECT card FROM payments WHERE amount < 2`,
  several: `SELECT p.card FROM payments AS p, notes MATCH_RECOGNIZE (
    PATTERN (a -> n) WITHIN INTERVAL '1' MINUTE DEFINE a AS payments WHERE amount < 2, n AS notes)`,
};

/** Numbers from 0 to 1, the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const DELAYED = PAYMENTS.replace('WATERMARK FOR at AS at', "WATERMARK FOR at AS at - INTERVAL '3' SECOND");

/** A server whose rules have seen `count` payments and notes in some disorder, some of them late. */
async function busy(seed: number, count: number): Promise<{ scene: Scene; store: MemoryStore }> {
  const store = new MemoryStore();
  const scene = await Scene.open(store, { clock: new ManualClock(NOON + 3_600_000) });
  after(() => scene.tocsin.close());
  const { catalog, ingest } = scene.tocsin;
  await catalog.putStream('payments', { query: DELAYED });
  await catalog.putStream('notes', {
    query: 'CREATE STREAM notes (text VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at)',
  });
  for (const [name, query] of Object.entries(RULES)) await catalog.putRule(name, { query });
  const random = numbers(seed);
  for (let index = 0; index < count; index++) {
    const seconds = index + Math.floor(random() * 8) - 4;
    const card = 'abc'[Math.floor(random() * 3)] ?? 'a';
    const amount = random() < 0.5 ? 1 : 900 + index;
    const event: JsonValue = { card, amount, at: at(seconds), id: `${index}` };
    await ingest.post('payments', [{ json: event }]);
    if (random() < 0.1) await ingest.post('notes', [{ json: { text: 'n', at: at(index) } }]);
    if (random() < 0.02) await ingest.watermark('payments', NOON + (index - 2) * 1_000);
  }
  await scene.settled();
  return { scene, store };
}

function run(scene: Scene, query: string, more: Partial<BacktestRequest> = {}): Promise<Backtest> {
  const request = { query, from: null, to: null, limit: 1_000, ...more };
  return scene.tocsin.backtests.run(request, ALWAYS);
}

const bodies = ({ found }: Backtest): string[] =>
  found.filter(({ fires }) => fires).map(({ alert }) => new TextDecoder().decode(alert.body));

async function liveBodies(scene: Scene, rule: string): Promise<string[]> {
  return (await scene.tocsin.reader.alerts(0, 10_000, { rule })).map(({ body }) => JSON.stringify(body));
}

for (const seed of [1, 2, 3]) {
  test(`seed ${seed}: a rule's backtest over the whole log is what it alerted live, byte for byte`, async () => {
    const { scene } = await busy(seed, 300);
    let alerts = 0;
    for (const [name, query] of Object.entries(RULES)) {
      const live = await liveBodies(scene, name);
      const tested = await run(scene, query, { name });
      assert.deepEqual(bodies(tested), live, name);
      assert.equal(tested.cut, null);
      const { counts } = scene.tocsin.reader.diagnosis(name);
      assert.equal(tested.suppressed, counts.suppressed, name);
      assert.equal(tested.late, counts.late, name);
      assert.equal(tested.counts.partialMatches, counts.partialMatches, name);
      alerts += live.length;
    }
    assert.ok(alerts > 300, `${alerts} alerts say something`);
    const { late } = await run(scene, RULES['row'] ?? '');
    assert.ok(late > 0);
  });

  test(`seed ${seed}: the log cut in three by event time gives the whole: nothing twice, nothing missed`, async () => {
    const { scene } = await busy(seed, 300);
    const random = numbers(seed);
    for (const [name, query] of Object.entries(RULES)) {
      const whole = await run(scene, query, { name });
      for (let round = 0; round < 4; round++) {
        // At the times of events, and between them.
        const step = round % 2 === 0 ? 1_000 : 1;
        const place = () => (1 + Math.floor((random() * 150_000) / step)) * step;
        const one = NOON + place();
        const two = one + place();
        const parts = [
          await run(scene, query, { name, to: one - 1 }),
          await run(scene, query, { name, from: one, to: two - 1 }),
          await run(scene, query, { name, from: two }),
        ];
        assert.deepEqual(parts.flatMap(bodies), bodies(whole), `${name} at ${one} and ${two}`);
        assert.equal(
          parts.reduce((sum, { suppressed }) => sum + suppressed, 0),
          whole.suppressed,
        );
      }
    }
  });
}

async function open(...events: JsonValue[]): Promise<{ scene: Scene; store: MemoryStore }> {
  const store = new MemoryStore();
  const scene = await Scene.open(store, { clock: new ManualClock(NOON + 3_600_000) });
  after(() => scene.tocsin.close());
  await scene.tocsin.catalog.putStream('payments', { query: PAYMENTS });
  if (events.length > 0) await scene.post(...events);
  return { scene, store };
}

const rowsOf = ({ found }: Backtest) =>
  found.map(({ alert }) => {
    const { data } = JSON.parse(new TextDecoder().decode(alert.body)) as { data: { row: unknown } };
    return data.row;
  });

test('from and to are both inclusive: what a row at that very time made final is in', async () => {
  const { scene } = await open(
    probe('a', 0),
    cashout('a', 10),
    probe('a', 20),
    cashout('a', 30),
    probe('a', 40),
  );
  const count = async (from: number | null, to: number | null): Promise<number> => {
    const time = (seconds: number | null) => (seconds === null ? null : NOON + seconds * 1_000);
    return (await run(scene, TESTING, { from: time(from), to: time(to) })).progress.matches;
  };
  assert.deepEqual(
    [
      ...[await count(null, null), await count(10, 30), await count(10.001, 30), await count(10, 29.999)],
      ...[await count(10, 10), await count(11, 29), await count(null, 10), await count(40, null)],
    ],
    [2, 2, 1, 1, 1, 0, 1, 0],
  );
  await assert.rejects(run(scene, TESTING, { from: NOON, to: NOON - 1 }), { code: 'bad_option' });
});

test('a match that began before from is found: the state there is made by replay', async () => {
  const { scene } = await open(probe('a', 0), cashout('a', 100), probe('b', 110));
  const tested = await run(scene, TESTING, { from: NOON + 50_000 });
  assert.deepEqual(rowsOf(tested), [{ card: 'a', amount: 900 }]);
  assert.equal(tested.progress.events, 3);
});

test('it stops at the watermark at to, and says what is open and what waits', async () => {
  const { scene } = await open(
    probe('a', 0),
    probe('b', 5),
    cashout('b', 6),
    probe('c', 7),
    cashout('a', 100),
  );
  const tested = await run(scene, TESTING, { to: NOON + 50_000 });
  assert.equal(tested.watermark, NOON + 50_000);
  assert.deepEqual(rowsOf(tested), [{ card: 'b', amount: 900 }]);
  const shown = tested.open.listed.map(({ key, start, deadline, isHeld, events }) => [
    ...[key, start.time - NOON, deadline === null ? null : deadline - NOON, isHeld],
    events.map(({ variable, row }) => [variable, row.offset]),
  ]);
  assert.deepEqual(shown, [
    [{ card: 'a' }, 0, 600_000, false, [['probe', 1]]],
    [{ card: 'c' }, 7_000, 607_000, false, [['probe', 4]]],
  ]);
  assert.equal(tested.open.count, 2);
  assert.equal(tested.waiting, 0);
  assert.equal((await run(scene, TESTING, { to: NOON + 50_000, limit: 1 })).open.listed.length, 1);

  const delayed = DELAYED.replace("'3' SECOND", "'1' MINUTE");
  await scene.tocsin.catalog.putStream('payments', { query: delayed });
  const waiting = await run(scene, TESTING);
  assert.deepEqual([waiting.waiting, waiting.watermark], [1, NOON + 40_000], 'with the stream as it is now');
});

test('more matches than the limit are counted, not listed', async () => {
  const { scene } = await open(...Array.from({ length: 30 }, (_, index) => cashout('a', index)));
  const tested = await run(scene, RULES['row'] ?? '', { limit: 7 });
  assert.deepEqual([tested.found.length, tested.progress.matches], [7, 30]);
});

test('empty matches come out, marked as what makes no alert', async () => {
  const { scene } = await open(probe('a', 0), cashout('a', 1), probe('a', 2));
  const query = `SELECT COUNT(a.*) AS n FROM payments MATCH_RECOGNIZE (
    PARTITION BY card PATTERN (a?) DEFINE a AS amount > 500)`;
  const tested = await run(scene, query);
  assert.deepEqual(
    tested.found.map(({ kind, fires }) => [kind, fires]),
    [
      ['empty', false],
      ['match', true],
      ['empty', false],
    ],
  );
});

test('where the log before from is gone, it is refused; later, and without from, it is not', async () => {
  const { scene, store } = await open(probe('old', 0));
  await scene.post(probe('a', 1_000));
  await scene.post(cashout('a', 1_100), cashout('old', 1_100));
  await scene.settled();
  await store.trim(0, 2, 0);
  assert.equal((await store.bounds(0)).first, 2);
  const from = (seconds: number) => run(scene, TESTING, { from: NOON + seconds * 1_000 });
  // WITHIN is ten minutes: what is kept begins at 1,000 seconds.
  await assert.rejects(from(1_050), { code: 'trimmed' });
  await assert.rejects(from(1_599), { code: 'trimmed' });
  assert.equal((await from(1_600)).progress.matches, 0);
  const row = RULES['row'] ?? '';
  assert.equal((await run(scene, row, { from: NOON + 1_050_000 })).progress.matches, 2);
  const unbounded = TESTING.replace(/WITHIN INTERVAL '10' MINUTE/, '');
  await assert.rejects(
    run(scene, unbounded, { from: NOON + 86_400_000 * 30 }).then(() =>
      run(scene, unbounded, { from: NOON + 1_100_000 }),
    ),
    {
      code: 'trimmed',
    },
  );
  assert.deepEqual(rowsOf(await run(scene, TESTING)), [{ card: 'a', amount: 900 }]);
});

test('events of a stream that was deleted are those of another', async () => {
  const { scene } = await open(cashout('a', 0), probe('a', 1));
  const { catalog } = scene.tocsin;
  await scene.settled();
  await catalog.deleteStream('payments');
  await catalog.putStream('payments', { query: PAYMENTS });
  await scene.post(cashout('a', 2), probe('a', 3));
  const tested = await run(scene, RULES['row'] ?? '');
  assert.deepEqual([tested.progress.matches, tested.progress.events], [1, 2]);
  assert.equal((await run(scene, TESTING)).progress.matches, 0);
});

test('a tick that an event overtook is void, as it is live; another is not', async () => {
  const { scene, store } = await open(probe('a', 0), probe('b', 1));
  await scene.tocsin.catalog.putRule('quiet', { query: QUIET });
  await scene.post(probe('c', 2));
  await scene.settled();
  const tick = (seconds: number, seen: number) =>
    store.append(
      0,
      [watermarkEntry({ stream: 'payments', watermark: NOON + seconds * 1_000, seen })],
      NOON + 3_600_000,
    );
  await tick(600, 2);
  assert.equal((await run(scene, QUIET)).progress.matches, 0);
  assert.deepEqual(await scene.alerts(), []);
  await tick(62, 4);
  assert.equal((await run(scene, QUIET)).progress.matches, 2);
  await tick(63, 4);
  assert.equal((await run(scene, QUIET)).progress.matches, 3);
  assert.equal((await scene.alerts()).length, 1, 'the rule saw one of the three');
});

test('an event that does not fit the declaration any more is counted', async () => {
  const { scene } = await open(cashout('a', 0));
  await scene.settled();
  await scene.tocsin.ingest.post('loose', [
    { json: { x: 'text', at: at(1) } },
    { json: { x: 5, at: at(2) } },
  ]);
  await scene.settled();
  const query = 'CREATE STREAM loose (x BIGINT, at TIMESTAMP, WATERMARK FOR at AS at)';
  await scene.tocsin.catalog.putStream('loose', { query });
  const tested = await run(scene, 'SELECT x FROM loose');
  assert.deepEqual([tested.progress.events, tested.undecodable, rowsOf(tested)], [2, 1, [{ x: 5 }]]);
});

test('what is wrong with the rule is said as when it is registered', async () => {
  const { scene } = await open();
  await assert.rejects(run(scene, 'SELECT amuont FROM payments'), { code: 'invalid_rule' });
  await assert.rejects(run(scene, `CREATE RULE a AS ${RULES['row']}`, { name: 'b' }), {
    code: 'name_mismatch',
  });
  const none = await run(scene, 'SELECT x FROM nobody');
  assert.deepEqual([none.progress.events, none.warnings.map(({ code }) => code).length > 0], [0, true]);
  assert.equal(scene.tocsin.catalog.stream('nobody'), null, 'nothing is stored');
});

test('an id is that of the alert only for the rule that is registered', async () => {
  const { scene } = await open(cashout('a', 0));
  const query = RULES['row'] ?? '';
  const idOf = async (name: string, text = query) => (await run(scene, text, { name })).found[0]?.alert.id;
  const before = await idOf('row');
  await scene.tocsin.catalog.putRule('row', { query });
  assert.notEqual(await idOf('row'), before);
  assert.equal(await idOf('other'), before);
  assert.equal(await idOf('row', query.replace('500', '400')), before);
});

test('bounded: in time, in number, and by those who asked for it', async () => {
  const store = new MemoryStore();
  const settings = { backtests: 1, backtestTimeout: 0 };
  const scene = await Scene.open(store, { clock: new ManualClock(NOON), settings });
  after(() => scene.tocsin.close());
  await scene.tocsin.catalog.putStream('payments', { query: PAYMENTS });
  for (let index = 0; index < 20; index++) await scene.post(cashout('a', index));
  const query = RULES['row'] ?? '';
  const cut = await run(scene, query);
  const { scene: other } = await open(
    ...Array.from({ length: 20_000 }, (_, index) => cashout('a', index / 10)),
  );
  assert.equal(cut.cut, 'time');
  assert.ok(cut.progress.position < cut.progress.next);
  const gone = new AbortController();
  const unwanted = other.tocsin.backtests.run({ query, from: null, to: null, limit: 1 }, gone.signal);
  gone.abort();
  await assert.rejects(unwanted, { code: 'not_ready' });
  const both = await Promise.allSettled([run(scene, query), run(scene, query)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  assert.equal((both[1] as PromiseRejectedResult).reason.code, 'overloaded');
  assert.equal(scene.tocsin.backtests.running, 0);
  await scene.tocsin.close();
  await assert.rejects(run(scene, query), { code: 'not_ready' });
});

test('times in what it answers are those of the log', async () => {
  const { scene } = await open(cashout('a', 0));
  const [found] = (await run(scene, RULES['row'] ?? '')).found;
  const body = JSON.parse(new TextDecoder().decode(found?.alert.body)) as { timestamp: string };
  assert.equal(body.timestamp, formatTimestamp(NOON + 3_600_000));
});
