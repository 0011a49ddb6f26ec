import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * Position, state, alerts, deliveries and documents, if the epoch is the current one. Run twice with the same it leaves
 * the same, but for the documents' versions.
 * KEYS: lease, checkpoint, alerts, bodies, alert ids, deliveries, progress, delivery ids, due, documents, document order,
 * pieces, piece order.
 * ARGV: frames: epoch, position; 1 and how many groups of the state are dropped; of each its prefix; how many pieces; of
 * each field, 1 and the sealed piece, or 0 to delete it; or, for no change of the state, 0; how many alerts; of each id, sealed head, sealed body, how
 * many deliveries; of each id, sealed delivery, sealed progress, due time; how many documents; of each field, 1 and the
 * sealed value, or 0 to delete it.
 * Result: -1 when it was done, else the current epoch.
 */
export const commit13 = new Script(
  13,
  `#!lua
${TAKE}
local lease, checkpoint, alerts, bodies, alertIds = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local deliveries, progress, deliveryIds, due = KEYS[6], KEYS[7], KEYS[8], KEYS[9]
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

local given = redis.call('HMGET', checkpoint, 'alerts', 'deliveries')
local lastAlert, lastDelivery = tonumber(given[1] or '0'), tonumber(given[2] or '0')

for _ = 1, tonumber(take()) do
  local id, head, body = take(), take(), take()
  local isNew = redis.call('HEXISTS', alertIds, id) == 0
  if isNew then
    lastAlert = lastAlert + 1
    local sequence = string.format('%.0f', lastAlert)
    redis.call('HSET', alertIds, id, sequence)
    redis.call('HSET', alerts, sequence, head)
    redis.call('HSET', bodies, sequence, body)
  end
  for _ = 1, tonumber(take()) do
    local name, delivery, state, time = take(), take(), take(), take()
    if isNew then
      lastDelivery = lastDelivery + 1
      local sequence = string.format('%.0f', lastDelivery)
      redis.call('HSET', deliveryIds, name, sequence)
      redis.call('HSET', deliveries, sequence, delivery)
      redis.call('HSET', progress, sequence, state)
      redis.call('ZADD', due, time, string.format('%016.0f', lastDelivery))
    end
  end
end
redis.call('HSET', checkpoint, 'alerts', string.format('%.0f', lastAlert),
  'deliveries', string.format('%.0f', lastDelivery))

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
