import { StoreError } from '../store.js';
import { ANSWER_PATIENCE } from './connection.js';

/** Redis takes no argument larger than this by default (`proto-max-bulk-len`), in bytes. */
const MOST_BYTES = 512 * 1024 * 1024;

/** What Redis reads and writes at the least, in bytes a millisecond. */
const SLOWEST = 4_000;

/**
 * Values for a script, one behind the other in a single argument, each after its length in four bytes: Redis takes at most
 * a million arguments, and few large ones are faster.
 */
export class Frames {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  add(...values: readonly (string | number | Uint8Array)[]): void {
    for (const value of values) {
      const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      this.#parts.push(length, bytes);
      this.#size += 4 + bytes.length;
    }
  }

  /** How long a script may take that is given these, in milliseconds. */
  get patience(): number {
    return ANSWER_PATIENCE + Math.ceil(this.#size / SLOWEST);
  }

  /** Throws StoreError `full` when it is more than Redis takes at once. */
  toBuffer(): Buffer {
    if (this.#size > MOST_BYTES) {
      throw new StoreError('full', `${this.#size} bytes in one step: Redis takes at most ${MOST_BYTES}`);
    }
    return Buffer.concat(this.#parts, this.#size);
  }
}

/** Lua: `take()` gives the next value of the frames in ARGV[1] as a string. */
export const TAKE = `
local at = 1
local function take()
  local value
  value, at = struct.unpack('>I4c0', ARGV[1], at)
  return value
end
`;
