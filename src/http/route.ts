import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import * as z from 'zod';
import { decodeUtf8, JsonError, type JsonValue, MAX_VALUES, parseJson } from '../event/json.js';
import type { Answer } from './answer.js';
import { BODY_LIMIT, type Reserve, STATEMENT_LIMIT, withBody } from './body.js';
import { placeIn } from './diagnostics.js';
import { jsonErrorAt } from './json_position.js';
import { acceptedType } from './media_type.js';
import { Problem, type ProblemCode, type ProblemError } from './problem.js';

export type Method = 'get' | 'put' | 'post' | 'delete';

/** Media types and the schema of each; what is not JSON is given to its schema as text, or as bytes where the route reads them itself. */
export type Bodies = Readonly<Record<string, z.ZodType>>;

/** What a body was: its media type, its value as the schema of that type has it, and its bytes. */
export type Body<B extends Bodies> = {
  readonly [M in keyof B]: { readonly type: M; readonly value: z.output<B[M]>; readonly bytes: Buffer };
}[keyof B];

export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: IncomingHttpHeaders;
  /** For those that work as long as the client is there. */
  readonly request: IncomingMessage;
  /** The name of the key that asks, or null where there are no keys. */
  readonly by: string | null;
}

export interface Response {
  readonly description: string;
  /** None: no body. */
  readonly schema?: z.ZodType;
  /** `application/json` where it is not said. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route is for, in the API's description. */
export interface Purpose {
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
}

/** One method of one path: the only source of what is checked, served and documented. */
export interface Route {
  readonly method: Method;
  /** As OpenAPI writes it: `/v1/rules/{name}`. */
  readonly path: string;
  readonly purpose: Purpose;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly headers: z.ZodObject;
  readonly bodies: Bodies;
  /** By status. */
  readonly responses: Readonly<Record<number, Response>>;
  /** The problems that are its own, beside those that every route can give. */
  readonly problems: readonly ProblemCode[];
  /** Whether it takes If-Match. */
  readonly guarded: boolean;
  handle(
    request: IncomingMessage,
    params: Readonly<Record<string, string>>,
    reserve: Reserve,
    by: string | null,
  ): Promise<Answer>;
}

interface Definition<P extends z.ZodObject, Q extends z.ZodObject, B extends Bodies> {
  readonly purpose: Purpose;
  readonly params?: P;
  readonly query?: Q;
  readonly bodies?: B;
  readonly responses: Readonly<Record<number, Response>>;
  readonly problems?: readonly ProblemCode[];
  readonly guarded?: boolean;
  /** The largest body, in bytes; left out: what fits a statement, or for `raw` what fits a batch of events. */
  readonly limit?: number;
  /** Its body holds secrets: what is wrong with it is told without repeating any of it. */
  readonly confidential?: boolean;
  /** Where its bodies are counted, if not with all others. */
  readonly reserve?: Reserve;
  /** What the Content-Type is taken for, where the header alone does not say it. */
  readonly contentType?: (headers: IncomingHttpHeaders) => string | undefined;
  /** Request headers that it takes, for the description. */
  readonly headers?: z.ZodObject;
  /** The route reads the bytes itself: its schemas only describe them, and `value` is undefined. */
  readonly raw?: boolean;
  readonly handle: (call: Call<z.output<P>, z.output<Q>, Body<B>>) => Promise<Answer> | Answer;
}

const NOTHING = z.strictObject({});
type Nothing = typeof NOTHING;

/** Makes a route: parameters, query and body are checked by their schemas before `handle` sees them. */
export function route<
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends Bodies = Record<never, never>,
>(method: Method, path: string, definition: Definition<P, Q, B>): Route {
  const params = (definition.params ?? NOTHING) as P;
  const query = (definition.query ?? NOTHING) as Q;
  const bodies = (definition.bodies ?? {}) as B;
  const limit = definition.limit ?? (definition.raw ? BODY_LIMIT : STATEMENT_LIMIT);
  const types = Object.keys(bodies);
  const contentType = definition.contentType ?? ((headers: IncomingHttpHeaders) => headers['content-type']);
  return {
    method,
    path,
    purpose: definition.purpose,
    params,
    query,
    headers: definition.headers ?? NOTHING,
    bodies,
    responses: definition.responses,
    problems: definition.problems ?? [],
    guarded: definition.guarded ?? false,
    async handle(request, given, reserve, by) {
      const call = {
        params: checked(params, given, 'path parameter'),
        query: checked(query, queryOf(request.url ?? ''), 'query parameter'),
        headers: request.headers,
        request,
        by,
      };
      if (types.length === 0) return definition.handle({ ...call, body: undefined as never });
      const type = acceptedType(contentType(request.headers), types);
      return withBody(request, { reserve: definition.reserve ?? reserve, limit }, (bytes) => {
        const schema = bodies[type] as z.ZodType;
        const value = definition.raw
          ? undefined
          : bodyOf(type, schema, bytes, definition.confidential ?? false);
        return definition.handle({ ...call, body: { type, value, bytes } as Body<B> });
      });
    },
  };
}

/** The query of a URL. @throws Problem `invalid_parameter` for a parameter that is given twice */
export function queryOf(url: string): Record<string, string> {
  const at = url.indexOf('?');
  const query: Record<string, string> = {};
  if (at < 0) return query;
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    if (Object.hasOwn(query, name)) {
      const message = `the query parameter ${name.slice(0, 100)} is given twice`;
      throw new Problem('invalid_parameter', message, {
        errors: [{ code: 'repeated', message, parameter: name }],
      });
    }
    Object.defineProperty(query, name, { value, enumerable: true });
  }
  return query;
}

/**
 * Parses JSON.
 * @throws Problem with JsonError's code, and the place where it is known, the text there too unless it is confidential
 */
export function jsonOf(bytes: Uint8Array, isConfidential = false): JsonValue {
  const text = textOf(bytes);
  try {
    return parseJson(text, MAX_VALUES);
  } catch (error) {
    throw asProblem(error, text, isConfidential);
  }
}

function notJson(text: string, isConfidential: boolean): Problem {
  const at = jsonErrorAt(text) ?? text.length;
  if (isConfidential) {
    const { line, column } = placeIn(text, at);
    const message = 'the text stops being JSON';
    return new Problem('invalid_json', `${message} at line ${line}, column ${column}`, {
      errors: [{ code: 'invalid_json', message, line, column }],
    });
  }
  const character = at < text.length ? String.fromCodePoint(text.codePointAt(at) as number) : null;
  const message = character === null ? 'the text ends too early' : `unexpected ${JSON.stringify(character)}`;
  const place = placeIn(text, at);
  return new Problem('invalid_json', `${message} at line ${place.line}, column ${place.column}`, {
    errors: [{ code: 'invalid_json', message, ...place }],
  });
}

/** Bytes as text. @throws Problem `empty_body`, `invalid_utf8` */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new Problem('empty_body', 'this path needs a body');
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    throw asProblem(error, '');
  }
}

/** What is answered to a text that is not the JSON which is taken, with the place in it where that is known. */
export function asProblem(error: unknown, text: string, isConfidential = false): unknown {
  if (!(error instanceof JsonError)) return error;
  if (error.code === 'invalid_json') return notJson(text, isConfidential);
  return new Problem(error.code, error.message);
}

function bodyOf(type: string, schema: z.ZodType, bytes: Buffer, isConfidential: boolean): unknown {
  const value = type.endsWith('json') ? jsonOf(bytes, isConfidential) : textOf(bytes);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = placed(result.error).map(({ path, error }) => ({ ...error, pointer: pointer(path) }));
  throw new Problem(
    'invalid_body',
    sentence(errors, ({ pointer }) => pointer),
    { errors },
  );
}

function checked<S extends z.ZodObject>(schema: S, given: unknown, what: string): z.output<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const errors = placed(result.error).map(({ path, error }) => ({
    ...error,
    parameter: String(path[0] ?? ''),
  }));
  throw new Problem('invalid_parameter', `${what} ${sentence(errors, ({ parameter }) => parameter)}`, {
    errors,
  });
}

function placed({ issues }: z.ZodError): { path: PropertyKey[]; error: ProblemError }[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: [...issue.path, key],
          error: { code: 'unknown_field', message: 'this is not known here' },
        }))
      : [{ path: [...issue.path], error: { code: issue.code, message: issue.message } }],
  );
}

function sentence(
  errors: readonly ProblemError[],
  place: (error: ProblemError) => string | undefined,
): string {
  return errors
    .slice(0, 5)
    .map((error) =>
      [place(error)?.slice(0, 100), error.message]
        .filter((part) => part !== undefined && part !== '')
        .join(': '),
    )
    .join('; ');
}

/** RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
