import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

const PROGRAM = 'redis-server';

/** Why tests with Redis cannot run here and what to do; false when they can. For a test's option `skip`. */
export const withoutRedis: string | false =
  spawnSync(PROGRAM, ['--version']).status === 0
    ? false
    : `there is no ${PROGRAM} here: apt-get install redis-server`;

/** An installed Redis as a process of its own, syncing each write, with its data in a temporary folder. */
export interface RedisServer {
  readonly url: string;
  /** A client without any comfort, to look behind a store. Ends with `stop`. */
  readonly client: Redis;
  /** SIGKILL: nothing is tidied up. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** SIGSTOP and SIGCONT: it holds its connections and says nothing. */
  freeze(): void;
  thaw(): void;
  /** Ends it for good and removes its data. */
  stop(): Promise<void>;
}

/** Starts one on a free port of the loopback; `args` are further settings, such as `--maxmemory 4mb`. */
export async function startRedis(args: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-redis-'));
  const port = await freePort();
  let child = await launch(folder, port, args);
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 20 });
  client.on('error', () => {
    // It is killed on purpose.
  });
  // A test run that is broken off leaves no server behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    kill: () => end('SIGKILL'),
    restart: async () => {
      child = await launch(folder, port, args);
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop: async () => {
      client.disconnect();
      await end('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

/** Resolves once it takes connections and has read its data. */
async function launch(folder: string, port: number, args: readonly string[]): Promise<ChildProcess> {
  const log = join(folder, 'log');
  const settings = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--logfile', log],
    ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
  ];
  const child = spawn(PROGRAM, [...settings, ...args], { stdio: 'ignore' });
  const probe = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null, retryStrategy: () => 10 });
  probe.on('error', () => {
    // It is not up yet.
  });
  try {
    const ended = once(child, 'close').then(([code]) => {
      throw new Error(`${PROGRAM} ended with ${code}: ${readFileSync(log, 'utf8')}`);
    });
    const late = wait(20_000, null, { ref: false }).then(() => {
      throw new Error(`${PROGRAM} does not answer: ${readFileSync(log, 'utf8')}`);
    });
    await Promise.race([probe.ping(), ended, late]);
    return child;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    probe.disconnect();
  }
}

/** A port that nobody holds at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
