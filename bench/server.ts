import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** A process that listens and has said where. */
export interface Listening {
  readonly url: string;
  /** The most memory that it had resident so far, in bytes; null where the system does not tell. */
  memory(): number | null;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
}

/** A folder for data, on the disk that temporary files are on; `remove` deletes it. */
export function dataFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts the built server as it ships, on a free port of the loopback; webhooks may go to the loopback. */
export function startTocsin(data: string): Promise<Listening> {
  const binary = fileURLToPath(new URL('../cli/tocsin.js', import.meta.url));
  const args = ['serve', '--listen', '127.0.0.1:0', '--data', data, '--allow-destinations', '127.0.0.0/8'];
  return listening([binary, ...args]);
}

/** Starts a bare server of the bench: `parse` or `commit` (see `bare_server.ts`). */
export function startBare(kind: 'parse' | 'commit', data: string): Promise<Listening> {
  return listening([fileURLToPath(new URL('bare_server.js', import.meta.url)), kind, data]);
}

/** One request to the API. Throws Error when it is refused. */
export async function call(
  { url }: Listening,
  method: string,
  path: string,
  body: string,
  type = 'application/sql',
): Promise<void> {
  const response = await fetch(url + path, { method, body, headers: { 'content-type': type } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
}

/** Resolves when it has logged its url. Throws Error when it ends before. */
async function listening(args: readonly string[]): Promise<Listening> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const url = await Promise.race([
    urlOf(child),
    ended.then(([code]) => Promise.reject(new Error(`${args[0]} ended with ${code} before it was ready`))),
  ]);
  return {
    url,
    memory: () => peakOf(child.pid),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function urlOf(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  return new Promise((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const { url } = JSON.parse(line) as { url?: unknown };
      if (typeof url === 'string') resolve(url);
    });
  });
}

function peakOf(pid: number | undefined): number | null {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return null;
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
}
