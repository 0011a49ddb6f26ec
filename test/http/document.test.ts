import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './api_server.js';

const { api, url, send } = await startApi();

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

const document = (await send('GET', '/openapi.json')).body as {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const named = (path: string, value: string): string => path.replaceAll(/\{\w+\}/g, value);

test('every route is in the document, and nothing else', () => {
  const served = api.routes.map(({ method, path }) => `${method} ${path}`).sort();
  assert.deepEqual(operations.map(({ method, path }) => `${method} ${path}`).sort(), served);
  assert.equal(new Set(served).size, served.length);
});

test('every documented path answers its methods, and no other method', async () => {
  for (const { path, method } of operations) {
    const response = await fetch(url + named(path, 'nobody'), { method: method.toUpperCase() });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (isStream) await response.body?.cancel();
    const body = isStream ? '' : await response.text();
    const known =
      response.status !== 405 && !(response.status === 404 && body.includes('"code":"not_found"'));
    assert.ok(known, `${method} ${path}: ${response.status} ${body}`);
  }
  for (const [path, methods] of Object.entries(document.paths)) {
    const allow = ['get', 'put', 'post', 'delete']
      .filter((method) => method in methods)
      .map((method) => method.toUpperCase());
    const options = await fetch(url + named(path, 'nobody'), { method: 'OPTIONS' });
    const allowed = (options.headers.get('allow') ?? '').split(', ');
    // A fixed path such as /v1/rules/validate is the path of a rule of that name too.
    for (const method of allow) assert.ok(allowed.includes(method), `${path} ${method}`);
    assert.equal((await fetch(url + named(path, 'nobody'), { method: 'PATCH' })).status, 405, path);
  }
});

test('operations: one id each, a known tag, path parameters as in the path, a problem for what can go wrong', () => {
  assert.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length);
  const tags = new Set(document.tags.map(({ name }) => name));
  for (const { path, method, operation } of operations) {
    const where = `${method} ${path}`;
    assert.ok(
      operation.tags.every((tag) => tags.has(tag)),
      where,
    );
    const inPath = (operation.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => name);
    assert.deepEqual(
      inPath,
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      where,
    );
    for (const [status, response] of Object.entries(operation.responses)) {
      if (Number(status) >= 400)
        assert.deepEqual(
          Object.keys(response.content ?? {}),
          ['application/problem+json'],
          `${where} ${status}`,
        );
    }
  }
});

test('bodies are refused in any other type than the document names', async () => {
  for (const { path, method, operation } of operations) {
    if (operation.requestBody === undefined) continue;
    const response = await fetch(url + named(path, 'nobody'), {
      method: method.toUpperCase(),
      body: 'x',
      headers: { 'content-type': 'application/cloudevents+xml' },
    });
    assert.equal(response.status, 415, `${method} ${path}`);
    assert.equal(response.headers.get('accept'), Object.keys(operation.requestBody.content).join(', '));
    await response.text();
  }
});

test('every reference in the document leads somewhere', () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(Object.hasOwn(document.components.schemas, name ?? ''), name);
  }
  assert.match(document.openapi, /^3\.1/);
});
