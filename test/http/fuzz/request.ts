import { gzipSync } from 'node:zlib';
import { bent, fitting, hard, type Schema, type Schemas } from './json.js';
import type { Random } from './random.js';

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

/** What is read of an OpenAPI document. */
export interface Description {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly operationId: string;
            readonly parameters?: readonly Parameter[];
            readonly requestBody?: {
              readonly content: Readonly<Record<string, { readonly schema?: Schema }>>;
            };
          }
        >
      >
    >
  >;
  readonly components: { readonly schemas: Schemas };
}

/** How the body comes. All but the first two may end without an answer. */
export type Carriage = 'whole' | 'chunked' | 'dribbled' | 'cut' | 'wrong chunks' | 'garbage behind';

/** A request as it will be written. */
export interface FuzzRequest {
  readonly operation: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | null;
  readonly carriage: Carriage;
}

const NAMES = ['s', 'd', 'r', 'pay', 'other'];
const STRANGE_NAMES = [
  ...[
    '',
    '%',
    '%zz',
    '%00',
    '%2e%2e',
    '..',
    '%2F',
    'a%2Fb',
    '%ff',
    '%C3%A9',
    '%F0%9F%98%80',
    '__proto__',
    'constructor',
  ],
  ...['x'.repeat(300), 'x'.repeat(9_000), 'a b', '*', "'", '"', 'validate', 'a;b', 'a?b', '%ED%A0%80'],
];
const STRANGE_VALUES = [
  '',
  '-1',
  '0',
  '1e9',
  '99999999999999999999',
  'NaN',
  '%',
  '%00',
  'x'.repeat(2_000),
  '[]',
  'é',
  "'",
];
const STREAMS = [
  "CREATE STREAM s (x BIGINT, card VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '2' SECOND) WITH (key = 'card')",
  'CREATE STREAM pay (card VARCHAR NOT NULL, amount DOUBLE, extra DECIMAL(10, 2))',
];
const RULES = [
  'SELECT x FROM s WHERE x > 1',
  "SELECT a.card FROM s MATCH_RECOGNIZE (PARTITION BY card PATTERN (a -> b) WITHIN INTERVAL '1' MINUTE DEFINE a AS x > 1, b AS x > a.x)",
  "SELECT card, COUNT(a.*) AS n FROM pay MATCH_RECOGNIZE (PARTITION BY card PATTERN (a{3,}) WITHIN INTERVAL '1' HOUR DEFINE a AS amount > 1)",
];
const TYPES = [
  ...['application/json', 'application/sql', 'application/x-ndjson', 'application/cloudevents+json'],
  ...[
    'application/cloudevents-batch+json',
    'text/plain',
    'application/json; charset=latin1',
    '',
    ';',
    'x'.repeat(500),
  ],
  ...['multipart/form-data; boundary=x', 'application/json; charset="utf-8"'],
];

/** Makes requests from what the API says of itself: some that fit, most with something wrong. */
export class RequestSource {
  readonly #random: Random;
  readonly #schemas: Schemas;
  readonly #operations: readonly {
    readonly id: string;
    readonly method: string;
    readonly path: string;
    readonly parameters: readonly Parameter[];
    readonly content: Readonly<Record<string, { readonly schema?: Schema }>>;
  }[];

  constructor(document: Description, random: Random) {
    this.#random = random;
    this.#schemas = document.components.schemas;
    this.#operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]) => ({
        ...{ id: operationId, method: method.toUpperCase(), path, parameters },
        content: requestBody?.content ?? {},
      })),
    );
  }

  next(): FuzzRequest {
    const random = this.#random;
    const operation = random.pick(this.#operations);
    const types = Object.keys(operation.content);
    const isMutating = random.chance(0.75);
    const type =
      types.length === 0 ? null : isMutating && random.chance(0.15) ? random.pick(TYPES) : random.pick(types);
    const plain = type === null ? null : this.#body(operation.id, type, operation.content, isMutating);
    const isZipped = plain !== null && random.chance(0.08);
    const zipped = plain !== null && isZipped ? gzipSync(plain) : plain;
    const body = zipped !== null && isZipped && random.chance(0.3) ? random.spoil(zipped) : zipped;
    const headers: [string, string][] = [['Host', 'localhost']];
    if (type !== null && type !== '') headers.push(['Content-Type', type]);
    if (isZipped) headers.push(['Content-Encoding', 'gzip']);
    if (isMutating) headers.push(...this.#strangeHeaders());
    const method =
      isMutating && random.chance(0.05)
        ? random.pick(['PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE'])
        : operation.method;
    return {
      operation: operation.id,
      method,
      target: this.#target(operation.path, operation.parameters, isMutating),
      headers,
      body: method === 'HEAD' ? null : body,
      carriage: this.#carriage(body !== null && method !== 'HEAD'),
    };
  }

  #carriage(hasBody: boolean): Carriage {
    const random = this.#random;
    if (random.chance(0.03)) return 'garbage behind';
    if (!hasBody || random.chance(0.75)) return 'whole';
    return random.pick<Carriage>(['chunked', 'chunked', 'dribbled', 'cut', 'wrong chunks']);
  }

  #target(path: string, parameters: readonly Parameter[], isMutating: boolean): string {
    const random = this.#random;
    let target = path.replaceAll(/\{(\w+)\}/g, () =>
      isMutating && random.chance(0.2) ? random.pick(STRANGE_NAMES) : random.pick(NAMES),
    );
    if (isMutating && random.chance(0.03))
      target = random.pick([`${target}/`, `/${target}`, target.slice(1), `${target}%`, '*', '']);
    const query = parameters
      .filter((each) => each.in === 'query' && random.chance(0.3))
      .map(({ name, schema }) => [name, this.#value(schema ?? {}, isMutating)]);
    if (isMutating && random.chance(0.1))
      query.push([random.pick(['x', '__proto__', 'limit', 'cursor']), '1']);
    if (query.length === 0) return target;
    return `${target}?${query.map(([name, value]) => `${name}=${value}`).join('&')}`;
  }

  #value(schema: Schema, isMutating: boolean): string {
    const random = this.#random;
    const value =
      isMutating && random.chance(0.4) ? random.pick(STRANGE_VALUES) : fitting(schema, this.#schemas, random);
    // Node writes no other characters into a request line.
    return encodeURI(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('%25', '%');
  }

  #strangeHeaders(): [string, string][] {
    const random = this.#random;
    const all: readonly (readonly [string, readonly string[]])[] = [
      ['If-Match', ['*', '"1"', 'W/"1"', '', '"', 'x'.repeat(1_000), '"a", "b"']],
      ['If-None-Match', ['*', '"1"', '"']],
      ['Idempotency-Key', ['k', '', 'x'.repeat(300), '\u0001']],
      ['Last-Event-ID', ['', 'x', '-1', 'YQ']],
      ['Accept', ['text/event-stream', 'text/html', '*/*;q=0', '']],
      ['Content-Encoding', ['gzip', 'br', 'deflate', 'gzip, gzip', 'identity', '']],
      ['ce-id', ['1', '', '%', 'x'.repeat(2_000)]],
      ['ce-source', ['/s', '%%%', '']],
      ['ce-type', ['t']],
      ['ce-specversion', ['1.0', '0.3', 'x']],
      ['Expect', ['100-continue', 'x']],
      ['Origin', ['null', 'http://localhost', 'https://example.com']],
      ['X-Forwarded-For', ['1.1.1.1']],
      ['X-HTTP-Method-Override', ['DELETE']],
      ['Range', ['bytes=0-1']],
      ['Cookie', ['a=b; '.repeat(100)]],
      ['Upgrade', ['websocket', 'h2c']],
      ['x', ['y'.repeat(20_000)]],
    ];
    return all
      .filter(() => random.chance(0.06))
      .map(([name, values]): [string, string] => [name, random.pick(values)]);
  }

  #body(
    id: string,
    type: string,
    content: Readonly<Record<string, { readonly schema?: Schema }>>,
    isMutating: boolean,
  ): Buffer {
    const random = this.#random;
    if (isMutating && random.chance(0.15)) return Buffer.from(hard(random));
    if (isMutating && random.chance(0.03)) return random.bytes(random.below(2_000));
    const text = type.endsWith('json') ? this.#json(id, type, content, isMutating) : this.#text(id, type);
    const bytes = Buffer.from(text);
    return isMutating && random.chance(0.25) ? random.spoil(bytes) : bytes;
  }

  #json(
    id: string,
    type: string,
    content: Readonly<Record<string, { readonly schema?: Schema }>>,
    isMutating: boolean,
  ): string {
    const random = this.#random;
    const schema = content[type]?.schema ?? {};
    let value =
      id === 'postEvents' && type === 'application/json'
        ? this.#events()
        : fitting(schema, this.#schemas, random);
    if (value !== null && typeof value === 'object' && 'query' in value && random.chance(0.9)) {
      value = { ...value, query: id.endsWith('Stream') ? random.pick(STREAMS) : random.pick(RULES) };
    }
    return JSON.stringify(isMutating && random.chance(0.5) ? bent(value, random) : value);
  }

  #text(id: string, type: string): string {
    const random = this.#random;
    if (type === 'application/x-ndjson')
      return [this.#events()]
        .flat()
        .map((event) => `${JSON.stringify(event)}\n`)
        .join('');
    return id.endsWith('Stream') ? random.pick(STREAMS) : random.pick(RULES);
  }

  #events(): unknown {
    const random = this.#random;
    const event = (): object => ({
      ...{ x: random.below(5), card: random.pick(['1', '2']), amount: random.below(900) },
      at: new Date(Date.UTC(2026, 10, 1) + random.below(3_600_000)).toISOString(),
    });
    return random.chance(0.5) ? event() : Array.from({ length: 1 + random.below(20) }, event);
  }
}
