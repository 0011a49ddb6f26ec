import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Conduct, startReceiver } from '../e2e/receiver.js';
import type { Random } from '../http/fuzz/random.js';
import { type Ending, Keeper } from './keeper.js';
import { Producer } from './producer.js';
import type { Workload } from './workload.js';

export interface ScenarioOptions {
  /** Arguments of `tocsin serve` that say where the data is. */
  readonly args: readonly string[];
  readonly workload: Workload;
  readonly random: Random;
  readonly kills: number;
  /** Events a post. */
  readonly batch: number;
  /** Whether the receiver fails part of the time. */
  readonly isFlaky: boolean;
  readonly onProgress: (text: string) => void;
}

/** What was seen from outside. */
export interface Outcome {
  readonly kills: Readonly<Record<Ending, number>>;
  /** Requests that were repeated. */
  readonly repeats: number;
  /** The ids of the webhooks that came and verified, in order; repeats too. */
  readonly received: readonly string[];
  /** What must not be: errors in the log, forged webhooks, exit codes. */
  readonly troubles: readonly string[];
}

/** One kill: when so many events are acknowledged, a moment later. */
interface Plan {
  readonly at: number;
  readonly ending: Ending;
  /** Milliseconds. */
  readonly delay: number;
}

// Waits between attempts are short, as a whole run takes seconds; enough of them that no delivery dies.
const SCHEDULE = ['50 MILLISECONDS', ...Array.from({ length: 28 }, () => '200 MILLISECONDS')];
const DRAINED_WITHIN = 300_000;

/** Runs a workload through the built server, which is killed so many times, until all of it is matched and delivered. */
export async function runScenario(options: ScenarioOptions): Promise<Outcome> {
  const { workload, random, batch, onProgress } = options;
  const keeper = new Keeper(options.args, random);
  const producer = new Producer(() => keeper.url);
  const receiver = await startReceiver(() => (options.isFlaky ? conduct(random) : 'takes'));
  try {
    await keeper.start();
    receiver.secret = `whsec_${randomBytes(24).toString('base64')}`;
    const plans = plansOf(options);
    const killing = async (): Promise<void> => {
      for (const { at, ending, delay } of plans) {
        while (producer.acknowledged < at) {
          if (producer.isStopped) return;
          await wait(1);
        }
        await wait(delay);
        await keeper.replace(ending);
        onProgress(`${keeper.killed} kills, ${producer.acknowledged} events`);
      }
    };
    const desk = { type: 'webhook', url: receiver.url, secret: receiver.secret };
    await Promise.all([
      produce(producer, workload, batch, { ...desk, retry: { schedule: SCHEDULE } }),
      killing(),
    ]);
    await drained(producer);
    const code = await keeper.stop();
    const troubles = [
      ...keeper.errors.map((line) => `logged: ${JSON.stringify(line)}`),
      ...receiver.forged.map((text) => `forged: ${text}`),
      ...(code === 0 ? [] : [`the last server ended with ${code}`]),
    ];
    const received = receiver.received.map(({ id }) => id);
    return { kills: keeper.kills, repeats: producer.repeats, received, troubles };
  } finally {
    producer.isStopped = true;
    keeper.abandon();
    receiver.close();
  }
}

async function produce(
  producer: Producer,
  { events, changes, end }: Workload,
  batch: number,
  desk: object,
): Promise<void> {
  await producer.change({
    at: 0,
    method: 'PUT',
    path: '/v1/destinations/desk',
    body: desk,
    done: [200, 201],
  });
  let posted = 0;
  for (const change of changes) {
    await producer.post(events.slice(posted, change.at), batch);
    posted = change.at;
    await producer.change(change);
  }
  await producer.post(events.slice(posted), batch);
  for (const stream of ['payments', 'logins']) {
    const path = `/v1/streams/${stream}/watermark`;
    await producer.change({ at: events.length, method: 'POST', path, body: { time: end }, done: [202] });
  }
}

/** Everything is matched, and every delivery delivered. */
async function drained(producer: Producer): Promise<void> {
  // A change is answered when all that lies before it in the log is committed.
  await producer.change({ at: 0, method: 'POST', path: '/v1/rules/quiet/pause', done: [200] });
  const deadline = Date.now() + DRAINED_WITHIN;
  for (const state of ['pending', 'retrying']) {
    for (;;) {
      const path = `/v1/deliveries?limit=1&state=${state}`;
      const { body } = await producer.insist({ method: 'GET', path }, [200]);
      if ((body['items'] as readonly unknown[]).length === 0) break;
      if (Date.now() > deadline) throw new Error(`deliveries are ${state}: ${JSON.stringify(body)}`);
      await wait(20);
    }
  }
}

/** Half of the kills come at random events, the others with the changes. */
function plansOf({ workload: { events, changes }, random, kills }: ScenarioOptions): readonly Plan[] {
  const plans: Plan[] = [];
  const places = [...new Set(changes.map(({ at }) => at))];
  for (let left = kills; left > 0; ) {
    const at = random.chance(0.5) ? random.below(events.length) : random.pick(places);
    const ending = random.chance(0.7) ? 'working' : random.pick(['stopping', 'starting'] as const);
    plans.push({ at, ending: left === 1 ? 'working' : ending, delay: random.below(25) });
    // The one that is to start anew is killed before.
    left -= ending === 'starting' ? 2 : 1;
  }
  return plans.sort((a, b) => a.at - b.at);
}

function conduct(random: Random): Conduct {
  return random.chance(0.7) ? 'takes' : random.pick(['answers 500', 'hangs up', 'takes and hangs up']);
}
