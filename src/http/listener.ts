import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { sendProblem } from './answer.js';
import { BODY_LIMIT, isTooLong } from './body.js';
import { PROBLEM_TYPE, Problem, problemBody } from './problem.js';

/** Milliseconds. */
export interface Timeouts {
  /** For a request's head. */
  readonly headers: number;
  /** For a whole request, body included: what a slow body meets. */
  readonly request: number;
  readonly keepAlive: number;
}

export const TIMEOUTS: Timeouts = { headers: 10_000, request: 30_000, keepAlive: 65_000 };

export interface Listener {
  /** `http://127.0.0.1:8080`: with the port that was picked where 0 was asked for. */
  readonly url: string;
  /** Takes no new connections, lets requests under way end for up to `grace` milliseconds, then cuts them off. */
  close(grace: number): Promise<void>;
}

/**
 * Listens on an address.
 * @throws the system's error (EADDRINUSE, EACCES, ...) when it cannot
 */
export async function listen(
  handle: RequestListener,
  address: { readonly host: string; readonly port: number },
  timeouts: Timeouts = TIMEOUTS,
): Promise<Listener> {
  const answering = new WeakMap<object, ServerResponse>();
  let stopping = false;
  /** Connections on which no request has begun. */
  const fresh = new Set<Socket>();
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    answering.set(request.socket, response);
    fresh.delete(request.socket);
    if (stopping) response.setHeader('connection', 'close');
    handle(request, response);
  };
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      keepAliveTimeout: timeouts.keepAlive,
      connectionsCheckingInterval: Math.min(1_000, timeouts.headers / 2, timeouts.request / 2),
    },
    take,
  );
  server.on('connection', (socket: Socket) => {
    fresh.add(socket);
    socket.once('close', () => fresh.delete(socket));
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (isTooLong(request)) {
      const problem = new Problem(
        'body_too_large',
        `at most ${BODY_LIMIT} bytes are taken: send several smaller ones`,
      );
      response.setHeader('connection', 'close');
      sendProblem(request, response, problem, false);
      return;
    }
    response.writeContinue();
    take(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const response = answering.get(socket);
    const begun = response?.headersSent && !response.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || begun) {
      socket.destroy();
      return;
    }
    socket.end(rawProblem(asProblem(error)), () => socket.destroySoon());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: urlOf(server.address() as AddressInfo),
    close: (grace) =>
      new Promise((resolve) => {
        stopping = true;
        const cut = setTimeout(() => server.closeAllConnections(), grace);
        // A connection that becomes idle from here on would be kept for another request.
        const idle = setInterval(() => server.closeIdleConnections(), 20);
        server.close(() => {
          clearTimeout(cut);
          clearInterval(idle);
          resolve();
        });
        for (const socket of fresh) socket.destroy();
        server.closeIdleConnections();
      }),
  };
}

function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** What the parser refuses, before there is a request. */
function asProblem({ code }: NodeJS.ErrnoException): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request_timeout', 'send the whole request in one go');
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('header_too_large', 'the request line and header may have 16 KiB together');
    default:
      return new Problem('malformed_request', `the request cannot be read${code ? ` (${code})` : ''}`);
  }
}

function rawProblem(problem: Problem): string {
  const body = JSON.stringify(problemBody(problem));
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`,
    `content-type: ${PROBLEM_TYPE}; charset=utf-8`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
