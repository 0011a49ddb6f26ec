import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';

export interface Reply<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** An answer's fields, where the test says nothing closer. */
export type Fields = Readonly<Record<string, unknown>>;

/** One request to the API: a string is sent as SQL unless `type` says otherwise, anything else as JSON. */
export async function call<T = Fields>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  type = typeof body === 'string' ? 'application/sql' : 'application/json',
): Promise<Reply<T>> {
  const response = await fetch(url + path, {
    method,
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': type } }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? null : JSON.parse(text)) as T,
  };
}

/** As `call`, and the status must be this one. */
export async function expectCall<T = Fields>(
  status: number,
  ...args: Parameters<typeof call>
): Promise<Reply<T>> {
  const reply = await call<T>(...args);
  assert.equal(reply.status, status, `${args[1]} ${args[2]}: ${JSON.stringify(reply.body)}`);
  return reply;
}

/** Looks until there is something, for at most 20 seconds. */
export async function eventually<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await wait(20);
  }
  throw new Error(`${what} did not come within 20 seconds`);
}
