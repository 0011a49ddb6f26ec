// The demo: a real server, real webhooks, two plays. `--once` ends it: 0 when exactly the expected alerts came, else 1.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { simulatePayments } from './payments.js';
import { expectedSequences, quakes } from './quakes.js';
import { type Alert, Receiver } from './receiver.js';
import { DemoServer } from './server.js';
import { identity, tell } from './story.js';

const SEED = 20_261_123;
const BATCH = 500;
/** Deliveries are retried; this long without a new one, and nothing more is expected to come. */
const PATIENCE = 10_000;

const once = process.argv.includes('--once');
const colour = process.stdout.isTTY === true;
const data = mkdtempSync(join(tmpdir(), 'tocsin-demo-'));
const alerts = new Set<string>();
const receiver = new Receiver((alert: Alert) => {
  alerts.add(identity(alert));
  say(tell(alert, colour));
});

function say(text: string): void {
  if (colour) process.stdout.write('\r\u001b[K');
  console.log(text);
}

async function play(
  server: DemoServer,
  stream: string,
  events: readonly object[],
  end: string,
): Promise<void> {
  for (let i = 0; i < events.length; i += BATCH) {
    const batch = events.slice(i, i + BATCH);
    const body = batch.map((event) => JSON.stringify(event)).join('\n');
    await server.send('POST', `/v1/streams/${stream}/events`, body, 'application/x-ndjson');
    if (colour)
      process.stdout.write(
        `\r\u001b[K${stream}: ${Math.min(i + BATCH, events.length)} of ${events.length} events`,
      );
    // A person watches: the alerts of a batch may be seen before the next one.
    if (!once) await wait(30);
  }
  await server.send('POST', `/v1/streams/${stream}/watermark`, JSON.stringify({ time: end }));
}

/** Waits until as many alerts have come as are expected, and a moment longer for one too many. */
async function settle(expected: number): Promise<void> {
  for (let waited = 0, before = alerts.size; alerts.size < expected && waited < PATIENCE; waited += 50) {
    await wait(50);
    if (alerts.size !== before) waited = 0;
    before = alerts.size;
  }
  await wait(500);
}

async function register(server: DemoServer, file: string): Promise<void> {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  for (const statement of text.split(/;\s*$/m)) {
    const [, kind, name] = /CREATE\s+(STREAM|RULE)\s+(\w+)/.exec(statement) ?? [];
    if (kind !== undefined)
      await server.send('PUT', `/v1/${kind.toLowerCase()}s/${name}`, statement, 'application/sql');
  }
}

function compare(expected: readonly string[]): { missing: string[]; surplus: string[] } {
  const wanted = new Set(expected);
  return {
    missing: expected.filter((each) => !alerts.has(each)),
    surplus: [...alerts].filter((each) => !wanted.has(each)),
  };
}

async function main(): Promise<number> {
  const began = performance.now();
  const reports = quakes(SEED);
  const sequences = expectedSequences(reports);
  const scenario = simulatePayments(SEED);
  const expected = [...sequences.alerts, ...scenario.answers];
  const answerFile = join(data, 'answers.txt');
  writeFileSync(answerFile, `${expected.join('\n')}\n`);

  const server = await DemoServer.start(once ? '127.0.0.1:0' : '127.0.0.1:8080', join(data, 'store')).catch(
    () => DemoServer.start('127.0.0.1:0', join(data, 'store')),
  );
  const stop = async () => {
    receiver.close();
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const url = await receiver.listen();
    const { secret } = await server.send(
      'PUT',
      '/v1/destinations/demo',
      JSON.stringify({ type: 'webhook', url }),
    );
    receiver.trust(String(secret));
    await register(server, 'quakes.sql');
    await register(server, 'payments.sql');

    say(
      `\nREAL: a week of earthquakes (USGS), ${reports.length} reports. Their arrival is simulated: up to ten minutes late, a few an hour.\n`,
    );
    await play(server, 'quakes', reports, '2018-02-10T00:00:00Z');
    await settle(sequences.alerts.length);
    say(
      `\nSIMULATED: a day of card payments, ${scenario.payments.length} of 3,000 cards. Planted: ${scenario.answers.length} frauds, ${scenario.innocent} look-alikes.\n`,
    );
    await play(server, 'payments', scenario.payments, '2026-03-04T00:00:00Z');
    await settle(expected.length);

    const { missing, surplus } = compare(expected);
    say('');
    say(
      `${alerts.size} alerts came by signed webhook (${receiver.refused} refused, ${receiver.repeated} repeated), ${expected.length} were expected:`,
    );
    say(
      `  earthquakes    ${sequences.alerts.length} sequences by a loop over the data; ${sequences.late} reports came after the watermark`,
    );
    say(
      `  payments       ${scenario.answers.length} planted frauds written down beforehand; ${scenario.innocent} look-alikes stayed quiet`,
    );
    for (const each of missing) say(`  MISSING        ${each}`);
    for (const each of surplus) say(`  NOT EXPECTED   ${each}`);
    const good = missing.length === 0 && surplus.length === 0 && receiver.refused === 0;
    say(
      good
        ? `Exactly the expected alerts came, in ${((performance.now() - began) / 1000).toFixed(1)} s.`
        : 'The alerts are not the expected ones.',
    );
    if (once) return good ? 0 : 1;
    say(`\nThe server stays up: try the API at ${server.url}/docs. Ctrl-C ends it.`);
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    return good ? 0 : 1;
  } finally {
    await stop();
  }
}

process.exitCode = await main();
