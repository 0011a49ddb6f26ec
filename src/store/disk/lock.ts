import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { StoreError } from '../store.js';

/** `lock-<process id>-<random>`: a socket on which the process that works in the directory listens. */
const NAME = /^lock-(\d+)-[0-9a-f]+$/;

/** What a socket's path may have in every system, in bytes. */
const LONGEST_PATH = 100;

/**
 * The right to work in a directory, for one process at a time. The sign is a listening socket in it: the kernel closes it
 * when the process ends, however it ends, and it answers across the walls of containers, which process ids do not.
 */
export class DirectoryLock {
  readonly #path: string;
  readonly #server: Server;

  private constructor(path: string, server: Server) {
    this.#path = path;
    this.#server = server;
  }

  /**
   * Takes the directory. Each comer puts up its own sign first and looks for others then, so that two never both find
   * themselves alone. Throws StoreError `unavailable` when another process, or a store in this one, has it.
   */
  static async take(directory: string): Promise<DirectoryLock> {
    const name = `lock-${process.pid}-${randomBytes(6).toString('hex')}`;
    const path = join(directory, name);
    const within = await socketPaths(directory);
    try {
      // It must listen from the moment that others can see its name.
      const hidden = join(directory, `.${name}`);
      const server = await listening(within.path(`.${name}`)).catch((error: NodeJS.ErrnoException) => {
        throw cannotLock(directory, error);
      });
      const lock = new DirectoryLock(path, server);
      try {
        await rename(hidden, path);
        for (const other of await readdir(directory)) {
          const [, id] = NAME.exec(other) ?? [];
          if (id === undefined || other === name) continue;
          if (await answers(within.path(other))) throw inUse(directory, Number(id));
          await rm(join(directory, other), { force: true });
        }
        return lock;
      } catch (error) {
        await lock.release();
        throw error;
      }
    } finally {
      await within.close();
    }
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

function cannotLock(directory: string, cause: NodeJS.ErrnoException): StoreError {
  const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(cause.code ?? '');
  const hint = isForbidden
    ? 'give this user the right to write there'
    : 'the data needs a local file system, where a process can put up a socket';
  return new StoreError('unavailable', `${directory} cannot be locked (${cause.message}): ${hint}`, [], {
    cause,
  });
}

function inUse(directory: string, id: number): StoreError {
  const who = id === process.pid ? 'this process' : `another process (${id})`;
  return new StoreError(
    'unavailable',
    `${directory} is in use by ${who}: stop it, or use another directory for the data`,
  );
}

function listening(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => resolve(server.unref()));
  });
}

/** Whether a process listens. Whatever is not certainly nobody counts as somebody. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT');
    });
  });
}

interface SocketPaths {
  path(name: string): string;
  close(): Promise<void>;
}

/** How to name sockets of a directory: a socket's path may be about 100 bytes long, so Linux takes longer ones through a descriptor. */
async function socketPaths(directory: string): Promise<SocketPaths> {
  const longest = Buffer.byteLength(directory) + '/.lock-1234567890-'.length + 12;
  if (longest <= LONGEST_PATH || process.platform !== 'linux') {
    return { path: (name) => join(directory, name), close: async () => {} };
  }
  const handle: FileHandle = await open(directory, 'r');
  return { path: (name) => `/proc/self/fd/${handle.fd}/${name}`, close: () => handle.close() };
}
