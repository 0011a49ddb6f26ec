import { Agent } from 'undici';
import { flood, postOf } from './flood.js';
import { atLeast, figureOf, shown } from './line.js';
import { startReceiver } from './receiver.js';
import type { Row } from './row.js';
import { call, dataFolder, startTocsin } from './server.js';

const CONCURRENCY = 10;
/** As many as the bare client has posts under way. */
const DESTINATIONS = CONCURRENCY;
const WARM_UP = 1;
const ROUNDS = 5;
const GOAL = 0.6;

export const deliveries: Row = {
  title: `deliveries against bare undici at concurrency ${CONCURRENCY}`,
  async *measure({ quick, say }) {
    const count = quick ? 500 : 5_000;
    const folder = dataFolder();
    const bodies: Buffer[] = [];
    let last = 0;
    const receiver = await startReceiver((body) => {
      if (bodies.length < 100) bodies.push(body);
      last = performance.now();
    });
    const tocsin = await startTocsin(folder.path);
    const rates = { tocsin: [] as number[], bare: [] as number[] };
    try {
      await call(tocsin, 'PUT', '/v1/streams/hits', 'CREATE STREAM hits (destination BIGINT, number BIGINT)');
      for (let i = 0; i < DESTINATIONS; i++) {
        const destination = JSON.stringify({ type: 'webhook', url: `${receiver.url}/${i}` });
        await call(tocsin, 'PUT', `/v1/destinations/desk-${i}`, destination, 'application/json');
        const rule = `CREATE RULE hit_${i} WITH (notify = 'desk-${i}') AS SELECT number FROM hits WHERE destination = ${i}`;
        await call(tocsin, 'PUT', `/v1/rules/hit_${i}`, rule);
      }
      for (let round = -WARM_UP; round < ROUNDS; round++) {
        say(round < 0 ? 'warm-up' : `round ${round + 1} of ${ROUNDS}`);
        const lines = Array.from({ length: count }, (_, number) =>
          JSON.stringify({ destination: number % DESTINATIONS, number }),
        );
        const requests = [postOf('/v1/streams/hits/events', 'application/x-ndjson', lines.join('\n'))];
        const before = receiver.count;
        const began = performance.now();
        await flood({ url: tocsin.url, connections: 1, next: () => requests.pop() ?? null });
        await receiver.reached(before + count);
        const ours = last - began;
        const bare = await postBare(receiver.url, bodies, count);
        if (round < 0) continue;
        rates.tocsin.push((count / ours) * 1_000);
        rates.bare.push((count / bare) * 1_000);
      }
      const reference = figureOf(rates.bare);
      yield {
        work: 'bare undici, the same bodies',
        figure: reference,
        unit: 'posts/s',
        ...{ reference: null, memory: null, proof: '', goal: null },
      };
      const figure = figureOf(rates.tocsin);
      yield {
        work: `tocsin serve, ${DESTINATIONS} destinations, from the events' post to the last webhook`,
        figure,
        unit: 'posts/s',
        reference: { name: 'bare', median: reference.median },
        memory: tocsin.memory(),
        proof: `${shown(count * (ROUNDS + WARM_UP))} alerts, each came once`,
        goal: atLeast(GOAL, figure, reference.median),
      };
    } finally {
      await tocsin.stop();
      receiver.close();
      folder.remove();
    }
  },
};

/** Milliseconds that undici alone takes, from this process: the receiver answers both. */
async function postBare(origin: string, bodies: readonly Buffer[], count: number): Promise<number> {
  const agent = new Agent({ connections: CONCURRENCY });
  let sent = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (sent < count) {
        const body = bodies[sent++ % bodies.length]!;
        const headers = { 'content-type': 'application/json', 'webhook-id': 'bare' };
        const answer = await agent.request({ origin, path: '/bare', method: 'POST', headers, body });
        await answer.body.dump();
      }
    }),
  );
  const took = performance.now() - began;
  await agent.close();
  return took;
}
