import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutStrace } from './recording.js';
import { runImages } from './run.js';

test('whatever a power cut leaves: all that was acknowledged, and no half commit', {
  ...{ skip: withoutStrace, timeout: 300_000 },
}, async (context) => {
  const seed = Date.now() % 1_000_000;
  context.diagnostic(`seed ${seed}`);
  const { line, failures, images } = await runImages({ rows: 15, seed, images: 200 });
  context.diagnostic(line);
  assert.deepEqual(failures, [], line);
  assert.equal(images, 200, line);
});
