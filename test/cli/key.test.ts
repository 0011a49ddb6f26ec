import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hashOf, readKeys } from '../../src/http/key.js';
import { tocsin } from './capture.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-key-'));
after(() => rmSync(folder, { recursive: true }));

test('without a file: the key, and its entry for the list in one', async () => {
  const { code, stdout, stderr } = await tocsin([
    ...['key', 'ci', '--scope', 'events:write, rules:read,events:write', '--expires', '2027-01-01'],
  ]);
  assert.deepEqual([code, stderr], [0, '']);
  const [key = '', entry = '', ...more] = stdout.split('\n');
  assert.deepEqual(more, ['']);
  assert.deepEqual(JSON.parse(entry), {
    name: 'ci',
    scopes: ['events:write', 'rules:read'],
    sha256: hashOf(key).toString('hex'),
    expires: '2027-01-01T00:00:00.000Z',
  });
  assert.equal(readKeys(`[${entry}]`)[0]?.name, 'ci');
});

test('with a file: the key alone is printed, the entry is added, and the key is nowhere', async () => {
  const file = join(folder, 'keys.json');
  const first = await tocsin(['key', 'a', '--scope', 'admin', '--file', file]);
  const second = await tocsin(['key', 'b', '--scope', 'alerts:read'], '', { TOCSIN_KEYS_FILE: file });
  assert.match(first.stdout, /^tocsin_\S+\n$/);
  const text = readFileSync(file, 'utf8');
  const keys = readKeys(text);
  assert.deepEqual(
    keys.map(({ name, scopes }) => [name, scopes]),
    [
      ['a', ['admin']],
      ['b', ['alerts:read']],
    ],
  );
  assert.deepEqual(keys[1]?.hash, hashOf(second.stdout.trim()));
  assert.ok(!text.includes(first.stdout.trim()) && !text.includes(second.stdout.trim()));
  assert.equal(text.split('\n').length, 5);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['keys.json']);
});

test('who could read the file before can read it after, and a link stays one', async () => {
  const file = join(folder, 'shared.json');
  const link = join(folder, 'link.json');
  writeFileSync(file, '[]');
  chmodSync(file, 0o640);
  symlinkSync(file, link);
  assert.equal((await tocsin(['key', 'a', '--scope', 'admin', '--file', link])).code, 0);
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.equal(readKeys(readFileSync(file, 'utf8')).length, 1);
});

test('what cannot be: no key is printed, and the file stays as it was', async () => {
  const file = join(folder, 'full.json');
  const taken = join(folder, 'taken.json');
  writeFileSync(file, 'not a list');
  await tocsin(['key', 'ci', '--scope', 'admin', '--file', taken]);
  const before = readFileSync(taken, 'utf8');
  const cases: [string[], number, RegExp][] = [
    [['key'], 2, /name who uses the key/],
    [['key', 'ci'], 2, /--scope events:write,/],
    [['key', 'ci', '--scope', 'all'], 2, /--scope 'all': there are events:write/],
    [['key', 'ci', '--scope', ''], 2, /--scope ''/],
    [['key', 'a b', '--scope', 'admin'], 2, /'a b' cannot name a key/],
    [['key', 'a', 'b', '--scope', 'admin'], 2, /'b' is not understood/],
    [['key', 'a', '--scope', 'admin', '--expires', 'soon'], 2, /--expires soon: write it as ISO 8601/],
    [['key', 'a', '--scope', 'admin', '--file', ''], 2, /'--file' needs a value/],
    [['key', 'a', '--scpoe', 'admin'], 2, /did you mean '--scope'/],
    [['key', 'a', '--scope', 'admin', '--file', file], 3, /full\.json: it is not JSON; no key was made/],
    [['key', 'ci', '--scope', 'admin', '--file', taken], 3, /the name ci is taken by another key/],
    [['key', 'a', '--scope', 'admin', '--file', join(folder, 'no', 'k')], 3, /there is no such file/],
    [['key', 'a', '--scope', 'admin', '--file', folder], 3, /it is a directory/],
  ];
  for (const [args, expected, message] of cases) {
    const { code, stdout, stderr } = await tocsin(args);
    assert.deepEqual([code, stdout], [expected, ''], args.join(' '));
    assert.match(stderr, message);
  }
  assert.equal(readFileSync(taken, 'utf8'), before);
  assert.deepEqual(readdirSync(folder).sort(), [
    'full.json',
    'keys.json',
    'link.json',
    'shared.json',
    'taken.json',
  ]);
});
