import type { Connection } from './connection.js';
import type { Keys } from './keys.js';

/** The version of how things are laid out under the keys. */
const FORMAT = '1';

/**
 * Refuses a Redis that cannot keep what it is given: one before version 7, one that drops keys when memory is short, or one
 * with the data of another layout. Throws Error with what to do; as `Connection.send` does.
 */
export async function checkSuitable(connection: Connection, keys: Keys): Promise<void> {
  const info = await connection.send((client) => client.info());
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
  const version = field('redis_version');
  if (Number.parseInt(version, 10) < 7) {
    throw new Error(`Redis is of version ${version}: version 7 or later is needed`);
  }
  const policy = field('maxmemory_policy');
  if (field('maxmemory') !== '0' && policy.startsWith('allkeys-')) {
    throw new Error(
      `Redis drops keys when memory is short (maxmemory-policy ${policy}): set it to noeviction, or data will be lost`,
    );
  }
  const format = await connection.send(async (client) => {
    await client.setnx(keys.format, FORMAT);
    return client.get(keys.format);
  });
  if (format === FORMAT) return;
  throw new Error(
    `the data in Redis has layout ${format}, this program reads layout ${FORMAT}: use the program that wrote it`,
  );
}
