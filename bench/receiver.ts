import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes webhooks on a free port of the loopback and does nothing with them but tell. */
export interface Receiver {
  readonly url: string;
  /** How many came, each id once. */
  readonly count: number;
  /** Resolves when so many have come. Throws Error when none comes for 30 seconds before that. */
  reached(count: number): Promise<void>;
  close(): void;
}

const PATIENCE = 30_000;

/** `see` gets each body as it comes. */
export async function startReceiver(see: (body: Buffer) => void = () => undefined): Promise<Receiver> {
  const ids = new Set<string>();
  let last = performance.now();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      last = performance.now();
      ids.add(String(request.headers['webhook-id']));
      see(Buffer.concat(chunks));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get count() {
      return ids.size;
    },
    async reached(count) {
      last = performance.now();
      while (ids.size < count) {
        if (performance.now() - last > PATIENCE) throw new Error(`${ids.size} of ${count} webhooks came`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
