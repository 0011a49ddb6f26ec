import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBroken } from './body.js';
import { PROBLEM_TYPE, type Problem, problemBody } from './problem.js';
import { SECURITY_HEADERS } from './security_headers.js';

/** What a route gives back: a status, headers, and a body that becomes JSON or a text that is sent as it is (neither: no body). */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  /** Instead of a body: writes the whole answer, head included, for as long as it takes. Throws before the head, or not at all. */
  readonly stream?: (response: ServerResponse) => Promise<void>;
  readonly headers?: Readonly<Record<string, string>>;
}

const ALWAYS = SECURITY_HEADERS.flat();

/** How long the rest of a refused body is read and thrown away, so that the client gets to see the answer. */
const LINGER = 2_000;

/** Sends what a route answered; resolves when a stream has ended, at once for all else. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  if (answer.stream !== undefined && request.method !== 'HEAD') {
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
    return answer.stream(response);
  }
  if (answer.body === undefined) {
    send(request, response, answer.status, answer.headers ?? {}, answer.text ?? null);
    return;
  }
  const headers = { 'content-type': 'application/json; charset=utf-8', ...answer.headers };
  send(request, response, answer.status, headers, JSON.stringify(answer.body));
}

/**
 * Sends a problem as RFC 9457 has it; when an answer is on its way already, cuts it off. `awaited`: whether the rest of the
 * request's body may still come.
 */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
  awaited = true,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const headers = {
    'content-type': `${PROBLEM_TYPE}; charset=utf-8`,
    'cache-control': 'no-store',
    ...problem.headers,
  };
  send(request, response, problem.status, headers, JSON.stringify(problemBody(problem)), awaited);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | null,
  awaited = true,
): void {
  const isOver = isBroken(request);
  const isDone = !awaited || request.complete || hasNoBody(request) || isOver;
  // One flat list is what Node writes fastest.
  const list = [...ALWAYS];
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
  if (body !== null) list.push('content-length', String(Buffer.byteLength(body)));
  else if (status !== 204) list.push('content-length', '0');
  if (!isDone || isOver) list.push('connection', 'close');
  response.writeHead(status, list);
  // As a text it goes out together with the head.
  const content = body === null || request.method === 'HEAD' ? '' : body;
  if (isDone) {
    response.end(content);
    return;
  }
  // The rest of a body that nobody wants: a connection closed on it would be reset, the answer lost with it.
  response.write(content);
  const timer = setTimeout(finish, LINGER);
  function finish(): void {
    clearTimeout(timer);
    request.off('end', finish).off('close', finish);
    response.end();
  }
  request.once('end', finish).once('close', finish);
  request.resume();
}

function hasNoBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}
