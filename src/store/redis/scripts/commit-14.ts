import { STORE_ALERTS } from '../alert_steps.js';
import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * Position, state, alerts, deliveries and documents, if the epoch is the current one. Run twice with the same it leaves
 * the same, but for the documents' versions.
 * KEYS: lease, checkpoint, alerts, bodies, alert ids, deliveries, progress, delivery ids, due, documents, document order,
 * pieces, piece order, waiting.
 * ARGV: frames: epoch, position; 1 and how many groups of the state are dropped; of each its prefix; how many pieces; of
 * each field, 1 and the sealed piece, or 0 to delete it; or, for no change of the state, 0; the alerts, as `storeAlerts`
 * takes them; how many documents; of each field, 1 and the sealed value, or 0 to delete it.
 * Result: -1 when it was done, else the current epoch.
 */
export const commit14 = new Script(
  14,
  `#!lua
${TAKE}${STORE_ALERTS}
local lease, checkpoint = KEYS[1], KEYS[2]
local documents, order = KEYS[10], KEYS[11]
local pieces, pieceOrder = KEYS[12], KEYS[13]

local epoch = redis.call('HGET', lease, 'epoch') or '0'
if take() ~= epoch then return tonumber(epoch) end

local position = take()
redis.call('HSET', checkpoint, 'position', position)
if take() == '1' then
  redis.call('HSET', checkpoint, 'state', position)
  for _ = 1, tonumber(take()) do
    local prefix = take()
    local from, to = '[' .. prefix .. '\\0', '(' .. prefix .. '\\1'
    while true do
      local fields = redis.call('ZRANGEBYLEX', pieceOrder, from, to, 'LIMIT', 0, 1000)
      if #fields == 0 then break end
      redis.call('HDEL', pieces, unpack(fields))
      redis.call('ZREM', pieceOrder, unpack(fields))
    end
  end
  for _ = 1, tonumber(take()) do
    local field = take()
    if take() == '1' then
      redis.call('HSET', pieces, field, take())
      redis.call('ZADD', pieceOrder, 0, field)
    else
      redis.call('HDEL', pieces, field)
      redis.call('ZREM', pieceOrder, field)
    end
  end
end

storeAlerts(KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[14], checkpoint)

for _ = 1, tonumber(take()) do
  local field = take()
  if take() == '1' then
    local held = redis.call('HGET', documents, field)
    local version = held and tonumber(string.match(held, '^(%d+):')) or 0
    redis.call('HSET', documents, field, string.format('%.0f:', version + 1) .. take())
    redis.call('ZADD', order, 0, field)
  else
    redis.call('HDEL', documents, field)
    redis.call('ZREM', order, field)
  end
end
return -1
`,
);
