// npm run full-disk
// A server on a small file system of its own that fills up to its last byte. To mount one takes root on Linux.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReceiver } from '../e2e/receiver.js';
import { startServer } from '../e2e/server_process.js';
import { fillAndEmpty } from './filling.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-full-'));
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'none', folder], { stdio: 'inherit' });
const filler = join(folder, 'filler');
try {
  const server = await startServer(['--data', join(folder, 'data'), '--allow-destinations', '127.0.0.0/8']);
  const receiver = await startReceiver();
  const { acceptedBefore, refused, takingAgain } = await fillAndEmpty(server.url, receiver, {
    code: 'store_full',
    status: 507,
    fill: () => {
      const file = openSync(filler, 'w');
      try {
        for (;;) writeSync(file, Buffer.alloc(64 * 1024, 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(filler),
  });
  const code = await server.stop();
  receiver.close();
  console.log(
    `full disk: ${acceptedBefore} events accepted before, ${refused} refused with 507, reads and webhooks went on; ` +
      `taking again ${Math.round(takingAgain)} ms after room came back, 0 accepted lost; exit ${code}`,
  );
} finally {
  execFileSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true });
}
