import { parseArgs } from 'node:util';
import { runDamages } from './run.js';

// npm run crash:damage -- [--damages N] [--seed S]
// Progress and each wording of a report go to standard error, one line of figures to standard output. Exit code 1 when damage
// was read as data, or ended the process without a word.

const { values } = parseArgs({
  options: {
    damages: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [damages, seed] = [Number(values.damages), Number(values.seed)];
if (![damages, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error('damage: damages and seed are whole numbers');
  process.exit(2);
}

console.error(`damage: seed ${seed}`);
const { wrong, messages, line } = await runDamages({
  ...{ damages, seed },
  onProgress: (text) => console.error(`damage: ${text}`),
});
for (const message of messages) console.error(`damage: said: ${message}`);
for (const text of wrong.slice(0, 20)) console.error(`damage: ${text}`);
console.log(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
