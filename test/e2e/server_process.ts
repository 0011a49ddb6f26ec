import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

const BUILT = 'dist/cli/tocsin.js';

/** A line that the server logged. */
export type Logged = Readonly<Record<string, unknown>>;

/** The built server as a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly logged: Logged[];
  /** SIGKILL: nothing is tidied up. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `tocsin serve --listen 127.0.0.1:0` with further arguments; resolves once it has logged its url. */
export function startServer(args: readonly string[]): Promise<ServerProcess> {
  return launchServer(args).ready;
}

/** As `startServer`, and gives the process at once. `ready` rejects when it ends before. */
export function launchServer(args: readonly string[]): {
  readonly child: ServerProcess['child'];
  readonly logged: readonly Logged[];
  readonly ready: Promise<ServerProcess>;
} {
  const { child, logged, said } = spawnServer(['--listen', '127.0.0.1:0', ...args]);
  return { child, logged, ready: whenReady(child, logged, said) };
}

async function whenReady(
  child: ServerProcess['child'],
  logged: Logged[],
  said: () => string,
): Promise<ServerProcess> {
  const ended = once(child, 'close');
  const url = await Promise.race([
    new Promise<string>((resolve) => {
      const look = setInterval(() => {
        const found = logged.find((line) => typeof line['url'] === 'string')?.['url'] as string | undefined;
        if (found === undefined && child.exitCode === null && child.signalCode === null) return;
        clearInterval(look);
        if (found !== undefined) resolve(found);
      }, 5);
    }),
    ended.then(([code]) => {
      throw new Error(
        `the server ended with ${code} before it was ready: ${said()}\n${JSON.stringify(logged)}`,
      );
    }),
  ]);
  return processOf(url, child, logged, ended);
}

/** Starts one that stands by while another works: it answers on this port, and is not ready. */
export async function startStandby(port: number, args: readonly string[]): Promise<ServerProcess> {
  const { child, logged } = spawnServer(['--listen', `127.0.0.1:${port}`, ...args]);
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  while (child.exitCode === null && !(await isAlive(url))) await wait(20);
  return processOf(url, child, logged, ended);
}

async function isAlive(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    return false;
  }
}

function processOf(
  url: string,
  child: ServerProcess['child'],
  logged: Logged[],
  ended: Promise<unknown>,
): ServerProcess {
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return { url, child, logged, kill: async () => void (await end('SIGKILL')), stop: () => end('SIGTERM') };
}

/** Runs `tocsin serve` with arguments until it ends by itself. */
export async function runServer(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const { child, said } = spawnServer(args);
  await once(child, 'close');
  return { code: child.exitCode, stderr: said() };
}

function spawnServer(args: readonly string[]) {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: npm run build`);
  const child = spawn(process.execPath, [BUILT, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const logged: Logged[] = [];
  createInterface(child.stdout).on('line', (line) => logged.push(JSON.parse(line) as Logged));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return { child, logged, said: () => stderr };
}
