import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { neededScope } from './access.js';
import { PROBLEM_TYPE, PROBLEMS, type ProblemCode } from './problem.js';
import { problemSchema } from './problem_schema.js';
import type { Response, Route } from './route.js';
import { SCOPES } from './scope.js';

/** Problems that any route with a body can give. */
const OF_BODIES: readonly ProblemCode[] = [
  'empty_body',
  'invalid_json',
  'invalid_utf8',
  'invalid_compression',
  'too_deep',
  'too_many_values',
  'number_out_of_range',
  'request_timeout',
  'body_too_large',
  'unsupported_media_type',
  'unsupported_encoding',
  'overloaded',
];

const OF_ALL: readonly ProblemCode[] = [
  'invalid_parameter',
  'malformed_url',
  'foreign_host',
  'foreign_origin',
  'rate_limited',
  'internal_error',
  'not_ready',
];

/** What only a server with keys answers. */
const OF_KEYS: readonly ProblemCode[] = ['unauthenticated', 'missing_scope'];

const KEY = 'key';

const SECURITY = {
  [KEY]: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A key of the server, as `Authorization: Bearer KEY`. Each operation names the scope that the key must have; without keys the server asks for none, and listens on the loopback only.\n\n' +
      Object.entries(SCOPES)
        .map(([scope, meaning]) => `- \`${scope}\`: ${meaning}`)
        .join('\n'),
  },
} as const;

const TAGS = [
  { name: 'Streams', description: 'What flows: declared streams and their events.' },
  { name: 'Rules', description: 'Patterns in SQL that watch the streams.' },
  { name: 'Destinations', description: 'Where alerts go.' },
  { name: 'Alerts', description: 'What the rules found, and its delivery.' },
  { name: 'Operation', description: 'Health, metrics, and this description.' },
];

/** The OpenAPI 3.1 document of the routes. `version` is the package's. */
export function describe(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    (paths[route.path] as Record<string, ZodOpenApiOperationObject>)[route.method] = operation(route);
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tocsin',
      version,
      description:
        'Complex event processing: SQL patterns over event streams, an alert for each match. ' +
        'JSON fields are snake_case, times ISO 8601 UTC, lists are pages `{items, next_cursor}`. Errors are RFC 9457 problems with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS,
    components: { securitySchemes: SECURITY },
    paths: paths as ZodOpenApiPathsObject,
  });
}

function operation(route: Route): ZodOpenApiOperationObject {
  const { purpose } = route;
  const headers = route.guarded ? route.headers.extend(PRECONDITIONS.shape) : route.headers;
  const needed = neededScope(purpose.id);
  const types = Object.keys(route.bodies);
  const shaped = (schema: z.ZodObject): boolean => Object.keys(schema.shape).length > 0;
  return {
    operationId: purpose.id,
    tags: [purpose.tag],
    summary: purpose.summary,
    ...(purpose.description ? { description: purpose.description } : {}),
    security: needed === null ? [] : [{ [KEY]: [needed] }],
    requestParams: {
      ...(shaped(route.params) ? { path: route.params } : {}),
      ...(shaped(route.query) ? { query: route.query } : {}),
      ...(shaped(headers) ? { header: headers } : {}),
    },
    ...(types.length > 0
      ? {
          requestBody: {
            required: true,
            content: Object.fromEntries(
              types.map((type) => [type, { schema: route.bodies[type] as z.ZodType }]),
            ),
          },
        }
      : {}),
    responses: responses(route),
  };
}

const PRECONDITIONS = z.object({
  'if-match': z.string().optional().meta({
    description:
      'The ETag that was last seen: when it is no longer the present one, nothing is changed and the answer is 412.',
  }),
  'if-none-match': z.string().optional().meta({
    description:
      '`*`: only when there is nothing of that name yet; else nothing is changed and the answer is 412.',
  }),
});

function responses(route: Route): ZodOpenApiResponsesObject {
  const described: Record<string, object> = {};
  for (const [status, response] of Object.entries(route.responses)) described[status] = success(response);
  const bodies = Object.keys(route.bodies).length > 0 ? OF_BODIES : [];
  const keys = neededScope(route.purpose.id) === null ? [] : OF_KEYS;
  const guard: readonly ProblemCode[] = route.guarded ? ['precondition_failed'] : [];
  for (const [status, codes] of byStatus([...OF_ALL, ...keys, ...bodies, ...guard, ...route.problems])) {
    described[status] = {
      description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
      content: { [PROBLEM_TYPE]: { schema: problemSchema } },
    };
  }
  return described as ZodOpenApiResponsesObject;
}

function success(response: Response): object {
  return {
    description: response.description,
    ...(response.headers
      ? {
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, description]) => [
              name,
              { description, schema: { type: 'string' } },
            ]),
          ),
        }
      : {}),
    ...(response.schema
      ? { content: { [response.type ?? 'application/json']: { schema: response.schema } } }
      : {}),
  };
}

function byStatus(codes: readonly ProblemCode[]): Map<string, ProblemCode[]> {
  const found = new Map<string, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const status = String(PROBLEMS[code].status);
    found.set(status, [...(found.get(status) ?? []), code]);
  }
  return found;
}
