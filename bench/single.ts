import { prepare } from './batches.js';
import { flood, postOf } from './flood.js';
import { atLeast, figureOf, type Line, shown } from './line.js';
import { Payments, RULES } from './payments.js';
import { type Receiver, startReceiver } from './receiver.js';
import type { Row } from './row.js';
import { dataFolder, type Listening, startBare, startTocsin } from './server.js';

const CONNECTIONS = 64;
const WARM_UP = 1;
const ROUNDS = 5;
const GOAL = 0.7;
/** One event in so many completes a match. */
const ALARM = 1_000;

export const single: Row = {
  title: `one event a request, durable, ${CONNECTIONS} connections, ${RULES} rules`,
  async *measure({ quick, say }) {
    const folder = dataFolder();
    const receiver = await startReceiver();
    const bare = await startBare('commit', `${folder.path}/bare`);
    const tocsin = await startTocsin(`${folder.path}/tocsin`);
    try {
      await prepare(tocsin, receiver.url);
      yield* measureSingle({ tocsin, bare, receiver }, quick ? 500 : 3_000, say);
    } finally {
      await Promise.all([bare.stop(), tocsin.stop()]);
      receiver.close();
      folder.remove();
    }
  },
};

async function* measureSingle(
  { tocsin, bare, receiver }: { tocsin: Listening; bare: Listening; receiver: Receiver },
  milliseconds: number,
  say: (progress: string) => void,
): AsyncGenerator<Line> {
  const payments = new Payments();
  const request = (line: string): Buffer => postOf('/v1/streams/payments/events', 'application/json', line);
  const ordinary = payments.lines(1_000).map(request);
  const rates = { tocsin: [] as number[], bare: [] as number[] };
  let [alarms, events] = [0, 0];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    say(round < 0 ? 'warm-up' : `round ${round + 1} of ${ROUNDS}`);
    for (const kind of ['bare', 'tocsin'] as const) {
      let sent = 0;
      const began = performance.now();
      const next = (): Buffer | null => {
        if (performance.now() - began >= milliseconds) return null;
        if (++sent % ALARM !== 0) return ordinary[sent % ordinary.length]!;
        // Of the rules that need several events, one event alone is no match.
        const lines = payments.alarm();
        if (kind === 'tocsin' && lines.length === 1) alarms++;
        return request(lines.at(-1)!);
      };
      const { url } = kind === 'bare' ? bare : tocsin;
      await flood({ url, connections: CONNECTIONS, next });
      if (kind === 'tocsin') await receiver.reached(alarms);
      if (round < 0) continue;
      rates[kind].push((sent / (performance.now() - began)) * 1_000);
      if (kind === 'tocsin') events += sent;
    }
  }
  if (receiver.count !== alarms) throw new Error(`${receiver.count} webhooks, ${alarms} were to come`);
  const reference = figureOf(rates.bare);
  yield {
    work: 'bare node:http with the same group commit',
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
    proof: `${shown(alarms)} alerts of ${shown(events)} events, none missing`,
    goal: atLeast(GOAL, figure, reference.median),
  };
}
