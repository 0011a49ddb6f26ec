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

/** What a receiver does with a post: takes it, or fails in one of these ways. */
export type Conduct = 'takes' | 'answers 500' | 'hangs up' | 'takes and hangs up';

/** Receives webhooks on a free port of the loopback; `conduct` is asked about each. */
export async function startReceiver(conduct: () => Conduct = () => 'takes'): Promise<Receiver> {
  const received: Received[] = [];
  const forged: string[] = [];
  const server = createServer(async (request, response) => {
    const does = conduct();
    if (does === 'hangs up') {
      request.socket.destroy();
      return;
    }
    // The sender may be killed in the midst of it.
    const body = await buffer(request).catch(() => null);
    if (body === null) return;
    if (does === 'answers 500') {
      response.writeHead(500).end();
      return;
    }
    try {
      const verified = new Webhook(receiver.secret ?? '').verify(
        body,
        request.headers as Record<string, string>,
      );
      received.push({ id: String(request.headers['webhook-id']), body: verified as Received['body'] });
      if (does === 'takes and hangs up') request.socket.destroy();
      else response.writeHead(204).end();
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
