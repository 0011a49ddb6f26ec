import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

const METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS']);

/** What is counted of HTTP. Labels are bounded: a route's path as it is documented, never a URL. */
export class Metrics {
  readonly registry = new Registry();
  private readonly requests = new Counter({
    name: 'tocsin_http_requests_total',
    help: 'Answers, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.registry],
  });
  private readonly durations = new Histogram({
    name: 'tocsin_http_request_duration_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['route'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers: [this.registry],
  });
  private readonly routes = new WeakMap<IncomingMessage, string>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Says which route a request belongs to; none: `unmatched`. */
  matched(request: IncomingMessage, path: string): void {
    this.routes.set(request, path);
  }

  /** Counts the request when its answer has ended. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    const start = process.hrtime.bigint();
    let isSent = false;
    // An answer whose connection was cut is finished too, for Node.
    response.once('finish', () => {
      isSent = !request.socket.destroyed;
    });
    response.once('close', () => {
      const route = this.routes.get(request) ?? 'unmatched';
      const method = METHODS.has(request.method ?? '') ? (request.method as string) : 'other';
      this.requests.inc({
        method,
        route,
        status: isSent ? response.statusCode : 'aborted',
      });
      // A stream lasts as long as its reader likes.
      if (String(response.getHeader('content-type')).startsWith('text/event-stream')) return;
      this.durations.observe({ route }, Number(process.hrtime.bigint() - start) / 1e9);
    });
  }
}
