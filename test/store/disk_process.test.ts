import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DiskStore } from '../../src/store/disk/store.js';
import { entry, NOON, readAll, rises, textOf } from './contract/sample.js';

const CHILD = fileURLToPath(new URL('disk_child.ts', import.meta.url));

async function emptyDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-disk-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function start(context: TestContext, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  context.after(() => child.kill('SIGKILL'));
  return child;
}

/** The lines of a child that is killed at the one with this number; what it had said before it died is among them. */
async function linesUntilKilled(child: ChildProcess, number: number): Promise<readonly string[]> {
  const lines: string[] = [];
  let trouble = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    trouble += chunk.toString();
  });
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === number) child.kill('SIGKILL');
  }
  assert.ok(lines.length >= number, trouble);
  return lines;
}

test('a killed process loses nothing that it acknowledged', { timeout: 120_000 }, async (context) => {
  const directory = await emptyDirectory(context);
  const texts = new Map<number, string>();
  const alerts: string[] = [];
  for (const number of [1, 40, 300, 7, 900]) {
    for (const line of await linesUntilKilled(start(context, directory), number)) {
      const [what, one = '', text = ''] = line.split(' ');
      if (what === 'append') texts.set(Number(one), text);
      else alerts.push(one);
    }
    const store = await DiskStore.open(directory);
    const records = await readAll(store);
    let next = 0;
    for (const { first, count, payload } of records) {
      assert.equal(first, next);
      next += count;
      const text = texts.get(first);
      if (text !== undefined) assert.equal(textOf(payload).trim(), text);
      texts.delete(first);
      assert.deepEqual(await store.known(0, [textOf(payload).trim()]), [true]);
    }
    assert.deepEqual([...texts.keys()], [], 'every acknowledged record is there');
    assert.deepEqual(await store.bounds(0), { first: 0, next });
    const stored = await store.alerts(0, 100_000, {});
    const ids = new Set(stored.map(({ id }) => id));
    assert.deepEqual(
      alerts.filter((id) => !ids.has(id)),
      [],
    );
    assert.ok(rises(stored.map(({ sequence }) => sequence)));
    const deliveries = await store.deliveries(0, 100_000, {});
    assert.deepEqual(
      deliveries.map(({ alert }) => alert),
      stored.map(({ id }) => id),
    );
    // The last commit's state came with the last alert.
    const { position, state } = await store.checkpoint(0);
    assert.equal(state ?? 0, position);
    const last = stored.at(-1);
    if (last !== undefined) assert.equal(last.id.split('-')[1], `${position}`);
    await store.close();
  }
});

test('a directory belongs to one process at a time', { timeout: 60_000 }, async (context) => {
  const directory = await emptyDirectory(context);
  const own = await DiskStore.open(directory);
  await assert.rejects(DiskStore.open(directory), { code: 'unavailable', message: /in use by this process/ });
  const late = start(context, directory, 'hold');
  let trouble = '';
  late.stderr?.on('data', (chunk: Buffer) => {
    trouble += chunk.toString();
  });
  const [status] = await once(late, 'close');
  assert.notEqual(status, 0);
  assert.match(trouble, new RegExp(`in use by another process \\(${process.pid}\\)`));
  await own.append(0, [entry('still mine')], NOON);
  await own.close();

  const holder = start(context, directory, 'hold');
  assert.ok(holder.stdout);
  await once(holder.stdout, 'data');
  const message = new RegExp(`in use by another process \\(${holder.pid}\\): stop it`);
  await assert.rejects(DiskStore.open(directory), { code: 'unavailable', message });
  // Not even one that does nothing any more has given it up.
  holder.kill('SIGSTOP');
  await assert.rejects(DiskStore.open(directory), { code: 'unavailable', message });
  holder.kill('SIGKILL');
  await once(holder, 'close');
  const after = await DiskStore.open(directory);
  assert.equal((await readAll(after)).length, 1);
  await after.close();
  const left = (await readdir(directory)).filter((name) => name.includes('lock-'));
  assert.deepEqual(left, []);
});

test('of many that open a directory at once, one gets it at most', async (context) => {
  const directory = await emptyDirectory(context);
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => DiskStore.open(directory)));
    const stores = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    assert.ok(stores.length <= 1, `${stores.length} opened it`);
    for (const answer of answers) {
      if (answer.status === 'rejected') assert.equal(answer.reason.code, 'unavailable');
    }
    await Promise.all(stores.map((store) => store.close()));
  }
  await (await DiskStore.open(directory)).close();
});
