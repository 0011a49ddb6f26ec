// A server that writes no checkpoint: killed, it leaves a log that has to be read from its beginning. Usage: loader.ts DIR EVENTS
import { Tocsin } from '../../src/runtime/server.js';
import { DiskStore } from '../../src/store/disk/store.js';

const [directory = '', events = '0'] = process.argv.slice(2);
const NEVER = Number.MAX_SAFE_INTEGER;
const BATCH = 5_000;

const STREAM = `CREATE STREAM payments (
  card BIGINT, amount DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'card')`;
const RULE = `SELECT cashout.card, COUNT(probe.*) AS probes
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe{3,} -> cashout) WITHIN INTERVAL '10' MINUTE
  DEFINE probe AS amount < 100, cashout AS amount > 990
)`;

const store = await DiskStore.open(directory);
const tocsin = await Tocsin.open({
  store,
  settings: { snapshotEvents: NEVER, snapshotKeys: NEVER, snapshotInterval: NEVER },
});
await tocsin.ready(60_000);
await tocsin.catalog.putStream('payments', { query: STREAM });
await tocsin.catalog.putRule('card_testing', { query: RULE });
const start = Date.now() - 3_600_000;
for (let first = 0; first < Number(events); ) {
  const batch = Array.from({ length: Math.min(BATCH, Number(events) - first) }, (_, i) => {
    const n = first + i;
    return {
      json: { card: n % 10_000, amount: (((n * 2_654_435_761) % 2 ** 32) >>> 8) % 1_000, at: start + n },
    };
  });
  try {
    await tocsin.ingest.post('payments', batch);
    first += batch.length;
  } catch (error) {
    if ((error as { code?: string }).code !== 'overloaded') throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
while ((await tocsin.status()).partitions.some(({ lag }) => lag > 0)) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
console.log(`loaded ${tocsin.reader.diagnosis('card_testing').counts.alerts}`);
setInterval(() => {
  // Until it is killed.
}, 1_000);
