import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { sendProblem } from './answer.js';
import { BODY_LIMIT, breakOff, isTooLong } from './body.js';
import type { Certificate } from './certificate.js';
import { PROBLEM_TYPE, Problem, problemBody } from './problem.js';
import { SECURITY_HEADERS } from './security_headers.js';

/** Milliseconds. */
export interface Timeouts {
  /** For a request's head. */
  readonly headers: number;
  /** For a whole request, body included: what a slow body meets. */
  readonly request: number;
  readonly keepAlive: number;
  /** For a connection on which nothing moves in either direction: what a reader meets that takes no answer. */
  readonly silence: number;
}

export const TIMEOUTS: Timeouts = { headers: 10_000, request: 30_000, keepAlive: 65_000, silence: 300_000 };

/** How a server listens, besides where. */
export interface Listening {
  readonly timeouts?: Timeouts;
  /** How many connections are held at a time; one more is closed at once. */
  readonly connections?: number;
  /** None: plain HTTP. */
  readonly certificate?: Certificate | null;
}

export interface Listener {
  /** `http://127.0.0.1:8080`: with the port that was picked where 0 was asked for. */
  readonly url: string;
  /** Shows another certificate to those who connect from now on. No effect on a server of plain HTTP. */
  renew(certificate: Certificate): void;
  /** Takes no new connections, lets requests under way end for up to `grace` milliseconds, then cuts them off. */
  close(grace: number): Promise<void>;
}

/**
 * Listens on an address; host '' is every address of the machine.
 * @throws the system's error (EADDRINUSE, EACCES, ...) when it cannot
 */
export async function listen(
  handle: RequestListener,
  address: { readonly host: string; readonly port: number },
  { timeouts = TIMEOUTS, connections, certificate = null }: Listening = {},
): Promise<Listener> {
  /** The last request that began on a connection, and its answer. */
  const exchanges = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  let stopping = false;
  /** Connections on which no request has begun. */
  const fresh = new Set<Socket>();
  /** Connections on which TLS is not agreed on, by their other end: the server's own list has none of them. */
  const shaking = new Map<string, Socket>();
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    exchanges.set(request.socket, { request, response });
    fresh.delete(request.socket);
    if (stopping) response.setHeader('connection', 'close');
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      refuse(request, response, new Problem('malformed_request', 'the request has no Host header'));
      return;
    }
    handle(request, response);
  };
  const options = {
    maxHeaderSize: 16 * 1024,
    // Node's own answer to a request without one is no problem.
    requireHostHeader: false,
    // Node takes no longer one than for the whole request.
    headersTimeout: Math.min(timeouts.headers, timeouts.request),
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: Math.min(1_000, timeouts.headers / 2, timeouts.request / 2),
  };
  const secure =
    certificate === null
      ? null
      : createTlsServer({ ...options, ...certificate, handshakeTimeout: timeouts.headers }, take);
  const server: Server = secure ?? createServer(options, take);
  server.timeout = timeouts.silence;
  if (connections !== undefined) server.maxConnections = connections;
  const begin = (socket: Socket): void => {
    fresh.add(socket);
    socket.once('close', () => fresh.delete(socket));
  };
  if (secure === null) server.on('connection', begin);
  else {
    secure.on('connection', (socket: Socket) => {
      const end = endOf(socket);
      shaking.set(end, socket);
      socket.once('close', () => shaking.delete(end));
    });
    // There is nobody yet to tell a problem to, and Node keeps one whose handshake took too long.
    secure.on('tlsClientError', (_, socket) => socket.destroy());
    secure.on('secureConnection', (socket) => {
      shaking.delete(endOf(socket));
      begin(socket);
    });
  }
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (isTooLong(request)) {
      const message = `at most ${BODY_LIMIT} bytes are taken: send several smaller ones`;
      refuse(request, response, new Problem('body_too_large', message));
      return;
    }
    response.writeContinue();
    take(request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const message = '100-continue is all that can be expected here';
    refuse(request, response, new Problem('expectation_failed', message));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const exchange = exchanges.get(socket);
    const refuseRest = (): void => {
      if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else socket.end(rawProblem(asProblem(error)), () => socket.destroySoon());
    };
    if (exchange === undefined || exchange.response.writableFinished) {
      refuseRest();
      return;
    }
    const { request, response } = exchange;
    // What came behind a request that is under way is refused behind its answer, not in its place.
    if (request.complete) response.once('close', refuseRest);
    else if (response.headersSent) socket.destroySoon();
    else breakOff(request, asProblem(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host === '' ? undefined : address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: urlOf(secure === null ? 'http' : 'https', server.address() as AddressInfo),
    renew: (next) => secure?.setSecureContext({ ...next }),
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
        for (const socket of [...fresh, ...shaking.values()]) socket.destroy();
        server.closeIdleConnections();
      }),
  };
}

/** Answers a request that goes no further, and reads no more of it. */
function refuse(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  response.setHeader('connection', 'close');
  sendProblem(request, response, problem, false);
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

function urlOf(scheme: 'http' | 'https', { address, port, family }: AddressInfo): string {
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
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
    ...SECURITY_HEADERS.map(([name, value]) => `${name}: ${value}`),
    'cache-control: no-store',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
