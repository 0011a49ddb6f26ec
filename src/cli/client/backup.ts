import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, readArguments } from '../command.js';
import { reason } from '../rule-files.js';
import { EXIT, Failure, UsageError } from '../terminal.js';
import { Connection, Unreachable } from './connection.js';
import { ProblemAnswer, renderAnswer } from './problem.js';

/** How long the server may take to make its copy, in milliseconds. */
const PATIENCE = 3_600_000;

const OPTIONS = { server: { type: 'string' }, key: { type: 'string' } } as const;

/** `tocsin backup`: a copy of a running server's data in a directory on which another one can be started. */
export const backup: Command = {
  help: `Copies a server's data while it works: everything as of one moment, its secrets too.

Usage: tocsin backup DIR [OPTION]...

DIR is made, or must be empty. To go back to the copy, or to look into it, start a server on it: tocsin serve --data DIR
(on a copy of it, if it is to stay as it is). What the copy had not delivered is delivered by that server, with the same
webhook-id. Of data in Redis, Redis makes the backups.

Options:
      --server URL  the server (TOCSIN_SERVER; default http://127.0.0.1:8080)
      --key KEY     the key to it, with the scope admin (TOCSIN_KEY, where others cannot see it)
  -h, --help        this text

Exit codes: 0 DIR holds the copy, 1 the server says no, 2 wrong usage, 3 failure (no server, no permission, no room).
`,
  async run(args, terminal) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [directory, more] = positionals;
    if (directory === undefined || directory === '') throw new UsageError('name the directory for the copy');
    if (more !== undefined) throw new UsageError(`'${more}' is not understood: one directory is enough`);
    const connection = new Connection(values, terminal.env);
    await prepare(directory);
    try {
      const bytes = await fetchInto(directory, connection);
      terminal.stdout.write(`${JSON.stringify({ directory, bytes })}\n`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof ProblemAnswer)) throw error;
      terminal.stderr.write(`tocsin backup: ${renderAnswer(error)}`);
      return error.exitCode;
    }
  },
};

async function prepare(directory: string): Promise<void> {
  let names: readonly string[];
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    names = await readdir(directory);
  } catch (error) {
    throw new Failure(`cannot use ${directory}: ${reason(error)}`, { cause: error });
  }
  if (names.length > 0)
    throw new Failure(`${directory} is not empty: a copy goes into a directory of its own`);
}

/** The data first, under another name until it is whole, then its format: without that the directory is no data. */
async function fetchInto(directory: string, connection: Connection): Promise<number> {
  const response = await connection.open('POST', '/v1/backup', { patience: PATIENCE });
  const part = join(directory, 'data.mdb.part');
  try {
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const format = response.headers.get('tocsin-format');
    if (response.body === null || format === null) {
      throw new Failure(`${connection.server} does not answer like a Tocsin server that makes backups`);
    }
    const file = createWriteStream(part, { mode: 0o600, flush: true });
    await pipeline(Readable.fromWeb(response.body), file).catch((error: NodeJS.ErrnoException) => {
      if (error.syscall === 'write' || error.syscall === 'open')
        throw new Failure(`cannot write ${part}: ${reason(error)}`, { cause: error });
      throw new Unreachable(`the copy from ${connection.server} broke off: ${error.message}`);
    });
    const { size } = await stat(part);
    if (size !== length) throw new Unreachable(`the copy broke off after ${size} of ${length} bytes`);
    await rename(part, join(directory, 'data.mdb'));
    await writeWhole(join(directory, 'format'), `${format}\n`);
    await sync(directory);
    return size;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  await file.writeFile(text);
  await file.sync().finally(() => file.close());
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}
