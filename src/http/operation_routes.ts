import * as z from 'zod';
import type { Metrics } from './metrics.js';
import { PROBLEMS, Problem, type ProblemCode } from './problem.js';
import { type Route, route } from './route.js';

/** What keeps the server from taking and processing events; null when nothing does. */
export type Readiness = () => Promise<{ readonly reason: string; readonly message: string } | null>;

const problemInfo = z
  .object({ code: z.string(), type: z.string(), status: z.int(), title: z.string() })
  .meta({ id: 'ProblemDescription' });

/** Health, readiness, metrics, what problems mean, and where to go from the root. */
export function operationRoutes(parts: {
  readonly version: string;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  /** The OpenAPI document; asked for when it is wanted, as these routes are part of it. */
  readonly document: () => object;
}): Route[] {
  return [
    route('get', '/', {
      purpose: { id: 'getRoot', tag: 'Operation', summary: 'Where to go from here' },
      responses: {
        200: {
          description: 'The server and its version',
          schema: z.object({
            name: z.literal('tocsin'),
            version: z.string(),
            docs: z.string(),
            openapi: z.string(),
          }),
        },
      },
      handle: () => ({
        status: 200,
        body: { name: 'tocsin', version: parts.version, docs: '/docs/', openapi: '/openapi.json' },
      }),
    }),
    route('get', '/healthz', {
      purpose: { id: 'getHealth', tag: 'Operation', summary: 'Whether the process answers' },
      responses: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok') }) } },
      handle: () => ({ status: 200, body: { status: 'ok' }, headers: { 'cache-control': 'no-store' } }),
    }),
    route('get', '/readyz', {
      purpose: {
        id: 'getReadiness',
        tag: 'Operation',
        summary: 'Whether events are taken and processed',
        description: 'The store answers, this server owns its partitions, and it is not stopping.',
      },
      responses: { 200: { description: 'They are', schema: z.object({ status: z.literal('ready') }) } },
      problems: ['not_ready'],
      handle: async () => {
        const lack = await parts.readiness();
        if (lack !== null) throw new Problem('not_ready', lack.message, { members: { reason: lack.reason } });
        return { status: 200, body: { status: 'ready' }, headers: { 'cache-control': 'no-store' } };
      },
    }),
    route('get', '/metrics', {
      purpose: { id: 'getMetrics', tag: 'Operation', summary: 'Figures for Prometheus' },
      responses: { 200: { description: 'Prometheus text format', schema: z.string(), type: 'text/plain' } },
      handle: async () => ({
        status: 200,
        text: await parts.metrics.registry.metrics(),
        headers: { 'content-type': parts.metrics.registry.contentType },
      }),
    }),
    route('get', '/openapi.json', {
      purpose: { id: 'getDescription', tag: 'Operation', summary: 'This description' },
      responses: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
      handle: () => ({ status: 200, body: parts.document() }),
    }),
    route('get', '/problems', {
      purpose: { id: 'listProblems', tag: 'Operation', summary: 'Every code that a problem can have' },
      responses: {
        200: {
          description: 'All of them',
          schema: z.object({ items: z.array(problemInfo), next_cursor: z.null() }),
        },
      },
      handle: () => ({
        status: 200,
        body: { items: (Object.keys(PROBLEMS) as ProblemCode[]).map(infoOf), next_cursor: null },
      }),
    }),
    route('get', '/problems/{code}', {
      purpose: { id: 'getProblem', tag: 'Operation', summary: 'What a problem code means' },
      params: z.strictObject({ code: z.string() }),
      responses: { 200: { description: 'The code', schema: problemInfo } },
      problems: ['unknown_problem'],
      handle: ({ params: { code } }) => {
        if (!Object.hasOwn(PROBLEMS, code))
          throw new Problem('unknown_problem', `no problem has the code ${code.slice(0, 100)}`);
        return { status: 200, body: infoOf(code as ProblemCode) };
      },
    }),
  ];
}

function infoOf(code: ProblemCode): z.output<typeof problemInfo> {
  return { code, type: `/problems/${code}`, ...PROBLEMS[code] };
}
