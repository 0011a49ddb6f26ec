import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { Problem } from './problem.js';

/** The largest body of any route, in bytes, compressed or not: a batch of events. */
export const BODY_LIMIT = 10 * 1024 * 1024;

/** The largest body where no events are: a statement has 32 kB at most, its JSON form with parameters somewhat more. */
export const STATEMENT_LIMIT = 512 * 1024;

/** Takes room for so many bytes and gives what frees it again. Throws when there is none. */
export type Reserve = (bytes: number) => () => void;

/** Room for at most `limit` bytes at a time. */
export function boundedRoom(limit: number): Reserve {
  let held = 0;
  return (bytes) => {
    if (held + bytes > limit)
      throw new Problem('overloaded', 'too much is being read at a time; send this again in a moment');
    held += bytes;
    return () => {
      held -= bytes;
    };
  };
}

/** How a body is read: where its bytes are counted, and how many there may be, compressed or not. */
export interface Reading {
  readonly reserve: Reserve;
  readonly limit: number;
}

/**
 * Reads a request's body and calls `use` with it; its bytes count in `reserve` until `use` has settled.
 * @throws Problem `body_too_large`, `unsupported_encoding`, `invalid_compression`, and what `reserve` throws
 */
export async function withBody<T>(
  request: IncomingMessage,
  { reserve, limit }: Reading,
  use: (body: Buffer) => Promise<T> | T,
): Promise<T> {
  const claims: (() => void)[] = [];
  let claimed = 0;
  const claim = (upTo: number): void => {
    if (upTo <= claimed) return;
    // In steps, so that a body that comes in many small pieces does not ask for each.
    const more = Math.max(upTo - claimed, Math.min(claimed, limit - claimed));
    claims.push(reserve(more));
    claimed += more;
  };
  try {
    return await use(await read(request, limit, claim));
  } finally {
    for (const free of claims) free();
  }
}

async function read(request: IncomingMessage, limit: number, claim: (upTo: number) => void): Promise<Buffer> {
  const encoding = contentEncoding(request);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) throw tooLarge(`the body has ${announced} bytes`, limit);
  claim(announced);
  const raw = await collect(request, (size) => {
    if (size > limit) throw tooLarge('the body goes on past the limit', limit);
    claim(size);
  });
  if (encoding === 'identity' || raw.length === 0) return raw;
  return inflate(raw, (size) => {
    if (size > limit) throw tooLarge('the body is larger when it is decompressed', limit);
    claim(raw.length + size);
  });
}

/** `see` is told the size so far at each piece, before the next is made, and ends it by throwing. */
function inflate(raw: Buffer, see: (size: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const gunzip = createGunzip({ chunkSize: 64 * 1024 });
    gunzip.on('data', (piece: Buffer) => {
      size += piece.length;
      try {
        see(size);
      } catch (error) {
        gunzip.destroy();
        reject(error);
        return;
      }
      pieces.push(piece);
    });
    gunzip.on('end', () => resolve(Buffer.concat(pieces, size)));
    gunzip.on('error', (error: NodeJS.ErrnoException) => {
      const isData = error.code?.startsWith('Z_') ?? false;
      reject(
        isData
          ? new Problem('invalid_compression', 'the body is said to be gzip, but cannot be decompressed')
          : error,
      );
    });
    gunzip.end(raw);
  });
}

/** Requests whose body cannot be read on, and why. */
const broken = new WeakMap<IncomingMessage, Problem>();
const BROKEN = 'broken';

/** Ends the reading of a body with `problem`; who does not read it answers as if nothing were. */
export function breakOff(request: IncomingMessage, problem: Problem): void {
  broken.set(request, problem);
  request.emit(BROKEN, problem);
}

/** Whether nothing more can come of a request. */
export function isBroken(request: IncomingMessage): boolean {
  return broken.has(request);
}

/** Whether a body that was announced is one that will be read: what `Expect: 100-continue` asks. */
export function isTooLong(request: IncomingMessage): boolean {
  return Number(request.headers['content-length'] ?? 0) > BODY_LIMIT;
}

function contentEncoding(request: IncomingMessage): 'identity' | 'gzip' {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return 'identity';
  if (encoding === 'gzip' || encoding === 'x-gzip') return 'gzip';
  throw new Problem(
    'unsupported_encoding',
    `the Content-Encoding ${encoding.slice(0, 100)} is not taken: use gzip or none`,
    {
      headers: { 'accept-encoding': 'gzip' },
    },
  );
}

function tooLarge(said: string, limit: number): Problem {
  return new Problem(
    'body_too_large',
    `${said}; at most ${limit} bytes are taken: send several smaller ones`,
  );
}

/** `see` is told the size so far at each chunk, and ends the reading by throwing. */
function collect(request: IncomingMessage, see: (size: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      request.off('data', take);
      request.off('end', end);
      request.off('error', fail);
      request.off('close', gone);
      request.off(BROKEN, giveUp);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      try {
        see(size);
      } catch (error) {
        stop();
        request.pause();
        reject(error);
        return;
      }
      chunks.push(chunk);
    };
    const end = (): void => {
      stop();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    };
    const fail = (): void => {
      stop();
      reject(new Problem('malformed_request', 'the connection ended before the body did'));
    };
    const gone = fail;
    const giveUp = (problem: Problem): void => {
      stop();
      reject(problem);
    };
    const known = broken.get(request);
    if (known !== undefined) {
      reject(known);
      return;
    }
    request.on('data', take);
    request.on('end', end);
    request.on('error', fail);
    request.on('close', gone);
    request.on(BROKEN, giveUp);
  });
}
