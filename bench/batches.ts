import { flood, postOf } from './flood.js';
import { atLeast, figureOf, type Line, shown } from './line.js';
import { PAYMENTS, Payments, paymentRule, RULES } from './payments.js';
import { type Receiver, startReceiver } from './receiver.js';
import type { Row } from './row.js';
import { call, dataFolder, type Listening, startBare, startTocsin } from './server.js';

const EVENTS = 1_000;
const CONNECTIONS = 4;
/** Alerts a second. */
const ALERTS = 100;
const WARM_UP = 1;
const ROUNDS = 5;
const GOAL = 0.7;
const PATH = '/v1/streams/payments/events';
const TYPE = 'application/x-ndjson';

export const batches: Row = {
  title: `HTTP NDJSON by ${shown(EVENTS)}, durable, ${RULES} rules, ${ALERTS} alerts/s`,
  async *measure({ quick, say }) {
    const milliseconds = quick ? 700 : 3_000;
    const folder = dataFolder();
    const receiver = await startReceiver();
    const bare = await startBare('parse', folder.path);
    const tocsin = await startTocsin(`${folder.path}/tocsin`);
    try {
      await prepare(tocsin, receiver.url);
      yield* measureBatches({ tocsin, bare, receiver }, milliseconds, say);
    } finally {
      await Promise.all([bare.stop(), tocsin.stop()]);
      receiver.close();
      folder.remove();
    }
  },
};

/** Declares stream, destination and rules. */
export async function prepare(tocsin: Listening, url: string): Promise<void> {
  await call(tocsin, 'PUT', '/v1/streams/payments', PAYMENTS);
  const destination = JSON.stringify({ type: 'webhook', url: `${url}/hook` });
  await call(tocsin, 'PUT', '/v1/destinations/desk', destination, 'application/json');
  for (let i = 0; i < RULES; i++) await call(tocsin, 'PUT', `/v1/rules/rule_${i}`, paymentRule(i, 'desk'));
}

async function* measureBatches(
  { tocsin, bare, receiver }: { tocsin: Listening; bare: Listening; receiver: Receiver },
  milliseconds: number,
  say: (progress: string) => void,
): AsyncGenerator<Line> {
  const payments = new Payments();
  const bodies = Array.from({ length: 50 }, () => payments.lines(EVENTS).join('\n'));
  const ordinary = bodies.map((body) => postOf(PATH, TYPE, body));
  const rates = { tocsin: [] as number[], bare: [] as number[] };
  let [alarms, events, refused] = [0, 0, 0];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    say(round < 0 ? 'warm-up' : `round ${round + 1} of ${ROUNDS}`);
    for (const kind of ['bare', 'tocsin'] as const) {
      let [sent, lines] = [0, 0];
      const began = performance.now();
      let nextAlarm = began;
      const next = (): Buffer | null => {
        const now = performance.now();
        if (now - began >= milliseconds) return null;
        lines += EVENTS;
        const at = sent++ % bodies.length;
        // Of the alarms that are due some go with this body, in place of ordinary lines.
        const due: string[] = [];
        for (; nextAlarm <= now; nextAlarm += 1_000 / ALERTS) {
          due.push(...payments.alarm());
          if (kind === 'tocsin') alarms++;
        }
        if (due.length === 0) return ordinary[at]!;
        const rest = bodies[at]!.split('\n').slice(due.length);
        return postOf(PATH, TYPE, [...rest, ...due].join('\n'));
      };
      const { url } = kind === 'bare' ? bare : tocsin;
      refused += await flood({ url, connections: CONNECTIONS, next });
      // The round ends when the last alarm has come out: everything before it has been matched.
      if (kind === 'tocsin') await receiver.reached(alarms);
      const rate = (lines / (performance.now() - began)) * 1_000;
      if (round < 0) continue;
      rates[kind].push(rate);
      if (kind === 'tocsin') events += lines;
    }
  }
  if (receiver.count !== alarms) throw new Error(`${receiver.count} webhooks, ${alarms} were to come`);
  const reference = figureOf(rates.bare);
  yield {
    work: 'bare node:http + split + JSON.parse',
    figure: reference,
    unit: 'events/s',
    reference: null,
    memory: bare.memory(),
    proof: '',
    goal: null,
  };
  const figure = figureOf(rates.tocsin);
  yield {
    work: 'tocsin serve, until the last alert is delivered',
    figure,
    unit: 'events/s',
    reference: { name: 'bare', median: reference.median },
    memory: tocsin.memory(),
    proof: `${shown(alarms)} alerts of ${shown(events)} events, none missing; ${shown(refused)} requests refused for now`,
    goal: atLeast(GOAL, figure, reference.median),
  };
}
