import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Engine } from '../src/engine/engine.js';
import type { Row as Event } from '../src/event/row.js';
import { Tocsin } from '../src/runtime/server.js';
import type { Settings } from '../src/runtime/settings.js';
import { DiskStore } from '../src/store/disk/store.js';
import { figureOf, type Line, shown } from './line.js';
import { schemaOf, Template } from './plan.js';
import { heldBy, liveBytes } from './rounds.js';
import type { Row } from './row.js';
import { dataFolder } from './server.js';

const STREAM = `CREATE STREAM logins (
  account VARCHAR NOT NULL, outcome VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at
) WITH (key = 'account', max_ahead = '100000 DAYS')`;
const WINDOW = 600_000;
const RULE = `SELECT fail.account, ok.at AS at FROM logins MATCH_RECOGNIZE (
  PARTITION BY account
  PATTERN (fail -> ok) WITHIN INTERVAL '${WINDOW / 1_000}' SECOND
  DEFINE fail AS outcome = 'fail', ok AS outcome = 'ok')`;
/** 2026-01-01T00:00:00Z in milliseconds. */
const START = 1_767_225_600_000;
const MOST_BYTES = 600;
const MOST_STOP = 50;
const SLICES = 10;
const BATCH = 1_000;

export const keys: Row = {
  title: 'live keys: a partial match each',
  async *measure({ quick, say }) {
    const count = quick ? 50_000 : 1_000_000;
    say(`${shown(count)} keys in the engine`);
    yield* inEngine(count);
    yield* withCheckpoints(count, say);
  },
};

function* inEngine(count: number): Generator<Line> {
  const schema = schemaOf(STREAM);
  // A partial match may count as several threads, of which the default limit is a million.
  const limits = { keysPerRule: 10_000_000, partialMatchesPerRule: 10_000_000 };
  const engine = new Engine({ mode: 'stream', limits });
  engine.putStream(schema);
  engine.addRule(new Template(RULE, schema).plan('logins'));
  const before = liveBytes();
  const began = performance.now();
  for (let i = 0; i < count; i++) engine.append(login(i, `account-${i}`, 'fail', START));
  const took = performance.now() - began;
  const held = heldBy(engine, before);
  const perKey = figureOf([held / count]);
  const { keys, dropped } = engine.counts('logins')!;
  yield {
    work: `${shown(count)} keys, memory of the engine a key`,
    figure: perKey,
    unit: 'bytes',
    reference: null,
    memory: held,
    proof: `${shown(keys)} keys held, ${shown(dropped)} dropped; taken at ${shown((count / took) * 1_000)} events/s`,
    goal: {
      text: `at most ${MOST_BYTES}`,
      isMet: perKey.median <= MOST_BYTES && keys === count && dropped === 0,
    },
  };
  // One other account goes on: a window later nothing of the others is left.
  for (let i = 0; i <= 1_000; i++)
    engine.append(login(count + i, 'other', 'ok', START + i * (WINDOW / 1_000)));
  const closing = performance.now();
  engine.append(login(count + 1_001, 'other', 'ok', START + WINDOW + 1));
  const closed = performance.now() - closing;
  const left = figureOf([Math.max(0, heldBy(engine, before)) / count]);
  const still = engine.counts('logins')?.keys ?? 0;
  yield {
    work: `${shown(count)} keys, a window later`,
    figure: left,
    unit: 'bytes',
    reference: null,
    memory: null,
    proof: `${shown(still)} keys held; all that ended together took ${shown(closed)} ms`,
    goal: { text: 'no key', isMet: still === 0 },
  };
}

function login(offset: number, account: string, outcome: string, at: number): Event {
  return { stream: 'logins', offset, time: at, arrival: at, values: { account, outcome, at } };
}

/** The longest that the loop stands still while the keys come in and checkpoints are written, a tenth of the keys at a time. */
async function* withCheckpoints(count: number, say: (progress: string) => void): AsyncGenerator<Line> {
  say(`${shown(count)} keys in a server without checkpoints`);
  const without = await stopsOf(count, {
    ...{ snapshotEvents: Number.POSITIVE_INFINITY, snapshotKeys: Number.POSITIVE_INFINITY },
    snapshotInterval: Number.POSITIVE_INFINITY,
  });
  say(`${shown(count)} keys in a server with checkpoints`);
  const own = await stopsOf(count, {});
  const figure = figureOf(own.stops);
  yield {
    work: `${shown(count)} keys come in, longest stop of the loop without checkpoints`,
    figure: figureOf(without.stops),
    unit: 'ms',
    ...{ reference: null, memory: without.memory, goal: null },
    proof: told(without),
  };
  yield {
    work: `${shown(count)} keys come in, longest stop of the loop with checkpoints`,
    figure,
    unit: 'ms',
    reference: { name: 'without', median: figureOf(without.stops).median },
    memory: own.memory,
    proof: told(own),
    goal: { text: `none longer than ${MOST_STOP}`, isMet: figure.max <= MOST_STOP && own.dropped === 0 },
  };
}

function told({ checkpoints, keys, dropped }: Awaited<ReturnType<typeof stopsOf>>): string {
  return `${checkpoints} checkpoints, ${shown(keys)} keys held, ${shown(dropped)} partial matches dropped at the rule's limit`;
}

async function stopsOf(count: number, settings: Partial<Settings>) {
  const folder = dataFolder();
  const store = await DiskStore.open(folder.path);
  const tocsin = await Tocsin.open({ store, settings });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const stops: number[] = [];
  const positions = new Set<number>();
  try {
    await tocsin.ready(10_000);
    await tocsin.catalog.putStream('logins', { query: STREAM });
    await tocsin.catalog.putRule('logins', { query: RULE });
    loop.enable();
    for (let slice = 0; slice < SLICES; slice++) {
      loop.reset();
      for (let first = 0; first < count / SLICES; first += BATCH) {
        await post(tocsin, (slice * count) / SLICES + first);
        const { state } = await store.checkpoint(0);
        if (state !== null) positions.add(state);
      }
      while (tocsin.reader.counters().lag > 0) await wait(5);
      stops.push(loop.max / 1e6);
    }
    const { keys, dropped } = tocsin.reader.diagnosis('logins').counts;
    const memory = process.memoryUsage().rss;
    return { stops, memory, checkpoints: positions.size, keys, dropped };
  } finally {
    loop.disable();
    await tocsin.close();
    await store.close();
    folder.remove();
  }
}

/** Failed logins of the accounts from `first` on. */
async function post(tocsin: Tocsin, first: number): Promise<void> {
  const events = Array.from({ length: BATCH }, (_, i) => ({
    json: { account: `account-${first + i}`, outcome: 'fail', at: START },
  }));
  await tocsin.ingest.post('logins', events);
}
