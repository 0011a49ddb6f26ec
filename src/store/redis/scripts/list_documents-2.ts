import { Script } from '../script.js';

/**
 * Documents in byte order of their fields.
 * KEYS: documents, document order.
 * ARGV: lower and upper bound as ZRANGEBYLEX takes them, how many at most.
 * Result: {field, version and sealed value, ...}.
 */
export const listDocuments2 = new Script(
  2,
  `#!lua flags=no-writes
local found = {}
for _, field in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])) do
  found[#found + 1] = field
  found[#found + 1] = redis.call('HGET', KEYS[1], field)
end
return found
`,
);
