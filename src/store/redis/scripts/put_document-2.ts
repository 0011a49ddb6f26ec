import { Script } from '../script.js';

/**
 * Writes a document if its version is the expected one.
 * KEYS: documents, document order.
 * ARGV: field, sealed value, expected version (empty: any).
 * Result: {1, new version}, or {0, current version} when it is another.
 */
export const putDocument2 = new Script(
  2,
  `#!lua
local held = redis.call('HGET', KEYS[1], ARGV[1])
local version = held and tonumber(string.match(held, '^(%d+):')) or 0
if ARGV[3] ~= '' and tonumber(ARGV[3]) ~= version then return {0, version} end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f:', version + 1) .. ARGV[2])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return {1, version + 1}
`,
);
