import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstAlarm } from './first_alarm.js';
import { startReceiver } from './receiver.js';
import { startServer } from './server_process.js';

test('the first alarm, with the server killed between events: on the embedded store', async () => {
  const data = mkdtempSync(join(tmpdir(), 'tocsin-e2e-'));
  const receiver = await startReceiver();
  try {
    await firstAlarm(() => startServer(['--data', data, '--allow-destinations', '127.0.0.0/8']), receiver);
  } finally {
    receiver.close();
    rmSync(data, { recursive: true });
  }
});
