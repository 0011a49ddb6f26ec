import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { open as openLmdb } from 'lmdb';
import { checkDirectory } from '../../src/store/disk/directory.js';
import { keyOf } from '../../src/store/disk/key.js';
import { DiskStore } from '../../src/store/disk/store.js';
import type { StoreErrorCode } from '../../src/store/store.js';
import {
  alert,
  bytes,
  commit,
  entry,
  fire,
  LONG,
  leased,
  NOON,
  readAll,
  sameBytes,
  textOf,
} from './contract/sample.js';
import { storeContract } from './contract.js';

async function emptyDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-disk-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const data = (directory: string): string => join(directory, 'data.mdb');

/** Checks that an opening or a read is refused with this code and a message that says all of this. */
async function refused(answer: Promise<unknown>, code: StoreErrorCode, ...says: RegExp[]): Promise<void> {
  await assert.rejects(answer, (error: Error & { code?: string }) => {
    assert.equal(error.name, 'StoreError', error.stack);
    assert.equal(error.code, code, error.message);
    for (const text of says) assert.match(error.message, text);
    return true;
  });
}

/** Turns one bit of each place in the data where this text stands. */
async function damage(directory: string, text: string): Promise<void> {
  const file = await readFile(data(directory));
  const at: number[] = [];
  for (let found = file.indexOf(text); found >= 0; found = file.indexOf(text, found + 1)) at.push(found);
  assert.ok(at.length > 0, `${text} is in the file`);
  for (const place of at) file[place + 1] = (file[place + 1] ?? 0) ^ 0x10;
  await writeFile(data(directory), file);
}

storeContract('disk', async (context) => DiskStore.open(await emptyDirectory(context)));

test('what was stored is there when the directory is opened again', async (context) => {
  const directory = join(await emptyDirectory(context), 'made', 'on the way.d');
  const before = await DiskStore.open(directory);
  await before.append(0, [entry('a', { count: 3, ids: ['old'] })], NOON);
  await before.append(0, [entry('b', { kind: 'rule', ids: ['young'] }), entry('c')], NOON + 1_000);
  await before.trim(0, 3, NOON + 1);
  const epoch = await leased(before, 'a');
  const alerts = [alert('x', { destinations: ['desk', 'pager'] }), alert('y')];
  await before.commit(
    0,
    epoch,
    commit({
      position: 4,
      state: { dropped: [], pieces: [{ group: '', key: 'head', value: bytes('state') }] },
      alerts,
    }),
  );
  await before.commit(0, epoch, commit({ position: 5 }));
  await before.putDocument('rule', 'r', bytes('1'));
  await before.putDocument('rule', 'r', bytes('2'));
  const [claimed] = await before.claim(NOON, NOON + LONG, 1);
  assert.ok(claimed !== undefined);
  await before.settle([{ ...claimed, state: 'retrying', due: NOON + 5_000 }]);
  const deliveries = await before.deliveries(0, 10, {});
  await before.close();

  const after = await DiskStore.open(directory);
  context.after(() => after.close());
  assert.deepEqual(await after.bounds(0), { first: 3, next: 5 });
  const records = await readAll(after, 3);
  assert.deepEqual(
    records.map(({ payload, ...record }) => ({ ...record, text: textOf(payload) })),
    [
      { kind: 'rule', first: 3, count: 1, stamp: NOON + 1_000, text: 'b' },
      { kind: 'events', first: 4, count: 1, stamp: NOON + 1_000, text: 'c' },
    ],
  );
  assert.deepEqual(await after.known(0, ['old', 'young']), [false, true]);
  assert.deepEqual(await after.checkpoint(0), { position: 5, state: 4 });
  sameBytes((await after.state(0, null, 100))[0]?.value, bytes('state'));
  const found = await after.alerts(0, 10, {});
  assert.deepEqual(
    found.map(({ id }) => id),
    ['x', 'y'],
  );
  assert.deepEqual(await after.deliveries(0, 10, {}), deliveries);
  assert.equal(await after.nextDue(), deliveries[1]?.due);
  assert.equal((await after.document('rule', 'r'))?.version, 2);
  const [appended] = await after.append(0, [entry('d')], NOON);
  assert.deepEqual(appended, { first: 5, last: 5, stamp: NOON + 1_000 });
  await fire(after, alert('z', { destinations: ['desk'] }));
  assert.equal((await after.alerts(found[1]?.sequence ?? 0, 10, {}))[0]?.id, 'z');
  assert.equal((await after.deliveries(deliveries[1]?.sequence ?? 0, 10, {}))[0]?.id, 'z.desk');
});

test('leases and claims end with the process; the epoch goes on', async (context) => {
  const directory = await emptyDirectory(context);
  const before = await DiskStore.open(directory);
  const epoch = await leased(before, 'a');
  await before.commit(0, epoch, commit({ alerts: [alert('x', { destinations: ['desk'] })] }));
  assert.equal((await before.claim(NOON, NOON + LONG, 10)).length, 1);
  await before.close();
  const after = await DiskStore.open(directory);
  context.after(() => after.close());
  assert.equal((await after.claim(NOON, NOON + LONG, 10)).length, 1);
  const lease = await after.lease(0, 'b', LONG);
  assert.ok(lease !== null && lease.epoch > epoch);
  await refused(after.commit(0, epoch, commit()), 'fenced');
});

test('closing waits for what is under way', async (context) => {
  const directory = await emptyDirectory(context);
  const store = await DiskStore.open(directory);
  const appends = Array.from({ length: 50 }, (_, index) => store.append(0, [entry(`${index}`)], NOON));
  await store.close();
  await Promise.all(appends);
  const after = await DiskStore.open(directory);
  context.after(() => after.close());
  assert.equal((await readAll(after)).length, 50);
});

test('appends that wait at the same time share a transaction', async (context) => {
  const directory = await emptyDirectory(context);
  const store = await DiskStore.open(directory);
  context.after(() => store.close());
  const before = await transactions(directory);
  await Promise.all(Array.from({ length: 500 }, (_, index) => store.append(0, [entry(`${index}`)], NOON)));
  const spent = (await transactions(directory)) - before;
  assert.ok(spent >= 1 && spent <= 3, `${spent} transactions`);
});

/** How many transactions the database has seen: a number in LMDB's two meta pages. */
async function transactions(directory: string): Promise<number> {
  const file = await readFile(data(directory));
  return Math.max(...[0, 4_096].map((page) => Number(file.readBigUInt64LE(page + 24 + 128))));
}

test('a flipped bit in a record of the log is reported, the others are read', async (context) => {
  const directory = await emptyDirectory(context);
  const store = await DiskStore.open(directory);
  for (const text of ['first', 'payload-to-damage', 'third']) await store.append(0, [entry(text)], NOON);
  await store.close();
  await damage(directory, 'payload-to-damage');
  const after = await DiskStore.open(directory);
  context.after(() => after.close());
  await refused(
    after.read(0, 1, { bytes: 1, wait: 0 }),
    'damaged',
    /record of the log/,
    /checksum/,
    /backup/,
  );
  assert.equal(textOf((await after.read(0, 0, { bytes: 1, wait: 0 }))[0]?.payload ?? bytes('')), 'first');
  assert.equal(textOf((await after.read(0, 2, { bytes: 1, wait: 0 }))[0]?.payload ?? bytes('')), 'third');
});

test('a flipped bit in the last record is reported at the start', async (context) => {
  const directory = await emptyDirectory(context);
  const store = await DiskStore.open(directory);
  for (const text of ['first', 'payload-to-damage']) await store.append(0, [entry(text)], NOON);
  await store.close();
  await damage(directory, 'payload-to-damage');
  await refused(DiskStore.open(directory), 'damaged', /record of the log/, /backup/);
});

test('a flipped bit in a piece of the state, an alert, a delivery or a document is reported', async (context) => {
  const directory = await emptyDirectory(context);
  const store = await DiskStore.open(directory);
  const epoch = await leased(store);
  await store.commit(0, epoch, {
    position: 1,
    state: { dropped: [], pieces: [{ group: '', key: 'head', value: bytes('piece-to-damage') }] },
    alerts: [
      alert('a', { body: bytes('alert-to-damage') }),
      alert('b', { destinations: ['place-to-damage'] }),
    ],
    documents: [{ kind: 'rule', key: 'r', value: bytes('document-to-damage') }],
  });
  await store.close();
  for (const what of ['piece', 'alert', 'document']) await damage(directory, `${what}-to-damage`);
  const after = await DiskStore.open(directory);
  await refused(after.state(0, null, 100), 'damaged', /a piece of the state/, /backup/);
  await refused(after.alert('a'), 'damaged', /alert/, /backup/);
  await refused(after.alerts(0, 10, {}), 'damaged', /alert/);
  await refused(after.document('rule', 'r'), 'damaged', /document/, /backup/);
  await after.close();
  // A row that is looked up by what was turned would be missed.
  await damage(directory, 'place-to-damage');
  await refused(DiskStore.open(directory), 'damaged', /a delivery/, /checksum/, /backup/);
});

test('a record that is missing is reported, and never skipped', async (context) => {
  const directory = await emptyDirectory(context);
  const store = await DiskStore.open(directory);
  for (const text of ['a', 'b', 'c']) await store.append(0, [entry(text, { count: 2 })], NOON);
  await store.close();
  await removeRecord(directory, 2);
  const after = await DiskStore.open(directory);
  const [record, ...others] = await after.read(0, 0, { bytes: 1_000, wait: 0 });
  assert.equal(record?.first, 0);
  assert.deepEqual(others, []);
  for (const from of [2, 3]) {
    await refused(after.read(0, from, { bytes: 1, wait: 0 }), 'damaged', new RegExp(`offset ${from} `));
  }
  await after.close();
  await removeRecord(directory, 4);
  await refused(DiskStore.open(directory), 'damaged', /ends at offset 2 and should at 6/);
});

async function removeRecord(directory: string, first: number): Promise<void> {
  const root = openLmdb<Buffer, Buffer>({ path: data(directory), noSubdir: true, maxDbs: 32 });
  const log = root.openDB<Buffer, Buffer>({ name: 'log', encoding: 'binary', keyEncoding: 'binary' });
  await log.remove(keyOf(0, first));
  await root.close();
}

test('a data file that was cut short is refused', async (context) => {
  const directory = await emptyDirectory(context);
  const store = await DiskStore.open(directory);
  await store.append(0, [entry('', { payload: new Uint8Array(300_000).fill(7) })], NOON);
  await store.close();
  const whole = await readFile(data(directory));
  const used = whole.length - 1024 * 1024;
  for (const length of [used - 1, used >> 1, 8_192, 5_000, 4_096, 100, 1]) {
    await writeFile(data(directory), whole.subarray(0, length));
    await refused(DiskStore.open(directory), 'damaged', /cut short|no database/, /backup/);
  }
  await truncate(data(directory), 0);
  await refused(DiskStore.open(directory), 'damaged', /is empty/, /backup/);
  await unlink(data(directory));
  await refused(DiskStore.open(directory), 'damaged', /is missing/, /backup/);
  await writeFile(data(directory), whole.subarray(0, used));
  const after = await DiskStore.open(directory);
  context.after(() => after.close());
  assert.equal((await readAll(after)).length, 1);
});

test('a data file that is whole is never taken for one that was cut short', async (context) => {
  // LMDB leaves out pages at the end that a step took and freed again: with these counts it does.
  for (const count of [20, 25, 30, 200]) {
    const directory = await emptyDirectory(context);
    const store = await DiskStore.open(directory);
    const epoch = await leased(store);
    const keys = Array.from({ length: count }, (_, index) => `${(index * 7_919) % count}`.padEnd(60, 'x'));
    const change = (value: Uint8Array | null, some: readonly string[]) =>
      commit({ documents: some.map((key) => ({ kind: 'k', key, value })) });
    await store.commit(0, epoch, change(new Uint8Array(100), keys));
    for (let at = 0; at < count; at += 20) {
      await store.commit(0, epoch, change(null, keys.slice(at, at + 20)));
      await checkDirectory(directory);
    }
    await store.close();
    await checkDirectory(directory);
  }
});

test('a data file that is none of LMDB is refused', async (context) => {
  const directory = await emptyDirectory(context);
  await writeFile(data(directory), 'something else'.repeat(10_000));
  await refused(
    DiskStore.open(directory),
    'damaged',
    /no database of LMDB/,
    /backup/,
    /first start was cut off/,
  );
});

test('data of another format is refused', async (context) => {
  const directory = await emptyDirectory(context);
  await (await DiskStore.open(directory)).close();
  const format = join(directory, 'format');
  assert.equal(await readFile(format, 'utf8'), '1\n');
  await writeFile(format, '2\n');
  await refused(DiskStore.open(directory), 'unavailable', /has format 2/, /reads format 1/);
  await writeFile(format, '\u0000');
  await refused(DiskStore.open(directory), 'damaged', /format/, /backup/);
  await writeFile(format, '1\n');
  await (await DiskStore.open(directory)).close();
});

test('a file where the directory should be is refused', async (context) => {
  const directory = await emptyDirectory(context);
  const file = join(directory, 'file');
  await writeFile(file, 'text');
  await refused(DiskStore.open(file), 'unavailable', /is a file/);
  await refused(DiskStore.open(join(file, 'below')), 'unavailable', /is a file/);
  assert.equal(await readFile(file, 'utf8'), 'text');
});

test('a disk without room refuses events; reads, deliveries and trimming go on', async (context) => {
  const directory = await emptyDirectory(context);
  const before = await DiskStore.open(directory);
  await before.append(0, [entry('a', { ids: ['a'] }), entry('b')], NOON);
  await fire(before, alert('x', { destinations: ['desk'] }));
  await before.close();
  const store = await DiskStore.open(directory, { reserve: 2 ** 62 });
  const epoch = await leased(store);
  await refused(store.append(0, [entry('c', { ids: ['c'] })], NOON), 'full', /is full/);
  await refused(store.putDocument('k', 'a', bytes('x')), 'full');
  await refused(store.commit(0, epoch, commit({ position: 1, alerts: [alert('y')] })), 'full');
  assert.deepEqual(await store.known(0, ['a', 'c']), [true, false]);
  assert.equal((await readAll(store)).length, 2);
  const [claimed] = await store.claim(NOON, NOON + LONG, 10);
  assert.ok(claimed !== undefined);
  await store.settle([{ ...claimed, state: 'delivered' }]);
  await store.trim(0, 1, 0);
  assert.deepEqual(await store.bounds(0), { first: 1, next: 2 });
  await store.close();
  const after = await DiskStore.open(directory);
  context.after(() => after.close());
  assert.equal((await after.append(0, [entry('c', { ids: ['c'] })], NOON))[0]?.first, 2);
  assert.equal(await after.alert('y'), null);
});

test('a directory with a long name works as any other', async (context) => {
  const directory = join(await emptyDirectory(context), 'x'.repeat(200), 'y'.repeat(200));
  await mkdir(directory, { recursive: true });
  const store = await DiskStore.open(directory);
  await store.append(0, [entry('a')], NOON);
  await refused(DiskStore.open(directory), 'unavailable', /in use by this process/);
  await store.close();
  const after = await DiskStore.open(directory);
  assert.equal((await readAll(after)).length, 1);
  await after.close();
});
