import { Script } from '../script.js';

/**
 * Drops a slice of the records that lie before an offset, the oldest first.
 * KEYS: log, head.
 * ARGV: offset, about how many records at most.
 * Result: 1 when there are none left to drop, else 0.
 */
export const trimLog2 = new Script(
  2,
  `#!lua flags=allow-oom
local log, head = KEYS[1], KEYS[2]
local before = tonumber(ARGV[1])
if before <= 0 then return 1 end
local next = tonumber(redis.call('HGET', head, 'next') or '0')
local kept = redis.call('XREVRANGE', log, string.format('%.0f-1', before - 1), '-', 'COUNT', 1)[1]
if not kept then return 1 end

-- The record that reaches over the offset stays.
local least = kept[1]
if tonumber(string.match(least, '^%d+')) + tonumber(kept[2][4]) <= before then
  least = string.format('%.0f-1', before)
end
local isDone = 0
if redis.call('XTRIM', log, 'MINID', '~', least, 'LIMIT', ARGV[2]) == 0 then
  -- What is left is in one node of the stream.
  redis.call('XTRIM', log, 'MINID', '=', least)
  isDone = 1
end
local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
local first = oldest and string.match(oldest[1], '^%d+') or string.format('%.0f', next)
redis.call('HSET', head, 'first', first)
return isDone
`,
);
