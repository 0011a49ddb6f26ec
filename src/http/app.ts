import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { neededScope } from './access.js';
import { sendAnswer, sendProblem } from './answer.js';
import { boundedRoom } from './body.js';
import { docsPage } from './docs.js';
import { type Caller, type Guard, NOBODY } from './guard.js';
import type { Metrics } from './metrics.js';
import { Problem } from './problem.js';
import type { Route } from './route.js';
import { problemOf } from './translate.js';

export interface AppParts {
  readonly routes: readonly Route[];
  /** The OpenAPI document of the routes. */
  readonly document: object;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly guard: Guard;
}

/** Bytes of bodies that are read and worked on at a time, those of events left out: they have a bound of their own. */
const BODIES_AT_A_TIME = 64 * 1024 * 1024;

/** Events are most of the traffic: they go to their route past everything else. */
const EVENTS = /^\/v1\/streams\/([^/?]+)\/events(?:\?|$)/;

/** The whole API as one listener for node:http. Every answer that is no success is a problem (RFC 9457). */
export function createApp({ routes, document, metrics, logger, guard }: AppParts): RequestListener {
  /** Who asks, of requests that are logged. */
  const callers = new WeakMap<IncomingMessage, Caller>();
  const room = boundedRoom(BODIES_AT_A_TIME);
  const serve = async (
    route: Route,
    caller: Caller,
    params: Readonly<Record<string, string>>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    metrics.matched(request, route.path);
    try {
      const needed = neededScope(route.purpose.id);
      guard.check(caller, needed);
      const answer = await route.handle(request, params, room, caller.key?.name ?? null);
      if (answer.stream !== undefined) {
        const unwatch = guard.watch(caller, needed, () => response.destroy());
        response.once('close', unwatch);
      }
      await sendAnswer(request, response, answer);
    } catch (error) {
      fail(error, request, response);
    }
  };
  const fail = (error: unknown, request: IncomingMessage, response: ServerResponse): void => {
    const problem = problemOf(error);
    // What keeps the server from being ready is logged where it happens, not again with each request.
    if (problem.status >= 500 && problem.code !== 'not_ready') {
      const told = problem.status === 500 ? 'error' : 'warn';
      logger[told](
        {
          err: error,
          code: problem.code,
          request_id: request.id,
          method: request.method,
          path: pathOf(request),
        },
        'request failed',
      );
    }
    sendProblem(request, response, problem);
  };

  const callerOf = (request: IncomingMessage): Caller => callers.get(request) ?? NOBODY;

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.use(requestLog(logger, (request) => callers.get(request)?.key?.name ?? null));
  for (const route of routes) {
    app[route.method](route.path.replaceAll(/\{(\w+)\}/g, ':$1'), (request, response) =>
      serve(route, callerOf(request), request.params as Record<string, string>, request, response),
    );
  }
  app.use('/docs', docsPage(document));
  app.use((request: express.Request, response: express.Response) => unrouted(routes, request, response));
  app.use(
    (error: unknown, request: express.Request, response: express.Response, _next: express.NextFunction) =>
      fail(error, request, response),
  );

  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const caller = guard.caller(request, Date.now());
    const name = request.method === 'POST' ? EVENTS.exec(request.url ?? '')?.[1] : undefined;
    const isEvents = name !== undefined && ingest !== undefined;
    // Events that may come in are bounded by their bytes instead: one a request is a fair use.
    if (!isEvents || !guard.may(caller, neededScope(ingest.purpose.id))) guard.count(caller, request);
    if (isEvents) {
      void serve(ingest, caller, { name: decodeURIComponent(name) }, request, response);
      return;
    }
    callers.set(request, caller);
    // Express passes over a URL that it cannot read, and would answer by itself.
    app(request as express.Request, response as express.Response, (error?: unknown) =>
      fail(error ?? new Problem('malformed_url', 'the URL cannot be read'), request, response),
    );
  };
  const ingest = routes.find(({ method, path }) => method === 'post' && path === '/v1/streams/{name}/events');
  return (request, response) => {
    metrics.watch(request, response);
    try {
      take(request, response);
    } catch (error) {
      fail(error, request, response);
    }
  };
}

/** One line for each request, with stable names, and the name of the key that came with it; no header and no body is logged. */
function requestLog(
  logger: Logger,
  keyOf: (request: IncomingMessage) => string | null,
): express.RequestHandler {
  return pinoHttp<express.Request, express.Response>({
    logger,
    genReqId: () => randomUUID(),
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
    customLogLevel: (request, response) => {
      if (/^\/(healthz|readyz|metrics|docs)/.test(request.originalUrl)) return 'debug';
      return response.statusCode >= 500 ? 'warn' : 'info';
    },
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customSuccessObject: (request, response, { duration_ms }) =>
      seen(request, response, duration_ms, keyOf(request)),
    customErrorObject: (request, response, _error, { duration_ms }) =>
      seen(request, response, duration_ms, keyOf(request)),
  });
}

function seen(
  request: IncomingMessage,
  response: ServerResponse,
  duration: unknown,
  key: string | null,
): object {
  return {
    method: request.method,
    path: pathOf(request),
    ...(key === null ? {} : { key }),
    status: response.statusCode,
    duration_ms: duration,
  };
}

function pathOf(request: IncomingMessage & { originalUrl?: string }): string {
  return ((request.originalUrl ?? request.url ?? '').split('?')[0] ?? '').slice(0, 500);
}

/** A path that nobody knows is 404; one that is known but not for this method is 405, and says which it is for. */
function unrouted(routes: readonly Route[], request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf(request);
  const methods = new Set<string>();
  for (const route of routes) if (matches(route.path, path)) methods.add(route.method.toUpperCase());
  if (methods.size === 0) {
    const detail = `nothing is at ${path.slice(0, 200)}; /openapi.json describes every path`;
    sendProblem(request, response, new Problem('not_found', detail));
    return;
  }
  if (methods.has('GET')) methods.add('HEAD');
  const allow = [...methods, 'OPTIONS'].join(', ');
  if (request.method === 'OPTIONS') {
    void sendAnswer(request, response, { status: 204, headers: { allow } });
    return;
  }
  sendProblem(
    request,
    response,
    new Problem('method_not_allowed', `${request.method} is not for this path; it takes ${allow}`, {
      headers: { allow },
    }),
  );
}

function matches(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part.startsWith('{') ? given[at] !== '' : part === given[at]))
  );
}
