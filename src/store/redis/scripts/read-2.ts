import { Script } from '../script.js';

/**
 * Records from the one that holds an offset, as many as fit.
 * KEYS: log, head.
 * ARGV: offset, bytes of payload at most (one record in any case).
 * Result: {first offset kept, next offset, stream entries {id, {field, value, ...}} ...}: no entries when the offset lies
 * outside.
 */
export const read2 = new Script(
  2,
  `#!lua flags=no-writes
local log, head = KEYS[1], KEYS[2]
local MOST = 10000
local bounds = redis.call('HMGET', head, 'first', 'next')
local first = tonumber(bounds[1] or '0')
local next = tonumber(bounds[2] or '0')
local from, room = tonumber(ARGV[1]), tonumber(ARGV[2])
local found = {first, next}
if from < first or from >= next then return found end

local size, count = 0, 0
local entries = redis.call('XREVRANGE', log, string.format('%.0f-1', from), '-', 'COUNT', 1)
while #entries > 0 do
  for _, entry in ipairs(entries) do
    size = size + #entry[2][8]
    if count == MOST or (count > 0 and size > room) then return found end
    count = count + 1
    found[count + 2] = entry
  end
  if size >= room then return found end
  -- About as many as still fit, by the mean size so far.
  local more = math.floor((room - size) / math.max(1, size / count)) + 1
  entries = redis.call('XRANGE', log, '(' .. found[count + 2][1], '+', 'COUNT', math.min(more, 500))
end
return found
`,
);
