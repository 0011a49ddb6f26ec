import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launchServer, startServer } from '../e2e/server_process.js';
import { Random } from '../http/fuzz/random.js';
import { spoil } from '../store/damage/spoil.js';
import { Producer } from './producer.js';
import { workloadOf } from './workload.js';

export interface DamagedStartsOptions {
  readonly starts: number;
  readonly seed: number;
  readonly onProgress?: (text: string) => void;
}

export interface DamagedStartsReport {
  /** How often a server began as ever, ended with a report, or said that it cannot work and why. */
  readonly ready: number;
  readonly ended: number;
  readonly waiting: number;
  readonly wrong: readonly string[];
  readonly line: string;
}

const EVENTS = 400;
/** `tocsin serve` ends with this when it cannot start. */
const FAILURE = 3;
const REPORT = /restore (the|its) directory from a backup/;
const STARTED_WITHIN = 60_000;

/** Starts the built server on data that it left itself and that was damaged since, again and again, and looks what it says. */
export async function runDamagedStarts(options: DamagedStartsOptions): Promise<DamagedStartsReport> {
  const { starts, seed, onProgress = () => {} } = options;
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-damaged-'));
  try {
    const whole = await makeData(join(folder, 'whole'), seed);
    const counts = { ready: 0, ended: 0, waiting: 0 };
    const wrong: string[] = [];
    for (let number = 0; number < starts; number++) {
      const { file, how } = spoil(whole, new Random(seed + number));
      const data = join(folder, `damaged-${number}`);
      await cp(join(folder, 'whole'), data, { recursive: true, filter: (name) => !name.includes('lock') });
      await writeFile(join(data, 'data.mdb'), file);
      const found = await start(data);
      if (found in counts) counts[found as keyof typeof counts]++;
      else wrong.push(`${how}: ${found}`);
      await rm(data, { recursive: true });
      onProgress(`${number + 1} starts, ${wrong.length} wrong: ${how}: ${found}`);
    }
    const { ready, ended, waiting } = counts;
    const line = [
      `damaged starts: ${starts} starts, ${ready} as ever, ${ended} ended with a report, ${waiting} up and not ready, with one`,
      `${wrong.length} without a word`,
      `seed ${seed}, ${Math.round((performance.now() - began) / 1_000)} s`,
    ].join('; ');
    return { ...counts, wrong, line };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What becomes of a server: `ready`, `ended` or `waiting`, the last two with a report; else what it did, in words. */
async function start(data: string): Promise<string> {
  const { child, logged, ready } = launchServer(['--data', data]);
  const ended = once(child, 'close');
  // With the exit code and what it wrote.
  const failure = ready.then(
    () => '',
    (error: Error) => error.message,
  );
  try {
    const deadline = Date.now() + STARTED_WITHIN;
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      if (logged.some((line) => typeof line['url'] === 'string')) return 'ready';
      if (logged.some((line) => REPORT.test(String(line['msg'])))) return 'waiting';
      await wait(5);
    }
    if (child.exitCode === FAILURE && REPORT.test(await failure)) return 'ended';
    return `${child.signalCode ?? child.exitCode ?? 'no word in time'}: ${JSON.stringify(logged.at(-1))}`;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** Leaves a server's data in a directory, and gives its file without the room ahead. */
async function makeData(directory: string, seed: number): Promise<Buffer> {
  const { events, changes } = workloadOf(EVENTS, seed);
  const server = await startServer(['--data', directory]);
  const producer = new Producer(() => server.url);
  for (const change of changes) {
    // No rule may notify a destination that is not there.
    const body = typeof change.body === 'string' ? change.body.replace(", notify = 'desk'", '') : change.body;
    await producer.change({ ...change, ...(body === undefined ? {} : { body }) });
    if (change.path.endsWith('/large') && change.at === 0) await producer.post(events, 20);
  }
  const code = await server.stop();
  if (code !== 0) throw new Error(`the server ended with ${code}`);
  const path = join(directory, 'data.mdb');
  const file = await readFile(path);
  let end = file.length;
  while (end > 0 && file[end - 1] === 0) end--;
  end = Math.ceil(end / 4_096) * 4_096;
  await truncate(path, end);
  return file.subarray(0, end);
}
