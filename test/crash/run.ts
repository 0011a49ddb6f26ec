import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskStore } from '../../src/store/disk/store.js';
import { RedisStore } from '../../src/store/redis/store.js';
import type { Store } from '../../src/store/store.js';
import { Random } from '../http/fuzz/random.js';
import { startRedis } from '../support/redis_server.js';
import { type Remains, remainsOf, replayed } from './remains.js';
import { type Outcome, runScenario, type ScenarioOptions } from './scenario.js';
import { judge, type Verdict } from './verdict.js';
import { workloadOf } from './workload.js';

export interface CrashOptions {
  readonly store: 'disk' | 'redis';
  readonly kills: number;
  readonly events: number;
  readonly seed: number;
  readonly onProgress?: (text: string) => void;
}

export interface CrashReport extends Verdict {
  readonly outcome: Outcome;
  readonly alerts: number;
  /** All of it in one line. */
  readonly line: string;
}

/** Where the data of one run is, and how to look into it afterwards. */
interface Place {
  readonly args: readonly string[];
  open(): Promise<Store>;
  remove(): Promise<void>;
}

/**
 * Posts a workload to a server that is killed so many times, and judges what came of it by two oracles: a replay of the log
 * that is left, and a run that nobody disturbed, on the other hand with larger posts.
 */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const { store, kills, events, seed, onProgress = () => {} } = options;
  const began = performance.now();
  const workload = workloadOf(events, seed);
  const random = new Random(seed);
  const run = async (place: Place, more: Pick<ScenarioOptions, 'kills' | 'batch' | 'isFlaky'>) => {
    try {
      const outcome = await runScenario({ ...{ args: place.args, workload, random, onProgress }, ...more });
      return { outcome, remains: await look(place) };
    } finally {
      await place.remove();
    }
  };
  const disturbed = await run(await placeOf(store), { kills, batch: 20, isFlaky: true });
  onProgress('the same without kills');
  const undisturbed = await run(await onDisk(), { kills: 0, batch: 100, isFlaky: false });
  onProgress('a replay of the log');
  const { outcome, remains } = disturbed;
  const replay = await replayed(remains.log, random.pick([1, 10_000, 1_000_000]));
  const verdict = judge({ events, outcome, remains, replay, undisturbed: undisturbed.remains.alerts });
  const { lost, invented, renamed } = verdict;
  const { working, stopping, starting } = outcome.kills;
  const alerts = remains.alerts.length;
  const line = [
    `crash: ${store}, ${working + stopping + starting} kills (${stopping} while stopping, ${starting} while starting)`,
    `${events} events, ${outcome.repeats} requests repeated, ${alerts} alerts, ${outcome.received.length} webhooks`,
    `lost ${lost.length}, invented ${invented.length}, renamed ${renamed.length}`,
    `seed ${seed}, ${Math.round((performance.now() - began) / 1_000)} s`,
  ].join('; ');
  return { ...verdict, outcome, alerts, line };
}

async function look(place: Place): Promise<Remains> {
  const store = await place.open();
  try {
    return await remainsOf(store);
  } finally {
    await store.close();
  }
}

function placeOf(store: CrashOptions['store']): Promise<Place> {
  return store === 'disk' ? onDisk() : onRedis();
}

async function onDisk(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-crash-'));
  return {
    args: ['--data', directory],
    open: () => DiskStore.open(directory),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A Redis of its own, which syncs each write. */
async function onRedis(): Promise<Place> {
  const redis = await startRedis();
  return {
    args: ['--redis', redis.url],
    open: () => RedisStore.open(redis.url),
    remove: () => redis.stop(),
  };
}
