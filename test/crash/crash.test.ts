import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrashes } from './run.js';

test('ten kills: no event and no alert is lost, invented or renamed', {
  timeout: 600_000,
}, async (context) => {
  const seed = Date.now() % 1_000_000;
  context.diagnostic(`seed ${seed}`);
  const { line, lost, invented, renamed, outcome, alerts } = await runCrashes({
    ...{ store: 'disk', kills: 10, events: 4_000, seed },
  });
  context.diagnostic(line);
  const nothing = { lost: [], invented: [], renamed: [], troubles: [] };
  assert.deepEqual({ lost, invented, renamed, troubles: outcome.troubles }, nothing, line);
  assert.ok(alerts > 20, line);
});
