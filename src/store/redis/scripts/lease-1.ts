import { Script } from '../script.js';

/**
 * Takes or renews the lease of a partition, by Redis's own clock.
 * KEYS: lease.
 * ARGV: owner, milliseconds.
 * Result: {epoch, until}, or nil while another owner holds it.
 */
export const lease1 = new Script(
  1,
  `#!lua flags=allow-oom
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local held = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'until')
local epoch = tonumber(held[2] or '0')
if held[1] ~= ARGV[1] then
  if held[1] and now < tonumber(held[3]) then return nil end
  epoch = epoch + 1
end
local over = now + tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'owner', ARGV[1],
  'epoch', string.format('%.0f', epoch), 'until', string.format('%.0f', over))
return {epoch, over}
`,
);
