import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DiskStore } from '../../../src/store/disk/store.js';
import { scriptOf } from './script.js';

// Runs a script on the store in the directory of its first argument, and writes to the file `acknowledged` beside it, line
// by line: `begun <n>` before the operation with this number is called, `done <n>` when it has resolved.

const [, , folder = '', rows = '', seed = ''] = process.argv;
const file = openSync(join(folder, 'acknowledged'), 'a');
const say = (line: string): void => {
  writeSync(file, `${line}\n`);
};
const store = await DiskStore.open(join(folder, 'data'));
say('opened');
let number = 0;
for (const row of scriptOf(Number(rows), Number(seed))) {
  const calls = row.map(async (operation) => {
    const own = number++;
    say(`begun ${own}`);
    await operation(store);
    say(`done ${own}`);
  });
  await Promise.all(calls);
}
await store.close();
say('closed');
