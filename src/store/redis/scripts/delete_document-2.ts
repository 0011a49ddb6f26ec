import { Script } from '../script.js';

/**
 * Deletes a document.
 * KEYS: documents, document order.
 * ARGV: field.
 * Result: 1 when it existed, else 0.
 */
export const deleteDocument2 = new Script(
  2,
  `#!lua flags=allow-oom
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
`,
);
