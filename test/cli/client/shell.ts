import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { after } from 'node:test';
import { main } from '../../../src/cli/commands.js';

/** What came of a command. */
export interface Came {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON, line by line. */
  readonly json: Record<string, unknown>[];
}

export interface Given {
  readonly input?: string;
  /** Whether the three streams are a terminal's. */
  readonly tty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** The command line in this process, with a server to go to. */
export function shell(server: string): (args: readonly string[], given?: Given) => Promise<Came> {
  return async (args, { input = '', tty = false, env = {} } = {}) => {
    const stdout = new Sink(tty);
    const stderr = new Sink(tty);
    const stdin = Readable.from(input === '' ? [] : [Buffer.from(input)]);
    const code = await main(args, {
      ...{ stdin, stdout, stderr },
      env: { TOCSIN_SERVER: server, NO_COLOR: '1', ...env },
    });
    const lines = stdout.text.split('\n').filter((line) => line.startsWith('{'));
    const json = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    return { code, stdout: stdout.text, stderr: stderr.text, json };
  };
}

/** Writes files into a folder that goes when the test file ends; gives their paths. */
export function files(): (name: string, text: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-client-'));
  after(() => rmSync(folder, { recursive: true }));
  return (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
}

class Sink extends Writable {
  text = '';

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}
