import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { Output } from '../../src/cli/output.js';
import { PipeClosed } from '../../src/cli/terminal.js';

test('a slow reader is waited for: nothing piles up behind its buffer', async () => {
  let most = 0;
  let received = '';
  const slow: Writable = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _encoding, done) {
      most = Math.max(most, slow.writableLength);
      received += chunk.toString();
      setImmediate(done);
    },
  });
  const output = new Output(slow);
  const line = 'x'.repeat(999);
  for (let i = 0; i < 500; i++) {
    output.line(line);
    if (output.full) await output.flush();
  }
  await output.flush();
  assert.equal(received, `${line}\n`.repeat(500));
  assert.ok(most < 200_000, `at most one write waits, ${most} bytes did`);
});

test('a reader that has gone ends the writing', async () => {
  const gone = new Writable({ highWaterMark: 1, write: () => undefined });
  const output = new Output(gone);
  output.line('a');
  const waiting = output.flush();
  gone.destroy();
  await assert.rejects(waiting, PipeClosed);
  output.line('b');
  await assert.rejects(output.flush(), PipeClosed);
});
