import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { createApi } from '../../src/http/api.js';
import { listen } from '../../src/http/listener.js';
import { Dispatcher } from '../../src/runtime/dispatcher.js';
import { Tocsin } from '../../src/runtime/server.js';
import { WebhookSink } from '../../src/sinks/webhook.js';
import { DiskStore } from '../../src/store/disk/store.js';
import { startReceiver } from '../e2e/receiver.js';
import { startServer } from '../e2e/server_process.js';
import { fillAndEmpty } from './filling.js';

const MB = 1024 * 1024;
const FILLER = 32 * MB;

/** A file system that hardly anybody else writes to, where there is one. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

test('a disk that others fill: 507, alive, reads and deliveries go on, and it takes again when there is room', async (context) => {
  const folder = mkdtempSync(join(FOLDER, 'tocsin-full-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const { bavail, bsize } = statfsSync(folder);
  // The filler takes more than what is left above the reserve, whatever some others write meanwhile.
  const store = await DiskStore.open(join(folder, 'data'), { reserve: bavail * bsize - FILLER / 2 });
  const sinks = { webhook: new WebhookSink({ allow: ['127.0.0.0/8'] }) };
  const tocsin = await Tocsin.open({ store, sinks, dispatch: (parts) => new Dispatcher(parts) });
  const { handle } = createApi({ tocsin, version: '1.2.3', logger: pino({ level: 'silent' }) });
  const listener = await listen(handle, { host: '127.0.0.1', port: 0 });
  const receiver = await startReceiver();
  try {
    await tocsin.ready(20_000);
    const seen = await fillAndEmpty(listener.url, receiver, {
      code: 'store_full',
      status: 507,
      fill: () => {
        const file = openSync(join(folder, 'filler'), 'w');
        for (let size = 0; size < FILLER; size += MB) writeSync(file, Buffer.alloc(MB, 1));
        closeSync(file);
      },
      empty: () => rmSync(join(folder, 'filler')),
    });
    context.diagnostic(`takes again ${seen.takingAgain.toFixed(0)} ms after room came back`);
  } finally {
    await Promise.all([tocsin.close(), listener.close(5_000)]);
    await store.close();
    receiver.close();
  }
});

/** Limits a running process; false when it is there. */
const withoutPrlimit: string | false =
  spawnSync('prlimit', ['--version']).status === 0
    ? false
    : 'there is no prlimit here: on Linux util-linux brings it';

const REFUSING =
  'a disk that refuses to write, as one over its quota does: 503, alive, and what was accepted is there';

test(REFUSING, { skip: withoutPrlimit }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-refused-'));
  const server = await startServer(['--data', folder, '--allow-destinations', '127.0.0.0/8']);
  const receiver = await startReceiver();
  /** The longest that a file of the process may be; anybody may lower and raise it below the hard limit. */
  const limit = (bytes: string): void => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', `${server.child.pid}`, `--fsize=${bytes}:`]);
    assert.equal(status, 0, String(stderr));
  };
  try {
    await fillAndEmpty(server.url, receiver, {
      code: 'store_unavailable',
      status: 503,
      fill: () => limit(`${statSync(join(folder, 'data.mdb')).size}`),
      empty: () => limit('unlimited'),
    });
    assert.equal(await server.stop(), 0);
  } finally {
    await server.kill();
    receiver.close();
    rmSync(folder, { recursive: true });
  }
});
