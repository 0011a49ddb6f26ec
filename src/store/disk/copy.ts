import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreCopy } from '../store.js';
import { FORMAT } from './directory.js';

/** A copy while it is made; what a killed process left of one is removed at the next opening. */
const NAME = /^copy-[0-9a-f]+\.mdb$/;

/** Bytes that are read at once. */
const CHUNK = 256 * 1024;

/** A file in the store's directory that nobody else can find any more: it is gone when it is closed, or the process ends. */
export class CopyFile implements StoreCopy {
  readonly format = FORMAT;
  readonly bytes: number;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.bytes = bytes;
  }

  /** `write` makes the file at the path it is given. Throws what it throws. */
  static async make(directory: string, write: (path: string) => Promise<void>): Promise<CopyFile> {
    const path = join(directory, `copy-${randomBytes(6).toString('hex')}.mdb`);
    try {
      await write(path);
      const file = await open(path, 'r');
      return new CopyFile(file, (await file.stat()).size);
    } finally {
      await rm(path, { force: true });
    }
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.bytes; ) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export async function removeCopies(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (NAME.test(name)) await rm(join(directory, name), { force: true });
  }
}
