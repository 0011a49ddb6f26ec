import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * Writes back what became of deliveries; those that are not known are passed over.
 * KEYS: delivery ids, progress, due, waiting.
 * ARGV: frames: how many; of each id, destination, sealed progress, due time (empty: never again).
 * Result: how many were known.
 */
export const settle4 = new Script(
  4,
  `#!lua flags=allow-oom
${TAKE}
local ids, progress, due, waiting = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local known = 0
for _ = 1, tonumber(take()) do
  local id, destination, state, time = take(), take(), take(), take()
  local sequence = redis.call('HGET', ids, id)
  if sequence then
    known = known + 1
    redis.call('HSET', progress, sequence, state)
    local member = string.format('%016.0f', tonumber(sequence))
    local place = destination .. '\\0' .. member
    if time == '' then
      redis.call('ZREM', due, member)
      redis.call('ZREM', waiting, place)
    else
      redis.call('ZADD', due, time, member)
      redis.call('ZADD', waiting, 0, place)
    end
  end
end
return known
`,
);
