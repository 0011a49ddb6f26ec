import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { open as openLmdb } from 'lmdb';
import { checkDatabase } from '../../../src/store/disk/database.js';
import { DiskStore } from '../../../src/store/disk/store.js';
import { digestOf, scriptOf } from '../images/script.js';

/** A store with something of everything in a directory of its own, closed. */
async function someStore(context: TestContext): Promise<{ directory: string; digest: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-pages-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  const store = await DiskStore.open(directory);
  for (const operation of scriptOf(40, 3).flat()) await operation(store);
  const digest = await digestOf(store);
  await store.close();
  return { directory, digest };
}

test('a store at work passes after every step', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-pages-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  await checkDatabase(directory);
  const store = await DiskStore.open(directory);
  context.after(() => store.close());
  await checkDatabase(directory);
  for (const row of scriptOf(80, 5)) {
    await Promise.all(row.map((operation) => operation(store)));
    await checkDatabase(directory);
  }
});

test('copies that LMDB makes, compact or not, pass, and go on', async (context) => {
  const { directory, digest } = await someStore(context);
  const root = openLmdb({
    path: join(directory, 'data.mdb'),
    noSubdir: true,
    maxDbs: 32,
    overlappingSync: false,
  });
  for (const isCompact of [true, false]) {
    const copy = join(directory, `copy-${isCompact}`);
    await mkdir(copy);
    await root.backup(join(copy, 'data.mdb'), isCompact);
    await copyFile(join(directory, 'format'), join(copy, 'format'));
    for (let times = 0; times < 3; times++) {
      const store = await DiskStore.open(copy);
      if (times === 0) assert.equal(await digestOf(store), digest);
      await store.putDocument('rule', 'after the copy', new Uint8Array(10_000));
      await store.close();
    }
  }
  await root.close();
});

test('an older head that says it is the newest does not take the last commit back unseen', async (context) => {
  const { directory } = await someStore(context);
  const path = join(directory, 'data.mdb');
  const file = await readFile(path);
  const places = [0, 4_096].map((page) => page + 24 + 128);
  const [first = 0n, second = 0n] = places.map((at) => file.readBigUInt64LE(at));
  const older = first < second ? 0 : 1;
  file.writeBigUInt64LE(([first, second][older] ?? 0n) + 2n, places[older]);
  await writeFile(path, file);
  await assert.rejects(DiskStore.open(directory), {
    code: 'damaged',
    message: /its head is of transaction \d+, its tables are of \d+: restore the directory from a backup$/,
  });
});
