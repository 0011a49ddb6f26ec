import type { Readable, Writable } from 'node:stream';

/** What a command may touch of the process: its three streams and the environment. Tests give their own. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** The answer is no: a rule is invalid, or there was no match with `--exit-code`. */
  no: 1,
  usage: 2,
  failure: 3,
} as const;

/** The command line is wrong: exit 2, with a pointer to `--help`. */
export class UsageError extends Error {}

/** The command cannot go on (a file that cannot be read, a full disk): exit 3. */
export class Failure extends Error {}

/** The reader of standard output has gone (`tocsin run ... | head -1`): nothing is left to say. */
export class PipeClosed extends Error {}

/** Whether diagnostics on standard error, or on another stream, may be coloured (https://no-color.org). */
export function hasColor(stream: Writable & { readonly isTTY?: boolean }, env: Terminal['env']): boolean {
  return stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
