import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Destination } from '../../src/runtime/sink.js';

export const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
export const ALLOW = { allow: ['127.0.0.0/8'] };

export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly path: string;
}

/** A real HTTP server on a free port of the loopback that keeps what was posted. */
export interface HookServer {
  readonly url: string;
  readonly port: number;
  readonly posts: Post[];
  /** Connections that were made, whatever came over them. */
  connections(): number;
  close(): void;
}

/** `answer` is called with each request once its body is there; without one it is 204. */
export async function startHook(
  answer: (response: ServerResponse, post: Post, request: IncomingMessage) => void = (response) =>
    response.writeHead(204).end(),
): Promise<HookServer> {
  const posts: Post[] = [];
  let connections = 0;
  const take: RequestListener = async (request, response) => {
    const headers = request.headers as Record<string, string>;
    const post = { headers, body: await buffer(request), path: request.url ?? '' };
    posts.push(post);
    answer(response, post, request);
  };
  // A test that fails must not hang on what it left open.
  const server = createServer(take).unref();
  server.on('connection', (socket: Socket) => {
    socket.unref();
    connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    ...{ port, posts, connections: () => connections },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export function destinationTo(url: string, more: Partial<Destination> = {}): Destination {
  return {
    ...{ name: 'desk', type: 'webhook', url, secret: SECRET, formerSecrets: [], headers: {} },
    ...{ timeout: 15_000, schedule: [], serverAlerts: false, disabled: null, createdAt: 0, updatedAt: 0 },
    ...more,
  };
}
