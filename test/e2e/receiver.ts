import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** A webhook that came, its signature verified by the standardwebhooks library. */
export interface Received {
  readonly id: string;
  readonly body: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

export interface Receiver {
  readonly url: string;
  /** The destination's secret: without it nothing verifies. */
  secret: string | null;
  readonly received: Received[];
  /** Posts whose signature did not verify. */
  readonly forged: string[];
  close(): void;
}

/** Receives webhooks on a free port of the loopback. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const forged: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    try {
      const verified = new Webhook(receiver.secret ?? '').verify(
        body,
        request.headers as Record<string, string>,
      );
      received.push({ id: String(request.headers['webhook-id']), body: verified as Received['body'] });
      response.writeHead(204).end();
    } catch (error) {
      forged.push(String(error));
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    secret: null,
    received,
    forged,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return receiver;
}
