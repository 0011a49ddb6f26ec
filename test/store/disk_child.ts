import { DiskStore } from '../../src/store/disk/store.js';
import { alert, bytes, commit, entry, leased, NOON } from './contract/sample.js';

// Works in the directory of its first argument until it is killed, and says on standard output, line by line, what is
// durable: `append <first> <text>`, `commit <alert id>`. With `hold` as its second argument it opens the store only.

const [, , directory = '', mode] = process.argv;
const store = await DiskStore.open(directory);
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function appends(writer: number): Promise<never> {
  for (let number = 0; ; number++) {
    const text = `${process.pid}/${writer}/${number}`;
    const more = { count: 1 + (number % 3), payload: bytes(text.padEnd(number % 4_000)), ids: [text] };
    const [appended] = await store.append(0, [entry(text, more)], NOON);
    say(`append ${appended?.first} ${text}`);
  }
}

async function commits(): Promise<never> {
  const epoch = await leased(store, `${process.pid}`);
  for (let number = 0; ; number++) {
    const id = `${process.pid}-${number}`;
    const value = new Uint8Array(number % 100_000).fill(number);
    const state = { dropped: [], pieces: [{ group: '', key: 'head', value }] };
    const alerts = [alert(id, { destinations: ['desk'] })];
    await store.commit(0, epoch, commit({ position: number, state, alerts }));
    say(`commit ${id}`);
  }
}

if (mode === 'hold') {
  say('open');
  setInterval(() => {}, 60_000);
} else {
  await Promise.all([appends(0), appends(1), appends(2), commits()]);
}
