import { Connection, postOf } from './flood.js';
import { figureOf, type Line, quantile, shown } from './line.js';
import type { Row } from './row.js';
import { call, dataFolder, type Listening, startTocsin } from './server.js';
import { TICKS } from './ticks.js';

/** Milliseconds between two events that come while rules are registered. */
const PACE = 2;
const ROUNDS = 5;
/** Milliseconds in which events flow and nothing is registered. */
const QUIET = 2_000;
const MOST_WAIT = 50;

/** What `peers/` compares. */
export const BY_PUT = 'a PUT of a rule, everything counted';
export const AT_RESTART = 'a rule at restart';

/** Keyed three steps with constants of its own. What `peers/` registers too, in its language. */
export function registeredRule(i: number): string {
  return `CREATE RULE rule_${i} AS SELECT a.value AS a, b.value AS b, c.value AS c FROM ticks MATCH_RECOGNIZE (
    PARTITION BY key
    AFTER MATCH SKIP TO NEXT ROW
    PATTERN (a -> b -> c) WITHIN INTERVAL '10' MINUTE
    DEFINE
      a AS code = ${i} AND kind = 'A' AND value < 50,
      b AS code = ${i} AND kind = 'B' AND value < 50,
      c AS code = ${i} AND kind = 'C' AND value < 50)`;
}

export const registration: Row = {
  title: 'registering a rule while events flow, and at restart',
  async *measure({ quick, say }) {
    const rules = quick ? 200 : 2_000;
    const folder = dataFolder();
    let tocsin = await startTocsin(folder.path);
    try {
      await call(tocsin, 'PUT', '/v1/streams/ticks', TICKS);
      const quiet = await startsOf(
        () => tocsin,
        folder.path,
        (next) => {
          tocsin = next;
        },
      );
      say(`${shown(rules)} rules, one after the other`);
      yield* whileEventsFlow(tocsin, rules);
      say(`${ROUNDS} restarts with ${shown(rules)} rules`);
      const full = await startsOf(
        () => tocsin,
        folder.path,
        (next) => {
          tocsin = next;
        },
      );
      const held = await ruleCount(tocsin);
      const empty = figureOf(quiet).median;
      yield {
        work: AT_RESTART,
        figure: figureOf(full.map((took) => Math.max(0, took - empty) / rules)),
        unit: 'ms',
        reference: null,
        memory: tocsin.memory(),
        proof: `${shown(held)} rules run; a start without rules takes ${shown(empty)} ms`,
        goal: null,
      };
    } finally {
      await tocsin.stop();
      folder.remove();
    }
  },
};

async function* whileEventsFlow(tocsin: Listening, rules: number): AsyncGenerator<Line> {
  const still = await waitsDuring(tocsin, () => new Promise((resolve) => setTimeout(resolve, QUIET)));
  const perRound: number[] = [];
  const waits = await waitsDuring(tocsin, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      const [from, to] = [(round * rules) / ROUNDS, ((round + 1) * rules) / ROUNDS];
      for (let i = from; i < to; i++) await call(tocsin, 'PUT', `/v1/rules/rule_${i}`, registeredRule(i));
      perRound.push((performance.now() - began) / (to - from));
    }
  });
  yield {
    work: BY_PUT,
    figure: figureOf(perRound),
    unit: 'ms',
    reference: null,
    memory: tocsin.memory(),
    proof: `${shown(await ruleCount(tocsin))} rules run`,
    goal: null,
  };
  const longest = Math.max(...waits);
  yield {
    work: 'an event meanwhile, p50 and longest',
    figure: { median: quantile(waits, 0.5), min: Math.min(...waits), max: longest },
    unit: 'ms',
    reference: { name: 'no rule registered', median: quantile(still, 0.5) },
    memory: null,
    proof: `${shown(waits.length)} events accepted; p99 ${shown(quantile(waits, 0.99))} ms; without registering the longest is ${shown(Math.max(...still))} ms`,
    goal: { text: `none longer than ${MOST_WAIT}`, isMet: longest <= MOST_WAIT },
  };
}

/** Milliseconds that events wait for their 202 while `work` is done: one each `PACE` on one connection, or the next when it is answered. */
async function waitsDuring({ url }: Listening, work: () => Promise<unknown>): Promise<number[]> {
  const connection = await Connection.open(url);
  const waits: number[] = [];
  let isOver = false;
  const done = work().finally(() => {
    isOver = true;
  });
  const event = JSON.stringify({
    key: 'key-1',
    kind: 'A',
    code: 1,
    level: 1,
    value: 1,
    at: '2026-01-01T00:00:00Z',
  });
  const request = postOf('/v1/streams/ticks/events', 'application/json', event);
  while (!isOver) {
    const began = performance.now();
    await connection.post(request);
    waits.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, PACE));
  }
  await done;
  connection.close();
  return waits;
}

/** Milliseconds from the start of the process until it is ready, some times. */
async function startsOf(
  running: () => Listening,
  data: string,
  started: (next: Listening) => void,
): Promise<number[]> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await running().stop();
    const began = performance.now();
    started(await startTocsin(data));
    took.push(performance.now() - began);
  }
  return took;
}

/** Rules that take events. */
async function ruleCount({ url }: Listening): Promise<number> {
  let count = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const response = await fetch(`${url}/v1/rules?limit=500${cursor === '' ? '' : `&cursor=${cursor}`}`);
    const page = (await response.json()) as { items: { enabled: boolean }[]; next_cursor: string | null };
    count += page.items.filter(({ enabled }) => enabled).length;
    cursor = page.next_cursor;
  }
  return count;
}
