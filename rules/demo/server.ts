import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The real server as its own process, and its REST API. */
export class DemoServer {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** Starts `tocsin serve` on a free port. `listen`: where, e.g. `127.0.0.1:0`. Throws Error when it ends before it is ready. */
  static async start(listen: string, data: string): Promise<DemoServer> {
    const binary = fileURLToPath(new URL('../../dist/cli/tocsin.js', import.meta.url));
    const args = [binary, 'serve', '--listen', listen, '--data', data, '--allow-destinations', '127.0.0.0/8'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    return new Promise((resolve, reject) => {
      child.once('exit', (code) =>
        reject(new Error(`the server ended with code ${code} before it was ready`)),
      );
      lines.on('line', (line) => {
        const url = urlIn(line);
        if (url !== null) resolve(new DemoServer(child, url));
      });
    });
  }

  /** Sends a request; throws Error with the problem's text when it is refused. */
  async send(
    method: string,
    path: string,
    body?: string,
    type = 'application/json',
  ): Promise<Record<string, unknown>> {
    const response = await fetch(this.url + path, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (this.process.exitCode !== null) return resolve();
      this.process.once('exit', () => resolve());
      this.process.kill('SIGTERM');
    });
  }
}

/** The address in the one log line that tells that the server is ready. */
function urlIn(line: string): string | null {
  try {
    const { url } = JSON.parse(line) as { url?: unknown };
    return typeof url === 'string' ? url : null;
  } catch {
    return null;
  }
}
