/**
 * What one dead destination among 100 costs the others: the time from an alert's commit to its webhook, on disk, with real
 * receivers, in turn without and with the dead one. `npm run deliveries:dead [-- --runs 5 --seconds 10]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock as clock } from '../../src/runtime/clock.js';
import { DeliveryTally } from '../../src/runtime/delivery-tally.js';
import { Destinations } from '../../src/runtime/destinations.js';
import { Dispatcher } from '../../src/runtime/dispatcher.js';
import { Gate } from '../../src/runtime/gate.js';
import { silentLog as log } from '../../src/runtime/log.js';
import { WebhookSink } from '../../src/sinks/webhook.js';
import { DiskStore } from '../../src/store/disk/store.js';
import { ALLOW, type HookServer, startHook } from '../sinks/hook_server.js';
import { freePort } from '../support/redis_server.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, seconds: { type: 'string', default: '10' } },
});
const RUNS = Number(values.runs);
const SECONDS = Number(values.seconds);
const DESTINATIONS = 100;
const DEAD = 'd0';
/** What waits for the dead one when the run begins. */
const BACKLOG = 1_000;
/** Alerts that are committed together, and how often, in milliseconds: each goes to one destination. */
const BATCH = 10;
const PAUSE = 50;

type Kind = 'alive' | 'hangs' | 'refuses' | 'fails';

async function receiver(kind: Kind, come: (id: string) => void): Promise<Pick<HookServer, 'url' | 'close'>> {
  if (kind === 'refuses') return { url: `http://127.0.0.1:${await freePort()}/hook`, close: () => {} };
  return startHook((response, { headers }) => {
    if (kind === 'hangs') return;
    if (kind === 'alive') come(headers['webhook-id'] ?? '');
    response.writeHead(kind === 'alive' ? 204 : 500).end();
  });
}

/** One run; gives the milliseconds from commit to webhook of the destinations that are not the dead one, in order. */
async function run(kind: Kind): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-dead-'));
  const store = await DiskStore.open(folder);
  const committed = new Map<string, number>();
  const times: number[] = [];
  const good = await receiver('alive', (id) => {
    const at = committed.get(id);
    if (at !== undefined) times.push(performance.now() - at);
    committed.delete(id);
  });
  const dead = await receiver(kind, () => {});
  const sinks = { webhook: new WebhookSink(ALLOW) };
  const destinations = await Destinations.load({
    ...{ store, clock, gate: new Gate(), sinks, notifiers: () => [], onAlert: () => {} },
  });
  for (let number = 0; number < DESTINATIONS; number++) {
    const url = number === 0 ? dead.url : good.url;
    await destinations.put(`d${number}`, { type: 'webhook', url });
  }
  const dispatcher = new Dispatcher({ store, clock, log, destinations, sinks, tally: new DeliveryTally() });
  const lease = await store.lease(0, 'run', 3_600_000);
  let count = 0;
  const commit = async (names: readonly string[]) => {
    const alerts = names.map((name) => ({
      ...{ id: `al_${++count}`, rule: 'r', severity: 'high', stamp: Date.now(), destinations: [name] },
      body: Buffer.from(JSON.stringify({ type: 'alert.fired', data: { text: 'x'.repeat(400) } })),
    }));
    await store.commit(0, lease?.epoch ?? 0, { position: 0, state: null, alerts, documents: [] });
    const now = performance.now();
    for (const { id, destinations } of alerts) if (destinations[0] !== DEAD) committed.set(id, now);
    dispatcher.wake();
  };
  await commit(Array.from({ length: BACKLOG }, () => DEAD));
  await wait(5_000);
  let next = 0;
  for (const end = performance.now() + SECONDS * 1_000; performance.now() < end; await wait(PAUSE)) {
    await commit(Array.from({ length: BATCH }, () => `d${next++ % DESTINATIONS}`));
  }
  for (let tries = 0; committed.size > 0 && tries < 600; tries++) await wait(100);
  if (committed.size > 0) throw new Error(`${committed.size} deliveries to living destinations did not come`);
  await dispatcher.close();
  await sinks.webhook.close();
  await store.close();
  for (const { close } of [good, dead]) close();
  rmSync(folder, { recursive: true });
  return times.sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], part: number) =>
  sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
const median = (numbers: readonly number[]) =>
  quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
const shown = (milliseconds: number) => milliseconds.toFixed(1).padStart(7);

let isGood = true;
const ratios = new Map<Kind, number[]>([
  ['hangs', []],
  ['refuses', []],
  ['fails', []],
]);
for (let number = 1; number <= RUNS; number++) {
  const without = quantile(await run('alive'), 0.99);
  for (const [kind, found] of ratios) {
    const times = await run(kind);
    const p99 = quantile(times, 0.99);
    found.push(p99 / without);
    console.log(
      `run ${number}: ${times.length} deliveries to the other 99: p50 ${shown(quantile(times, 0.5))} ms, ` +
        `p99 ${shown(p99)} ms while one ${kind}, ${shown(without)} ms without`,
    );
  }
}
for (const [kind, found] of ratios) {
  const ratio = median(found);
  isGood &&= ratio < 2;
  console.log(
    `one of ${DESTINATIONS} ${kind}: p99 of the others is ${ratio.toFixed(2)} times that without, ` +
      `median of ${RUNS} runs (goal: under 2)`,
  );
}
process.exit(isGood ? 0 : 1);
