import { timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { type Key, KeyFileError, readKeys } from './key.js';

/** Where keys are looked up. */
export interface Keys {
  /** The key whose text has that SHA-256, an expired one too, or null. */
  find(hash: Buffer): Key | null;
}

/** A file of keys is small; beyond this it is something else. Bytes. */
const LARGEST = 1024 * 1024;
/** How often the file is looked at, in milliseconds. Looking works where notifications do not: mounts, links that are swapped. */
const LOOK = 1_000;

/**
 * The keys of a file, read again whenever the file changes. One that cannot be read any more leaves the keys as they were: a
 * slip of the editor must lock nobody out, and whoever wants nobody in writes an empty list.
 */
export class KeyFile implements Keys {
  readonly #path: string;
  readonly #logger: Logger;
  #keys: readonly Key[] = [];
  #last: Promise<void> = Promise.resolve();
  /** What the file looked like just before it was read. */
  #look = '';
  #timer: NodeJS.Timeout | null = null;

  private constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** Reads the file and watches it until `close`. @throws KeyFileError when it cannot be used */
  static async open(path: string, logger: Logger): Promise<KeyFile> {
    const file = new KeyFile(path, logger);
    try {
      file.#look = await lookOf(path);
      file.#keys = await load(path);
    } catch (error) {
      throw new KeyFileError(`the file of keys ${path} cannot be used: ${(error as Error).message}`);
    }
    file.#tell('keys read');
    file.#timer = setInterval(() => void file.#watch(), LOOK).unref();
    return file;
  }

  find(hash: Buffer): Key | null {
    let found: Key | null = null;
    // All of them each time: how long it takes says nothing of which one fits.
    for (const key of this.#keys) if (timingSafeEqual(hash, key.hash)) found = key;
    return found;
  }

  /** Reads the file now. Never throws: what is wrong is logged, and the keys stay. */
  reload(): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        this.#keys = await load(this.#path);
        this.#tell('keys read again');
      } catch (error) {
        this.#logger.error(
          { file: this.#path, reason: (error as Error).message },
          'the file of keys cannot be used: the keys before it stay valid',
        );
      }
    });
    return this.#last;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #watch(): Promise<void> {
    const look = await lookOf(this.#path).catch(() => 'gone');
    if (look === this.#look) return;
    this.#look = look;
    await this.reload();
  }

  #tell(message: string): void {
    const names = this.#keys.map(({ name }) => name);
    this.#logger.info({ file: this.#path, keys: names }, message);
    if (names.length === 0) this.#logger.warn({ file: this.#path }, 'there is no key: nobody gets in');
  }
}

/** Another text where the file is another, or was written. */
async function lookOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  return `${mtimeMs} ${size} ${ino}`;
}

async function load(path: string): Promise<readonly Key[]> {
  const bytes = await readFile(path);
  if (bytes.length > LARGEST)
    throw new KeyFileError(`it is larger than ${LARGEST} bytes: is it a file of keys?`);
  return readKeys(bytes.toString('utf8'));
}
