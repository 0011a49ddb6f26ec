import { parseArgs } from 'node:util';
import { runDamages } from '../store/damage/run.js';
import { runDamagedStarts } from './damaged_start.js';

// npm run crash:damage -- [--damages N] [--starts N] [--seed S]
// Damages the disk store's file and asks it for everything, then starts the server on such files. Progress and each wording of
// a report go to standard error, a line of figures for each of the two to standard output. Exit code 1 when damage was read as
// data, or ended a process without a word.

const { values } = parseArgs({
  options: {
    damages: { type: 'string', default: '5000' },
    starts: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [damages, starts, seed] = [Number(values.damages), Number(values.starts), Number(values.seed)];
if (![damages, starts, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error('damage: damages, starts and seed are whole numbers');
  process.exit(2);
}

console.error(`damage: seed ${seed}`);
const onProgress = (text: string): void => console.error(`damage: ${text}`);
const store = await runDamages({ damages, seed, onProgress });
for (const message of store.messages) console.error(`damage: said: ${message}`);
for (const text of store.wrong.slice(0, 20)) console.error(`damage: ${text}`);
const server = await runDamagedStarts({ starts, seed, onProgress });
for (const text of server.wrong.slice(0, 20)) console.error(`damage: ${text}`);
console.log(store.line);
console.log(server.line);
process.exitCode = store.wrong.length + server.wrong.length > 0 ? 1 : 0;
