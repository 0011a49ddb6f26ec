import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'undici';
import { prepare } from './batches.js';
import { Connection, postOf } from './flood.js';
import { figureOf, type Line, quantile, shown } from './line.js';
import { Payments } from './payments.js';
import { type Receiver, startReceiver } from './receiver.js';
import type { Row } from './row.js';
import { dataFolder, type Listening, startTocsin } from './server.js';

const RATE = 10_000;
/** Events of a request; one goes out each `PACE` milliseconds. */
const EVENTS = 100;
const PACE = (EVENTS / RATE) * 1_000;
/** Every so many requests bring an alarm. */
const ALARM = 2;
/** Enough for a second in which nothing is answered. */
const CONNECTIONS = 100;
const WARM_UP = 1;
const ROUNDS = 5;
const BARE_SAMPLES = 200;
/** How many times the bare figures it may take, at p50 and at p99. */
const GOALS = [3, 10] as const;

export const latency: Row = {
  title: `event accepted to webhook received, ${shown(RATE)} events/s`,
  async *measure({ quick, say }) {
    const folder = dataFolder();
    // When each alarm's webhook came, by its card.
    const came = new Map<string, number>();
    const receiver = await startReceiver((body) => {
      const card = /alarm \d+/.exec(body.toString('latin1'))?.[0];
      if (card !== undefined) came.set(card, performance.now());
    });
    const tocsin = await startTocsin(`${folder.path}/tocsin`);
    try {
      await prepare(tocsin, receiver.url);
      yield* measureLatency({ tocsin, receiver, came, folder: folder.path }, quick ? 1_000 : 5_000, say);
    } finally {
      await tocsin.stop();
      receiver.close();
      folder.remove();
    }
  },
};

interface Scene {
  readonly tocsin: Listening;
  readonly receiver: Receiver;
  readonly came: ReadonlyMap<string, number>;
  readonly folder: string;
}

async function* measureLatency(
  scene: Scene,
  milliseconds: number,
  say: (progress: string) => void,
): AsyncGenerator<Line> {
  const payments = new Payments();
  const samples = { ours: [[], []] as number[][], bare: [[], []] as number[][] };
  const rates: number[] = [];
  let measured = 0;
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    say(round < 0 ? 'warm-up' : `round ${round + 1} of ${ROUNDS}`);
    const bare = await bareLatencies(scene.folder);
    const ours = await ourLatencies(scene, payments, milliseconds);
    if (round < 0) continue;
    measured += ours.taken.length;
    rates.push(ours.rate);
    for (const [i, share] of [0.5, 0.99].entries()) {
      samples.bare[i]!.push(quantile(bare, share));
      samples.ours[i]!.push(quantile(ours.taken, share));
    }
  }
  const rate = figureOf(rates).median;
  for (const [i, name] of ['p50', 'p99'].entries()) {
    const bare = figureOf(samples.bare[i]!);
    const figure = figureOf(samples.ours[i]!);
    const most = GOALS[i]!;
    yield {
      work: `${name}: one bare fdatasync and one bare undici post`,
      figure: bare,
      unit: 'ms',
      ...{ reference: null, memory: null, proof: `${shown(BARE_SAMPLES)} a round`, goal: null },
    };
    yield {
      work: `${name}: from the 202 to the webhook`,
      figure,
      unit: 'ms',
      reference: { name: 'bare', median: bare.median },
      memory: scene.tocsin.memory(),
      proof: `${shown(measured)} webhooks, none missing; ${shown(rate)} events/s`,
      goal: { text: `at most ${most}`, isMet: figure.median <= most * bare.median && rate >= 0.95 * RATE },
    };
  }
}

/** Milliseconds of a sync of one request's bytes and a post of a webhook's size, one after the other, on an idle machine. */
async function bareLatencies(folder: string): Promise<number[]> {
  const receiver = await startReceiver();
  const file = openSync(join(folder, 'bare'), 'w');
  const bytes = Buffer.alloc(EVENTS * 136, 'x');
  const agent = new Agent();
  const body = Buffer.alloc(1_000, 'x');
  const taken: number[] = [];
  for (let i = 0; i < BARE_SAMPLES; i++) {
    const began = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    const answer = await agent.request({ origin: receiver.url, path: '/hook', method: 'POST', body });
    await answer.body.dump();
    taken.push(performance.now() - began);
  }
  closeSync(file);
  await agent.close();
  receiver.close();
  return taken;
}

/** Milliseconds from the answer 202 to an alarm's request until its webhook came; none where it came before the answer was read. */
async function ourLatencies(
  { tocsin, receiver, came }: Scene,
  payments: Payments,
  milliseconds: number,
): Promise<{ readonly taken: readonly number[]; readonly rate: number }> {
  const accepted = new Map<string, number>();
  const expected = receiver.count;
  const began = performance.now();
  const requests: Promise<unknown>[] = [];
  const idle = await Promise.all(Array.from({ length: CONNECTIONS }, () => Connection.open(tocsin.url)));
  const opened = [...idle];
  let alarms = 0;
  for (let sent = 0; performance.now() - began < milliseconds; sent++) {
    const lines = payments.lines(EVENTS);
    const alarm = sent % ALARM === 0 ? payments.alarm() : [];
    lines.splice(0, alarm.length, ...alarm);
    const card = alarm[0] === undefined ? null : (JSON.parse(alarm[0]) as { card: string }).card;
    if (card !== null) alarms++;
    const request = postOf('/v1/streams/payments/events', 'application/x-ndjson', lines.join('\n'));
    // With none idle the server does not keep up: the rate falls, and is told.
    while (idle.length === 0) await wait(1);
    const connection = idle.pop()!;
    requests.push(
      connection.post(request).then(() => {
        if (card !== null) accepted.set(card, performance.now());
        idle.push(connection);
      }),
    );
    await wait(Math.max(0, began + (sent + 1) * PACE - performance.now()));
  }
  const rate = ((requests.length * EVENTS) / (performance.now() - began)) * 1_000;
  await Promise.all(requests);
  await receiver.reached(expected + alarms);
  for (const connection of opened) connection.close();
  const taken = [...accepted].map(([card, at]) => Math.max(0, came.get(card)! - at));
  return { taken, rate };
}
