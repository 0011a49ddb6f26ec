import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-process-'));
after(() => rmSync(folder, { recursive: true }));

const RULE = join(folder, 'all.sql');
writeFileSync(RULE, 'CREATE STREAM s (n BIGINT, at TIMESTAMP, WATERMARK FOR at AS at); SELECT n FROM s;');

function start(...args: string[]) {
  return spawn(process.execPath, ['--import', 'tsx', 'src/cli/tocsin.ts', ...args], { stdio: 'pipe' });
}

function events(count: number, from = 0): string {
  return Array.from({ length: count }, (_, i) => `{"n":${from + i},"at":${from + i}}\n`).join('');
}

test('exit codes reach the shell', async () => {
  for (const [args, expected] of [
    [['--version'], 0],
    [['check', 'rules/card_testing.sql'], 0],
    [['run', RULE, '--exit-code'], 1],
    [['nonsense'], 2],
    [['check', 'nowhere.sql'], 3],
  ] as const) {
    const child = start(...args);
    child.stdin.end();
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, expected, args.join(' '));
  }
});

test('matches come out while the input is still open', async () => {
  const child = start('run', RULE);
  child.stdin.write(events(2));
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  assert.match(first.toString(), /^\{"n":0\}\n/);
  child.stdin.end(events(1, 2));
  const rest = await text(child.stdout);
  assert.equal(first.toString() + rest, '{"n":0}\n{"n":1}\n{"n":2}\n');
});

test('a reader that goes away ends the run without a word', async () => {
  const child = start('run', RULE);
  child.stdin.on('error', () => undefined);
  const said = text(child.stderr);
  child.stdin.write(events(1000));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  let from = 1000;
  const feed = (): void => {
    while (child.exitCode === null && child.stdin.writable && from < 2_000_000) {
      from += 1000;
      if (!child.stdin.write(events(1000, from))) {
        child.stdin.once('drain', feed);
        return;
      }
    }
  };
  feed();
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0);
  assert.equal(await said, '');
});
