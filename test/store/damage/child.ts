import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskStore } from '../../../src/store/disk/store.js';
import { StoreError } from '../../../src/store/store.js';
import { Random } from '../../http/fuzz/random.js';
import { digestOf } from '../images/script.js';
import { spoil } from './spoil.js';

// Damages copies of the data in the folder of its first argument, one after the other, with the numbers from the second to
// the third, and asks each for everything. Says on standard output, line by line, `<n> <how>` before it begins, and what came
// of it: `same`, `start <message>`, `read <message>`, or `other` when answers were given that are not those of the data.

const [, , folder = '', from = '', to = '', seed = '', expected = ''] = process.argv;
const whole = await readFile(join(folder, 'data.mdb'));
const directory = join(folder, `damaged-${process.pid}`);

async function outcome(file: Buffer): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  await writeFile(join(directory, 'data.mdb'), file);
  await writeFile(join(directory, 'format'), '1\n');
  let stage = 'start';
  try {
    const store = await DiskStore.open(directory);
    stage = 'read';
    try {
      return (await digestOf(store)) === expected ? 'same' : 'other';
    } finally {
      await store.close();
    }
  } catch (error) {
    const { message } = error as Error;
    const isReported = error instanceof StoreError && error.code === 'damaged';
    return isReported ? `${stage} ${message}` : `unclear ${stage}: ${message}`;
  }
}

for (let number = Number(from); number < Number(to); number++) {
  const { file, how } = spoil(whole, new Random(Number(seed) + number));
  process.stdout.write(`${number} ${how}\n`);
  process.stdout.write(`${(await outcome(file)).replaceAll('\n', ' ')}\n`);
}
await rm(directory, { recursive: true, force: true });
