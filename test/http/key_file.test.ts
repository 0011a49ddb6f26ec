import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { hashOf, KeyFileError, newKey } from '../../src/http/key.js';
import { KeyFile } from '../../src/http/key_file.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-keys-'));
after(() => rmSync(folder, { recursive: true }));

const [one, two] = [newKey(), newKey()];
const entry = (name: string, key: string) => ({
  name,
  scopes: ['admin'],
  sha256: hashOf(key).toString('hex'),
});

async function opened(path: string) {
  const logged: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const file = await KeyFile.open(path, logger);
  after(() => file.close());
  const names = () => [one, two].map((key) => file.find(hashOf(key))?.name ?? null);
  return { file, logged, names };
}

/** Looks until it is so: the file is looked at by the clock. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    assert.ok(tries < 2_000, 'it did not come');
    await wait(10);
  }
}

test('a key is found by its hash, and by no other', async () => {
  const path = join(folder, 'find.json');
  writeFileSync(path, JSON.stringify([entry('one', one), entry('two', two)]));
  const { file, names } = await opened(path);
  assert.deepEqual(names(), ['one', 'two']);
  assert.equal(file.find(hashOf(newKey())), null);
  assert.equal(file.find(hashOf(`${one} `)), null);
});

test('a file that changes is read again: written over, renamed over, a link that leads elsewhere', async () => {
  const path = join(folder, 'change.json');
  writeFileSync(path, JSON.stringify([entry('one', one)]));
  const { names } = await opened(path);
  writeFileSync(path, JSON.stringify([entry('one', one), entry('two', two)]));
  await until(() => names().join() === 'one,two');
  writeFileSync(join(folder, 'next.json'), JSON.stringify([entry('renamed', two)]));
  renameSync(join(folder, 'next.json'), path);
  await until(() => names().join() === ',renamed');

  const link = join(folder, 'link.json');
  symlinkSync(path, link);
  const linked = await opened(link);
  assert.deepEqual(linked.names(), [null, 'renamed']);
  writeFileSync(join(folder, 'other.json'), JSON.stringify([entry('other', one)]));
  symlinkSync(join(folder, 'other.json'), join(folder, 'link.new'));
  renameSync(join(folder, 'link.new'), link);
  await until(() => linked.names().join() === 'other,');
});

test('a file that breaks leaves the keys as they were, with an error in the log; an empty list lets nobody in', async () => {
  const path = join(folder, 'break.json');
  writeFileSync(path, JSON.stringify([entry('one', one)]));
  const { file, logged, names } = await opened(path);
  const errors = () => logged.filter(({ level }) => level === 50);
  writeFileSync(path, `[{"name": "two", "key": "${two}"`);
  await file.reload();
  assert.deepEqual(names(), ['one', null]);
  assert.match(String(errors()[0]?.['msg']), /the keys before it stay valid/);
  assert.equal(errors()[0]?.['reason'], 'it is not JSON');
  rmSync(path);
  await file.reload();
  assert.deepEqual(names(), ['one', null]);
  assert.match(String(errors().at(-1)?.['reason']), /ENOENT/);
  writeFileSync(path, '[]');
  await file.reload();
  assert.deepEqual(names(), [null, null]);
  assert.ok(logged.some(({ level, msg }) => level === 40 && /nobody gets in/.test(String(msg))));
  for (const secret of [one, two, hashOf(one).toString('hex')]) {
    assert.ok(!JSON.stringify(logged).includes(secret));
  }
});

test('a file that cannot be used at the start is refused with its name', async () => {
  const path = join(folder, 'bad.json');
  const refused = (expected: RegExp) =>
    assert.rejects(
      KeyFile.open(path, pino({ level: 'silent' })),
      (error) => error instanceof KeyFileError && expected.test(error.message),
    );
  await refused(/bad\.json cannot be used: ENOENT/);
  writeFileSync(path, JSON.stringify([{ ...entry('one', one), scopes: ['all'] }]));
  await refused(/bad\.json cannot be used: key 1: its scopes/);
  writeFileSync(path, ' '.repeat(1024 * 1024 + 1));
  await refused(/larger than/);
});
