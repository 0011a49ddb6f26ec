import { Script } from '../script.js';

/**
 * Gives a lease back if its epoch is the current one.
 * KEYS: lease.
 * ARGV: epoch.
 * Result: 1 when it did, else 0.
 */
export const release1 = new Script(
  1,
  `#!lua flags=allow-oom
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
return redis.call('HDEL', KEYS[1], 'owner')
`,
);
