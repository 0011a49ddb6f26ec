import { connect } from 'node:net';
import type { Random } from './random.js';
import type { FuzzRequest } from './request.js';

/** The first answer that came, or null: the connection ended without one. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** How long an answer may take before it is a hang, in milliseconds: many times what any takes. */
const PATIENCE = 30_000;

const LIVE = /(^|\r\n\r\n)HTTP\/1\.1 200 [\s\S]*text\/event-stream[\s\S]*\r\n\r\n/i;

/** Writes a request on a connection of its own and reads until the server ends it. Throws when it does not. */
export async function sendOnWire(
  url: string,
  request: FuzzRequest,
  random: Random,
): Promise<WireAnswer | null> {
  const head = [
    `${request.method} ${request.target} HTTP/1.1`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const { body, carriage } = request;
  const isChunked = carriage === 'chunked' || carriage === 'wrong chunks';
  if (body !== null) head.push(isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`);
  // With garbage behind it the server may go on to that; else it shall end the connection.
  head.push('Connection: close');
  const start = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  return exchange(url, [start, ...piecesOf(request, random)], carriage);
}

/** Writes bytes as they are and reads until the server ends the connection. */
export function sendBytes(url: string, bytes: Buffer): Promise<WireAnswer | null> {
  return exchange(url, [bytes], 'cut');
}

function piecesOf({ body, carriage }: FuzzRequest, random: Random): readonly Buffer[] {
  const bytes = body ?? Buffer.alloc(0);
  switch (carriage) {
    case 'whole':
      return [bytes];
    case 'chunked':
      return [chunksOf(bytes, random), Buffer.from('0\r\n\r\n')];
    case 'wrong chunks':
      return [random.spoil(Buffer.concat([chunksOf(bytes, random), Buffer.from('0\r\n\r\n')]))];
    case 'cut':
      return [bytes.subarray(0, random.below(bytes.length + 1))];
    case 'dribbled': {
      const size = Math.max(1, Math.ceil(bytes.length / 8));
      return Array.from({ length: 8 }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
    }
    case 'garbage behind':
      return [bytes, random.spoil(Buffer.from('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3)))];
  }
}

function chunksOf(bytes: Buffer, random: Random): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const chunk = bytes.subarray(at, at + 1 + random.below(bytes.length));
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
    at += chunk.length;
  }
  return Buffer.concat(chunks);
}

function exchange(url: string, pieces: readonly Buffer[], carriage: string): Promise<WireAnswer | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    const late = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(
          `no end after ${PATIENCE} ms; so far: ${Buffer.concat(chunks).toString('latin1').slice(0, 500)}`,
        ),
      );
    }, PATIENCE);
    const settle = (): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(parse(Buffer.concat(chunks).toString('utf8')));
    };
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // A live feed has no end: its head is the answer.
      if (chunks.length <= 3 && LIVE.test(Buffer.concat(chunks).toString('latin1'))) settle();
    });
    // A server that refuses a body may close on the rest of it: what came before counts.
    socket.on('error', settle);
    socket.on('close', settle);
    void write(pieces, carriage, (piece) => !socket.destroyed && socket.write(piece)).then(() => {
      if (carriage === 'cut') socket.end();
    });
  });
}

async function write(
  pieces: readonly Buffer[],
  carriage: string,
  put: (piece: Buffer) => void,
): Promise<void> {
  if (carriage !== 'dribbled') {
    put(Buffer.concat(pieces));
    return;
  }
  for (const piece of pieces) {
    put(piece);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function parse(text: string): WireAnswer | null {
  // 100 Continue is none yet.
  const said = text.replace(/^(HTTP\/1\.1 100 [^\r]*\r\n\r\n)+/, '');
  const [, status, head = '', rest = ''] =
    /^HTTP\/1\.1 (\d{3}) [^\r]*\r\n([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(said) ?? [];
  if (status === undefined) return null;
  const headers = new Map(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = Number(headers.get('content-length') ?? Number.NaN);
  const body = Number.isNaN(length) ? rest : Buffer.from(rest).subarray(0, length).toString();
  return { status: Number(status), headers, body };
}
