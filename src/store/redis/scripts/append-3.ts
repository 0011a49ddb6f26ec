import { TAKE } from '../frames.js';
import { Script } from '../script.js';

/**
 * Several appends, each whole or not at all.
 * KEYS: log, head, ids.
 * ARGV: frames: how many appends; of each its stamp, how many entries; of each kind, count, sealed payload, digests of its
 * ids (16 bytes each, in a row). Then the channel.
 * Result: for each append either {1, first offset, stamp} or {0, places of the ids that are known, from 0, ...}.
 */
export const append3 = new Script(
  3,
  `#!lua
${TAKE}
local log, head, ids = KEYS[1], KEYS[2], KEYS[3]
local DIGEST, SLICE = 16, 1000

local function digests(text)
  local list = {}
  for from = 1, #text, DIGEST do list[#list + 1] = string.sub(text, from, from + DIGEST - 1) end
  return list
end

local function repeats(list, found, seen, before)
  for from = 1, #list, SLICE do
    local to = math.min(from + SLICE - 1, #list)
    local stamps = redis.call('ZMSCORE', ids, unpack(list, from, to))
    for index = from, to do
      if stamps[index - from + 1] or seen[list[index]] then found[#found + 1] = before + index - 1 end
      seen[list[index]] = true
    end
  end
end

local function remember(list, stamp)
  for from = 1, #list, SLICE do
    local args = {}
    for index = from, math.min(from + SLICE - 1, #list) do
      args[#args + 1] = stamp
      args[#args + 1] = list[index]
    end
    redis.call('ZADD', ids, unpack(args))
  end
end

local before = redis.call('HMGET', head, 'next', 'stamp')
local next = tonumber(before[1] or '0')
local last = tonumber(before[2] or '0')
local begin = next
local answers = {}
for index = 1, tonumber(take()) do
  local stamp = math.max(last, tonumber(take()))
  local entries, found, seen, count = {}, {1}, {}, 0
  for number = 1, tonumber(take()) do
    local entry = { kind = take(), count = tonumber(take()), payload = take(), ids = digests(take()) }
    repeats(entry.ids, found, seen, count)
    count = count + #entry.ids
    entries[number] = entry
  end
  if #found > 1 then
    found[1] = 0
    answers[index] = found
  else
    answers[index] = {1, next, stamp}
    last = stamp
    local text = string.format('%.0f', stamp)
    for _, entry in ipairs(entries) do
      redis.call('XADD', log, string.format('%.0f-1', next),
        'kind', entry.kind, 'count', entry.count, 'stamp', text, 'payload', entry.payload)
      next = next + entry.count
      remember(entry.ids, text)
    end
  end
end
if next > begin then
  local text = string.format('%.0f', next)
  redis.call('HSET', head, 'next', text, 'stamp', string.format('%.0f', last))
  redis.call('PUBLISH', ARGV[2], text)
end
return answers
`,
);
