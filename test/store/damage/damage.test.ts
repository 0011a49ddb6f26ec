import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDamages } from './run.js';

test('damage in any place has no effect, or is reported with what to do', {
  timeout: 300_000,
}, async (context) => {
  const seed = Date.now() % 1_000_000;
  context.diagnostic(`seed ${seed}`);
  const { line, wrong, atStart, atRead, messages } = await runDamages({ damages: 200, seed });
  context.diagnostic(line);
  assert.deepEqual(wrong, [], line);
  assert.ok(atStart > 0 && atRead > 0, line);
  for (const message of messages) assert.match(message, /restore (the|its) directory from a backup$/);
});
