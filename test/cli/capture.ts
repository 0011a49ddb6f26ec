import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/commands.js';

export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, with `input` as standard input (a text, or bytes in the chunks given). */
export async function tocsin(
  args: readonly string[],
  input: string | readonly (string | Uint8Array)[] = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Captured> {
  const stdout = new Sink();
  const stderr = new Sink();
  const chunks = typeof input === 'string' ? [input] : input;
  const stdin = Readable.from(chunks.map((chunk) => Buffer.from(chunk as string)));
  const code = await main(args, { stdin, stdout, stderr, env });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}
