import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { createApi } from '../../src/http/api.js';
import { listen } from '../../src/http/listener.js';
import { Dispatcher } from '../../src/runtime/dispatcher.js';
import { eventsEntry, ruleEntry } from '../../src/runtime/record.js';
import { WebhookSink } from '../../src/sinks/webhook.js';
import { MemoryStore } from '../../src/store/memory.js';
import { ManualClock } from '../runtime/manual_clock.js';
import { NOON, Scene } from '../runtime/scene.js';
import { ALLOW, startHook } from '../sinks/hook_server.js';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format of Prometheus (0.0.4), and refuses what is not of it. */
function parse(text: string): { samples: Sample[]; types: Map<string, string> } {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  assert.ok(text.endsWith('\n'));
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const type = /^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) {
      types.set(type[1]!, type[2]!);
      continue;
    }
    // Go reads a float's NaN in any case, and prom-client writes Node's own as `Nan`.
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|[Nn]a[Nn]|\+Inf)$/.exec(line);
    assert.ok(sample !== null, line);
    const [, name = '', inside = '', value] = sample;
    const pairs = [...inside.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)",?/g)];
    assert.equal(pairs.map(([all]) => all).join(''), inside, line);
    samples.push({
      name,
      value: Number(value),
      labels: Object.fromEntries(pairs.map(([, k, v]) => [k!, v!])),
    });
  }
  return { samples, types };
}

/** A server with its API; `scrape` gives the samples by name. */
async function start(store: MemoryStore, clock: ManualClock) {
  const dispatch = (parts: ConstructorParameters<typeof Dispatcher>[0]) => new Dispatcher(parts);
  const sinks = { webhook: new WebhookSink(ALLOW) };
  const scene = await Scene.open(store, { clock, sinks, dispatch });
  const api = createApi({ tocsin: scene.tocsin, version: '1.2.3', logger: pino({ level: 'silent' }) });
  const { url, close } = await listen(api.handle, { host: '127.0.0.1', port: 0 });
  after(async () => {
    await close(0);
    await scene.tocsin.close();
  });
  const scrape = async () => {
    const response = await fetch(`${url}/metrics`);
    const { samples, types } = parse(await response.text());
    const of = (name: string, label: string) =>
      Object.fromEntries(
        samples.filter((each) => each.name === name).map(({ labels, value }) => [labels[label], value]),
      );
    return { samples, types, of };
  };
  return { scene, url, scrape };
}

const RULES = 1_010;

test('more rules than have a label of their own: the rest are summed up under one that no rule can have', async (t) => {
  const clock = new ManualClock(NOON);
  const store = new MemoryStore({ now: () => clock.now() });
  const names = Array.from({ length: RULES }, (_, index) => `r${index}`);
  const rules = names.map((name) =>
    ruleEntry({
      ...{ op: 'put', by: null },
      rule: {
        ...{
          name,
          incarnation: name,
          version: 1,
          query: 'SELECT x FROM s WHERE x > 1',
          severity: 'low',
          notify: [],
        },
        ...{ params: {}, suppress: null, onUpdate: 'reset', enabled: true, warnings: [] },
      },
    }),
  );
  const lines = ['{"x": 1}', '{"x": 2}', '{"x": 3}'];
  const { scene, scrape } = await start(store, clock);
  await scene.tocsin.catalog.putStream('s', { query: 'CREATE STREAM s (x BIGINT)' });
  await store.append(0, [...rules, eventsEntry('s', lines, [])], NOON);
  await scene.settled();
  const { samples, of } = await scrape();
  for (const [name, each] of [
    ['tocsin_rule_rows_total', 3],
    ['tocsin_rule_matches_total', 2],
    ['tocsin_rule_alerts_total', 2],
  ] as const) {
    const values: Record<string, number> = of(name, 'rule');
    assert.equal(Object.keys(values).length, 1_001, name);
    assert.equal(values['(other)'], each * (RULES - 1_000), name);
    assert.equal(
      Object.values(values).reduce((sum, value) => sum + value),
      each * RULES,
      name,
    );
  }
  assert.deepEqual(of('tocsin_stream_watermark_timestamp_seconds', 'stream'), { s: NOON / 1_000 });
  const byRule = samples.filter(({ labels }) => labels['rule'] !== undefined);
  t.diagnostic(
    `${RULES} rules: ${new Set(byRule.map(({ labels }) => labels['rule'])).size} values of the label rule`,
  );
});

test('deliveries by destination: taken, failed, dead, how old the oldest is, how long it fails', async () => {
  const clock = new ManualClock(NOON);
  const [good, bad] = [await startHook(), await startHook((response) => response.writeHead(500).end())];
  const { scene, scrape } = await start(new MemoryStore({ now: () => clock.now() }), clock);
  const { destinations, catalog } = scene.tocsin;
  const put = (name: string, url: string, schedule: string[]) =>
    destinations.put(name, { type: 'webhook', url, retry: { schedule } });
  await put('good', good.url, []);
  await put('bad', bad.url, ['1 HOUR']);
  await put('worse', bad.url, []);
  await catalog.putRule('all', { query: 'SELECT x FROM s', notify: ['good', 'bad', 'worse'] });
  await scene.tocsin.ingest.post('s', [{ json: { x: 1 } }, { json: { x: 2 } }, { json: { x: 3 } }]);
  await scene.until(async () => {
    const deliveries = await scene.tocsin.reader.deliveries(0, 100, {});
    return deliveries.length === 9 && deliveries.every(({ state }) => state !== 'pending');
  });
  clock.advance(90_000);
  await scene.until(
    async () => (await scrape()).of('tocsin_destination_deliveries_dead_total', 'destination')['worse'] === 3,
  );
  const { of, types, samples } = await scrape();
  const all = (name: string) => of(`tocsin_destination_${name}`, 'destination');
  assert.deepEqual(all('deliveries_delivered_total'), { bad: 0, good: 3, worse: 0 });
  assert.deepEqual(all('attempts_failed_total'), { bad: 3, good: 0, worse: 3 });
  assert.deepEqual(all('deliveries_dead_total'), { bad: 0, good: 0, worse: 3 });
  assert.deepEqual(all('oldest_delivery_age_seconds'), { bad: 90, good: 0, worse: 0 });
  assert.deepEqual(all('failing_seconds'), { bad: 90, good: 0, worse: 90 });
  assert.deepEqual(all('disabled'), { bad: 0, good: 0, worse: 0 });
  const known = destinations.find('worse');
  await destinations.disable(known!, { reason: 'a test', since: NOON });
  assert.deepEqual((await scrape()).of('tocsin_destination_disabled', 'destination'), {
    bad: 0,
    good: 0,
    worse: 1,
  });
  // Names follow Prometheus: counters end with _total, nothing else does; units are base units.
  for (const [name, type] of types) {
    if (!name.startsWith('tocsin_')) continue;
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.doesNotMatch(name, /milliseconds|_ms\b|kilobytes/);
  }
  assert.ok(samples.every(({ name }) => [...types.keys()].some((each) => name.startsWith(each))));
  for (const { close } of [good, bad]) close();
});
