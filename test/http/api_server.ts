import assert from 'node:assert/strict';
import { after } from 'node:test';
import { pino } from 'pino';
import { type Api, createApi } from '../../src/http/api.js';
import { Guard } from '../../src/http/guard.js';
import { type Listening, listen } from '../../src/http/listener.js';
import { problemSchema } from '../../src/http/problem_schema.js';
import { Tocsin } from '../../src/runtime/server.js';
import type { Settings } from '../../src/runtime/settings.js';
import type { Sinks } from '../../src/runtime/sink.js';
import { MemoryStore } from '../../src/store/memory.js';

/** The API over a real server on the in-memory store. */
export interface ApiServer {
  readonly url: string;
  readonly api: Api;
  readonly tocsin: Tocsin;
  /** One request; the answer is checked against what the description says of its route. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Starts it on a free port, until the test file ends. */
export async function startApi(
  settings: Partial<Settings> = {},
  sinks: Sinks = {},
  guard: Guard = new Guard(),
  listening: Listening = {},
): Promise<ApiServer> {
  const store = new MemoryStore();
  const tocsin = await Tocsin.open({ store, settings, sinks });
  const api = createApi({ tocsin, version: '1.2.3', logger: pino({ level: 'silent' }), guard });
  const { url, close } = await listen(api.handle, { host: '127.0.0.1', port: 0 }, listening);
  after(async () => {
    await close(0);
    await tocsin.close();
    await store.close();
  });
  await tocsin.ready(10_000);
  return {
    url,
    api,
    tocsin,
    send: (method, path, body, headers) => send({ url, api }, method, path, body, headers),
  };
}

async function send(
  { url, api }: Pick<ApiServer, 'url' | 'api'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'application/sql' : 'application/json';
  const response = await fetch(url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
    ...(body === undefined ? {} : { body: text }),
  });
  const answered = await response.text();
  const json = answered === '' ? {} : (JSON.parse(answered) as Record<string, unknown>);
  checkDescribed(api, method, path.split('?')[0] ?? '', response, json);
  return { status: response.status, headers: response.headers, body: json };
}

/** What came must be what the route says can come. */
function checkDescribed(
  { routes, document }: Api,
  method: string,
  path: string,
  response: Response,
  json: unknown,
): void {
  const route = routes.find((each) => each.method === method.toLowerCase() && pattern(each.path).test(path));
  if (response.status >= 400) problemSchema.parse(json);
  if (route === undefined) return;
  const { paths } = document as { paths: Record<string, Record<string, { responses: object }>> };
  const statuses = Object.keys(paths[route.path]?.[route.method]?.responses ?? {});
  assert.ok(
    statuses.includes(String(response.status)),
    `${method} ${path} answers ${response.status}, not described: ${JSON.stringify(json)}`,
  );
  route.responses[response.status]?.schema?.parse(json);
}

/** What the paths of a route look like. */
export function pattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
