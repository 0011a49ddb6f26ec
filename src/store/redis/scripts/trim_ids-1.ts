import { Script } from '../script.js';

/**
 * Forgets a slice of the ids that are older than a stamp.
 * KEYS: ids.
 * ARGV: stamp, how many at most.
 * Result: how many there were.
 */
export const trimIds1 = new Script(
  1,
  `#!lua flags=allow-oom
local old = #redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
if old > 0 then redis.call('ZREMRANGEBYRANK', KEYS[1], 0, old - 1) end
return old
`,
);
