import { test } from 'node:test';
import { startRedis, withoutRedis } from '../support/redis_server.js';
import { firstAlarm } from './first_alarm.js';
import { startReceiver } from './receiver.js';
import { startServer } from './server_process.js';

test('the first alarm, with the server killed between events: on Redis', { skip: withoutRedis }, async () => {
  const redis = await startRedis();
  const receiver = await startReceiver();
  try {
    await firstAlarm(
      () => startServer(['--redis', redis.url, '--allow-destinations', '127.0.0.0/8']),
      receiver,
    );
  } finally {
    receiver.close();
    await redis.stop();
  }
});
