import { parseArgs } from 'node:util';
import { runImages } from './run.js';

// npm run crash:images -- [--images N] [--seed S]
// Progress goes to standard error, one line of figures to standard output. Exit code 1 when anything was wrong.

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [images, seed] = [Number(values.images), Number(values.seed)];
if (![images, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error('images: images and seed are whole numbers');
  process.exit(2);
}

console.error(`images: seed ${seed}`);
const { failures, line } = await runImages({
  // About twenty images come of one row of operations.
  ...{ rows: Math.ceil(images / 20), seed, images },
  onProgress: (text) => console.error(`images: ${text}`),
});
for (const failure of failures.slice(0, 20)) console.error(`images: ${failure}`);
console.log(line);
process.exitCode = failures.length > 0 ? 1 : 0;
