import { mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../store.js';

/** The form of the data; it rises when an older Tocsin could not read it. */
export const FORMAT = 1;

/** `format`: the number of the data's form, in decimal. Written when the database was made, so without it there is no data yet. */
const FORMAT_FILE = 'format';
const DATA_FILE = 'data.mdb';

const RESTORE = 'restore the directory from a backup';

/** Where the database's file is. */
export function dataFile(directory: string): string {
  return join(directory, DATA_FILE);
}

/** Makes the directory where there is none. Throws StoreError `unavailable` when that cannot be, or it is a file. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isFile = code === 'EEXIST' || code === 'ENOTDIR';
    const text = isFile
      ? `${directory} is a file, or lies below one: the data needs a directory`
      : `the directory ${directory} cannot be made: ${message}`;
    throw new StoreError('unavailable', text, [], { cause: error });
  }
}

/**
 * Checks what is there before the database is opened; says whether it was marked with the format. LMDB maps its file into memory: a page
 * missing at its end would end the process. Throws StoreError `damaged` for a file that is cut short or is none of LMDB,
 * `unavailable` for another format.
 */
export async function checkDirectory(directory: string): Promise<boolean> {
  const format = await readFile(join(directory, FORMAT_FILE), 'utf8').catch(absent);
  if (format !== null && format.trim() !== `${FORMAT}`) {
    const known = /^\d{1,9}$/.test(format.trim());
    if (!known)
      throw new StoreError('damaged', `${join(directory, FORMAT_FILE)} holds no number: ${RESTORE}`);
    throw new StoreError(
      'unavailable',
      `the data in ${directory} has format ${format.trim()}, and this version of Tocsin reads format ${FORMAT}: start the version that wrote it`,
    );
  }
  const path = dataFile(directory);
  const size = await stat(path).then((stats) => stats.size, absent);
  if (size === null || size === 0) {
    if (format === null) return false;
    throw new StoreError('damaged', `${path} is ${size === null ? 'missing' : 'empty'}: ${RESTORE}`);
  }
  // Before the mark nothing was acknowledged: the power may have gone while it was made.
  const remedy = format === null ? `${RESTORE}, or remove the file if its first start was cut off` : RESTORE;
  const needed = await neededLength(path, size);
  if (needed === null) throw new StoreError('damaged', `${path} is no database of LMDB: ${remedy}`);
  if (size < needed) {
    throw new StoreError(
      'damaged',
      `${path} was cut short: it has ${size} bytes of ${needed}; events and alerts may be missing: ${remedy}`,
    );
  }
  return format !== null;
}

/** Marks the directory as holding data of this format. */
export async function markFormat(directory: string): Promise<void> {
  const path = join(directory, FORMAT_FILE);
  await writeFile(`${path}.new`, `${FORMAT}\n`, { flush: true });
  await rename(`${path}.new`, path);
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}

// LMDB's two meta pages: where the fields lie behind the magic number (`MDB_meta` of mdb.c on 64 bits, little endian).
const MAGIC = 0xbeefc0de;
const MAGIC_AT = 24;
const PAGE_SIZE = 24;
const LAST_PAGE = 120;
const TRANSACTION = 128;
const META_LENGTH = 136;

/** The length that the newest meta page speaks of, in bytes; null when there is no meta page. */
async function neededLength(path: string, size: number): Promise<number | null> {
  const handle = await open(path, 'r');
  try {
    const read = async (page: number): Promise<DataView | null> => {
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(META_LENGTH),
        0,
        META_LENGTH,
        page + MAGIC_AT,
      );
      const view = new DataView(buffer.buffer, buffer.byteOffset, bytesRead);
      return bytesRead === META_LENGTH && view.getUint32(0, true) === MAGIC ? view : null;
    };
    const first = await read(0);
    if (first === null) return null;
    const pageSize = first.getUint32(PAGE_SIZE, true);
    if (size < 2 * pageSize) return 2 * pageSize;
    const second = await read(pageSize);
    if (second === null) return null;
    const transaction = (view: DataView): bigint => view.getBigUint64(TRANSACTION, true);
    const newest = transaction(second) > transaction(first) ? second : first;
    return (Number(newest.getBigUint64(LAST_PAGE, true)) + 1) * pageSize;
  } finally {
    await handle.close();
  }
}

function absent(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
