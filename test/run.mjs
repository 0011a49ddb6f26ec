// Runs every test file below test/ through tsx. Node 20's --test takes no globs and finds no .ts files itself.
// Usage: node test/run.mjs [part of a path ...]
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const wanted = process.argv.slice(2);
const files = readdirSync('test', { recursive: true })
  .map((name) => join('test', name))
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
if (files.length === 0) {
  console.error('no test file matches');
  process.exit(1);
}
// One more than the two cores that it is meant for: some tests mostly wait, such as for a lease to run out.
const args = ['--import', 'tsx', '--test', '--test-concurrency=3', '--test-reporter=spec', ...files];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
process.exit(status ?? 1);
