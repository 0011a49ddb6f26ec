import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * The oldest delivery that waits for each destination.
 * KEYS: waiting, deliveries.
 * ARGV: frames: how many destinations; the name of each.
 * Result: of each the sealed delivery, or '' where none waits.
 */
export const waitingSince2 = new Script(
  2,
  `#!lua flags=no-writes
${TAKE}
local found = {}
for index = 1, tonumber(take()) do
  local destination = take()
  local from, to = '[' .. destination .. '\\0', '(' .. destination .. '\\1'
  local place = redis.call('ZRANGEBYLEX', KEYS[1], from, to, 'LIMIT', 0, 1)[1]
  local sequence = place and string.format('%.0f', tonumber(string.sub(place, -16)))
  found[index] = sequence and redis.call('HGET', KEYS[2], sequence) or ''
end
return found
`,
);
