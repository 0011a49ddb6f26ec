import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';

export const STREAM = 'readings';

/** Its time is the arrival: batches overtake one another, and none of them is late. */
export const DECLARATION = `CREATE STREAM ${STREAM} (
  sensor BIGINT, batch BIGINT, level DOUBLE, is_mark BOOLEAN
) WITH (key = 'sensor')`;

/** One alert for each batch that was taken, by its last event. */
export const MARK = `SELECT batch FROM ${STREAM} WHERE is_mark`;

/** Work for the matcher, the same for each event however long it goes on. */
export const heavy = (n: number): string => `SELECT LAST(b.batch) AS batch
FROM ${STREAM} MATCH_RECOGNIZE (
  PARTITION BY sensor
  PATTERN (a b{5} c) WITHIN INTERVAL '1' MINUTE
  DEFINE a AS level >= ${n}, b AS level + SQRT(a.level) > 0, c AS level > b.level + 100
)`;

/** How many events a batch has. */
export const BATCH = 250;
const SENSORS = 200;

function batchOf(number: number): Buffer {
  const lines = Array.from({ length: BATCH }, (_, i) => {
    const level = (i * 37 + number * 11) % 100;
    return `{"sensor":${(i * 7) % SENSORS},"batch":${number},"level":${level},"is_mark":${i === BATCH - 1}}`;
  });
  return Buffer.from(lines.join('\n'));
}

/** What became of the batches of a flood. */
export interface Flood {
  offered: number;
  /** Batches that were answered with 202: each of them whole. */
  readonly accepted: Set<number>;
  /** Answers by status. */
  readonly statuses: Map<number, number>;
  /** Batches whose connection ended without an answer: each may be there or not. */
  readonly unanswered: Set<number>;
}

export interface FloodOptions {
  /** Batches a second; null: each of `connections` sends its next as soon as it has an answer. */
  readonly rate: number | null;
  readonly connections: number;
  readonly first: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Each batch that was answered or not, as it comes. */
  readonly onAnswer?: (flood: Flood) => void;
}

/** Posts batches until the signal, whatever is answered. Refusals must be problems that say when to come again. */
export async function flood(url: string, options: FloodOptions): Promise<Flood> {
  const { rate, connections, first, signal, onAnswer } = options;
  const agent = new Agent({ connections, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const seen: Flood = { offered: 0, accepted: new Set(), statuses: new Map(), unanswered: new Set() };
  let next = first;
  const send = async (): Promise<void> => {
    const number = next++;
    seen.offered++;
    const answer = await post(agent, url, batchOf(number)).catch(() => null);
    if (answer === null) seen.unanswered.add(number);
    else {
      seen.statuses.set(answer.status, (seen.statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 202) {
        assert.equal(answer.accepted, BATCH);
        seen.accepted.add(number);
      } else checkRefusal(answer);
    }
    onAnswer?.(seen);
  };
  try {
    if (rate === null) {
      const one = async (): Promise<void> => {
        while (!signal.aborted) await send();
      };
      await Promise.all(Array.from({ length: connections }, one));
    } else await openLoop(send, rate, signal);
    return seen;
  } finally {
    await agent.destroy();
  }
}

/** Starts `rate` a second whatever is answered, as many clients would. */
async function openLoop(send: () => Promise<void>, rate: number, signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  const under = new Set<Promise<void>>();
  for (let started = 0; !signal.aborted; ) {
    const due = Math.floor(((performance.now() - begin) / 1_000) * rate);
    for (; started < due; started++) {
      const sending: Promise<void> = send().finally(() => under.delete(sending));
      under.add(sending);
    }
    await wait(5);
  }
  await Promise.all(under);
}

interface Posted {
  readonly status: number;
  readonly accepted: number | null;
  readonly code: string | null;
  readonly retryAfter: string | null;
}

async function post(agent: Agent, url: string, body: Buffer): Promise<Posted> {
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(`${url}/v1/streams/${STREAM}/events`, {
    ...{ dispatcher: agent, method: 'POST', body, headers: { 'content-type': 'application/x-ndjson' } },
  });
  const json = (await answer.json()) as { accepted?: number; code?: string };
  const retryAfter = headers['retry-after'];
  return {
    status: statusCode,
    accepted: json.accepted ?? null,
    code: json.code ?? null,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  };
}

function checkRefusal({ status, code, retryAfter }: Posted): void {
  // A machine so busy that a request does not arrive in time: by RFC 9110 it may be repeated as it is.
  if (status === 408) return;
  assert.ok(status === 429 || status === 503, `a surplus is answered with ${status} ${code}`);
  assert.match(retryAfter ?? '', /^[1-9]\d*$/, `${status} ${code} without Retry-After`);
}

/** The batches whose mark gave an alert, each as often as it did. */
async function marked(url: string): Promise<number[]> {
  const batches: number[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `rule=mark&limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const response = await fetch(`${url}/v1/alerts?${query}`);
    const { items, next_cursor } = (await response.json()) as {
      items: { row: { batch: number } }[];
      next_cursor: string | null;
    };
    batches.push(...items.map(({ row }) => row.batch));
    cursor = next_cursor;
  }
  return batches;
}

/**
 * Waits at most `patience` milliseconds until each accepted batch was matched; then each was once, those without an answer
 * once or never, and no other.
 */
export async function checkMatched(url: string, floods: readonly Flood[], patience: number): Promise<void> {
  const accepted = floods.flatMap((seen) => [...seen.accepted]);
  let batches: number[] = [];
  for (const end = Date.now() + patience; Date.now() < end; await wait(100)) {
    if ((await figure(url, 'tocsin_rule_alerts_total{rule="mark"}')) < accepted.length) continue;
    batches = await marked(url);
    const sofar = new Set(batches);
    if (accepted.every((batch) => sofar.has(batch))) break;
  }
  const found = new Set(batches);
  assert.equal(found.size, batches.length, 'a batch was matched twice');
  const lost = accepted.filter((batch) => !found.has(batch));
  assert.deepEqual(lost, [], 'accepted batches were lost');
  const known = new Set([...accepted, ...floods.flatMap(({ unanswered }) => [...unanswered])]);
  const strange = batches.filter((batch) => !known.has(batch));
  assert.deepEqual(strange, [], 'batches were matched that nobody accepted');
}

/** Declares the stream and its rules: `mark`, and so many that are work. */
export async function prepare(url: string, rules: number): Promise<void> {
  const put = async (path: string, text: string): Promise<void> => {
    const { status } = await fetch(url + path, {
      ...{ method: 'PUT', body: text, headers: { 'content-type': 'application/sql' } },
    });
    assert.equal(status, 201, path);
  };
  await put(`/v1/streams/${STREAM}`, DECLARATION);
  await put('/v1/rules/mark', MARK);
  for (let n = 0; n < rules; n++) await put(`/v1/rules/heavy_${n}`, heavy(n));
}

/** One figure of /metrics, by its name and labels; 0 where there is none yet. */
export async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length));
}
