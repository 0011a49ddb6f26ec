import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * Copies what is left of the log and puts the copy in its place, where few records are left.
 * KEYS: lease, log, copy.
 * ARGV: frames: epoch; the id of the last record that was copied; how many may be left at most.
 * Result: -1 when it was done, -2 when too many are left, else the current epoch.
 */
export const swapLog3 = new Script(
  3,
  `#!lua
${TAKE}
local lease, log, copy = KEYS[1], KEYS[2], KEYS[3]
local epoch = redis.call('HGET', lease, 'epoch') or '0'
if take() ~= epoch then return tonumber(epoch) end
local last, most = take(), tonumber(take())
local left = redis.call('XRANGE', log, '(' .. last, '+', 'COUNT', most + 1)
if #left > most then return -2 end
for _, entry in ipairs(left) do redis.call('XADD', copy, entry[1], unpack(entry[2])) end
redis.call('RENAME', copy, log)
return -1
`,
);
