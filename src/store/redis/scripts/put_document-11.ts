import { STORE_ALERTS } from '../alert_steps.js';
import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * Writes a document if its version is the expected one, and with it alerts.
 * KEYS: documents, document order, checkpoint, alerts, bodies, alert ids, deliveries, progress, delivery ids, due, waiting.
 * ARGV: frames: field, sealed value, expected version (empty: any); the alerts, as `storeAlerts` takes them.
 * Result: {1, new version}, or {0, current version} when it is another.
 */
export const putDocument11 = new Script(
  11,
  `#!lua
${TAKE}${STORE_ALERTS}
local field, value, expected = take(), take(), take()
local held = redis.call('HGET', KEYS[1], field)
local version = held and tonumber(string.match(held, '^(%d+):')) or 0
if expected ~= '' and tonumber(expected) ~= version then return {0, version} end
redis.call('HSET', KEYS[1], field, string.format('%.0f:', version + 1) .. value)
redis.call('ZADD', KEYS[2], 0, field)
storeAlerts(KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[3])
return {1, version + 1}
`,
);
