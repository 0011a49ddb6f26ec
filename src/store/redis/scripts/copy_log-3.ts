import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * Copies a slice of the log's records behind those that were copied before, some with another payload.
 * KEYS: lease, log, copy.
 * ARGV: frames: epoch; the first and the last id of the slice; 1 where the copy begins anew, else 0; how many payloads
 * change; of each id, sealed payload.
 * Result: -1 when it was done, else the current epoch.
 */
export const copyLog3 = new Script(
  3,
  `#!lua
${TAKE}
local lease, log, copy = KEYS[1], KEYS[2], KEYS[3]
local epoch = redis.call('HGET', lease, 'epoch') or '0'
if take() ~= epoch then return tonumber(epoch) end
local from, to, isNew = take(), take(), take()
if isNew == '1' then redis.call('UNLINK', copy) end
local payloads = {}
for _ = 1, tonumber(take()) do
  local id = take()
  payloads[id] = take()
end
for _, entry in ipairs(redis.call('XRANGE', log, from, to)) do
  local fields = entry[2]
  if payloads[entry[1]] then fields[8] = payloads[entry[1]] end
  redis.call('XADD', copy, entry[1], unpack(fields))
end
return -1
`,
);
