import { createHash } from 'node:crypto';
import type { Connection } from './connection.js';

/**
 * A Lua script that runs inside Redis as one atomic step. Its first line, `#!lua`, has Redis refuse the whole of it up front
 * when there is no room; `flags=allow-oom` lets a script run all the same that takes no room of note.
 */
export class Script {
  readonly #keys: number;
  readonly #lua: string;
  readonly #sha: string;

  /** `keys`: how many KEYS it takes; the file's name says it too. */
  constructor(keys: number, lua: string) {
    this.#keys = keys;
    this.#lua = lua;
    this.#sha = createHash('sha1').update(lua).digest('hex');
  }

  /**
   * Runs it; texts in the answer are Buffers. A Redis that does not know it has run nothing, so that it can be sent again in
   * full. Throws as `Connection.send` does.
   */
  run(
    connection: Connection,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
    patience?: number,
  ): Promise<unknown> {
    if (keys.length !== this.#keys) throw new RangeError(`${keys.length} keys instead of ${this.#keys}`);
    const rest = [this.#keys, ...keys, ...args];
    return connection.send(async (client) => {
      try {
        return await client.callBuffer('EVALSHA', this.#sha, ...rest);
      } catch (error) {
        if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
        return await client.callBuffer('EVAL', this.#lua, ...rest);
      }
    }, patience);
  }
}
