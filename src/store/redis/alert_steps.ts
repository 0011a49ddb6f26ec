/**
 * Lua: `storeAlerts(alerts, bodies, alertIds, deliveries, progress, deliveryIds, due, waiting, checkpoint)` takes alerts from
 * the frames (`TAKE` comes before it): how many; of each id, sealed head, sealed body, how many deliveries; of each id,
 * destination, sealed delivery, sealed progress, due time. An alert whose id is stored already is passed over, its deliveries
 * too.
 */
export const STORE_ALERTS = `
local function storeAlerts(alerts, bodies, alertIds, deliveries, progress, deliveryIds, due, waiting, checkpoint)
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
      local name, destination, delivery, state, time = take(), take(), take(), take(), take()
      if isNew then
        lastDelivery = lastDelivery + 1
        local sequence = string.format('%.0f', lastDelivery)
        local member = string.format('%016.0f', lastDelivery)
        redis.call('HSET', deliveryIds, name, sequence)
        redis.call('HSET', deliveries, sequence, delivery)
        redis.call('HSET', progress, sequence, state)
        redis.call('ZADD', due, time, member)
        redis.call('ZADD', waiting, 0, destination .. '\\0' .. member)
      end
    end
  end
  redis.call('HSET', checkpoint, 'alerts', string.format('%.0f', lastAlert),
    'deliveries', string.format('%.0f', lastDelivery))
end
`;
