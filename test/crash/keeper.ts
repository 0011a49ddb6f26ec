import { setTimeout as wait } from 'node:timers/promises';
import { type Logged, launchServer, type ServerProcess } from '../e2e/server_process.js';
import type { Random } from '../http/fuzz/random.js';

/** How a server comes to its end: in the midst of its work, soon after SIGTERM, or while it starts. */
export type Ending = 'working' | 'stopping' | 'starting';

/** pino's number for errors: a kill must never lead to one. */
const ERROR = 50;

/** Keeps one server running on the same data, and kills it. */
export class Keeper {
  /** Where it listens; null while there is none. */
  url: string | null = null;
  readonly kills: Record<Ending, number> = { working: 0, stopping: 0, starting: 0 };
  /** What servers logged as an error. */
  readonly errors: Logged[] = [];
  readonly #args: readonly string[];
  readonly #random: Random;
  #server: ServerProcess | null = null;

  /** `args`: those of `tocsin serve` that say where the data is. */
  constructor(args: readonly string[], random: Random) {
    this.#args = [...args, '--allow-destinations', '127.0.0.0/8'];
    this.#random = random;
  }

  get killed(): number {
    return this.kills.working + this.kills.stopping + this.kills.starting;
  }

  async start(): Promise<void> {
    this.#server = await launchServer(this.#args).ready;
    this.url = this.#server.url;
  }

  /** SIGKILL at a random moment of this kind, then another server on what it left. */
  async replace(ending: Ending): Promise<void> {
    const { kills } = this;
    await this.#kill(ending === 'stopping' ? 'stopping' : 'working');
    if (ending === 'starting') {
      const { child, logged, ready } = launchServer(this.#args);
      const gone = ready.then(
        (server) => server.kill(),
        () => {},
      );
      // A start takes about a second.
      await Promise.race([wait(this.#random.below(1_200)), ready.catch(() => {})]);
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} at its start`);
      child.kill('SIGKILL');
      await gone;
      this.#look(logged);
      kills.starting++;
    }
    await this.start();
  }

  /** SIGTERM; gives the exit code. */
  async stop(): Promise<number | null> {
    const server = this.#take();
    const code = await server.stop();
    this.#look(server.logged);
    return code;
  }

  /** For a harness that fails. */
  abandon(): void {
    this.#server?.child.kill('SIGKILL');
  }

  async #kill(ending: 'working' | 'stopping'): Promise<void> {
    const server = this.#take();
    const { child } = server;
    if (child.exitCode !== null) throw new Error(`the server ended by itself with ${child.exitCode}`);
    if (ending === 'stopping') {
      child.kill('SIGTERM');
      await wait(this.#random.below(60));
    }
    const isAlive = child.exitCode === null;
    await server.kill();
    this.#look(server.logged);
    if (isAlive) this.kills[ending]++;
  }

  #take(): ServerProcess {
    const server = this.#server;
    if (server === null) throw new Error('there is no server');
    this.#server = null;
    this.url = null;
    return server;
  }

  #look(logged: readonly Logged[]): void {
    for (const line of logged) if (Number(line['level']) >= ERROR) this.errors.push(line);
  }
}
