import { parseArgs } from 'node:util';
import { runCrashes } from './run.js';

// npm run crash -- [--kills N] [--events N] [--seed S] [--redis]
// Progress goes to standard error, one line of figures to standard output. Exit code 1 when anything was wrong.

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    events: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    redis: { type: 'boolean', default: false },
  },
});

const kills = Number(values.kills);
const events = Number(values.events ?? Math.min(4_000 * Math.max(1, kills), 200_000));
const seed = Number(values.seed);
if (![kills, events, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error('crash: kills, events and seed are whole numbers');
  process.exit(2);
}

console.error(`crash: seed ${seed}`);
const report = await runCrashes({
  ...{ store: values.redis ? 'redis' : 'disk', kills, events, seed },
  onProgress: (text) => console.error(`crash: ${text}`),
});
for (const what of ['lost', 'invented', 'renamed'] as const) {
  for (const text of report[what].slice(0, 20)) console.error(`crash: ${what}: ${text}`);
}
for (const text of report.outcome.troubles.slice(0, 20)) console.error(`crash: ${text}`);
console.log(report.line);
const { lost, invented, renamed, outcome } = report;
process.exitCode = [lost, invented, renamed, outcome.troubles].some(({ length }) => length > 0) ? 1 : 0;
