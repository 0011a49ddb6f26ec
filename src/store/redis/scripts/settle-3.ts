import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * Writes back what became of deliveries; those that are not known are passed over.
 * KEYS: delivery ids, progress, due.
 * ARGV: frames: how many; of each id, sealed progress, due time (empty: never again).
 * Result: how many were known.
 */
export const settle3 = new Script(
  3,
  `#!lua flags=allow-oom
${TAKE}
local ids, progress, due = KEYS[1], KEYS[2], KEYS[3]
local known = 0
for _ = 1, tonumber(take()) do
  local id, state, time = take(), take(), take()
  local sequence = redis.call('HGET', ids, id)
  if sequence then
    known = known + 1
    redis.call('HSET', progress, sequence, state)
    local member = string.format('%016.0f', tonumber(sequence))
    if time == '' then redis.call('ZREM', due, member) else redis.call('ZADD', due, time, member) end
  end
end
return known
`,
);
