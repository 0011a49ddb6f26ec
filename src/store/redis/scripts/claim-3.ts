import { Script } from '../script.js';

/**
 * Takes deliveries that can be claimed and hides them for a while.
 * KEYS: due, deliveries, progress.
 * ARGV: now, until when they are hidden, how many at most.
 * Result: {sequence number, sealed delivery, sealed progress, ...}.
 */
export const claim3 = new Script(
  3,
  `#!lua flags=allow-oom
local due, deliveries, progress = KEYS[1], KEYS[2], KEYS[3]
local found = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  redis.call('ZADD', due, ARGV[2], member)
  local sequence = string.format('%.0f', tonumber(member))
  found[#found + 1] = sequence
  found[#found + 1] = redis.call('HGET', deliveries, sequence)
  found[#found + 1] = redis.call('HGET', progress, sequence)
end
return found
`,
);
