import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDamagedStarts } from './damaged_start.js';

test('a server on damaged data says so, and what to do', { timeout: 300_000 }, async (context) => {
  const seed = Date.now() % 1_000_000;
  context.diagnostic(`seed ${seed}`);
  const { line, wrong } = await runDamagedStarts({ starts: 3, seed });
  context.diagnostic(line);
  assert.deepEqual(wrong, [], line);
});
