import type { Random } from './random.js';

/** What is read of a JSON schema. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export type Schemas = Readonly<Record<string, Schema>>;

/** A value that fits a schema, as far as its types, its names and its examples say. */
export function fitting(schema: Schema, schemas: Schemas, random: Random, depth = 0): unknown {
  if (schema.$ref !== undefined) {
    const named = schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {};
    return fitting(named, schemas, random, depth);
  }
  const example = schema.example ?? schema.examples?.[0];
  if (example !== undefined && random.chance(0.8)) return example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const options = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (options !== undefined) return fitting(random.pick(options), schemas, random, depth);
  const type =
    typeof schema.type === 'string' ? schema.type : random.pick(schema.type ?? ['string', 'object']);
  switch (type) {
    case 'object':
      return objectOf(schema, schemas, random, depth);
    case 'array':
      if (depth > 4) return [];
      return Array.from({ length: random.below(3) }, () =>
        fitting(schema.items ?? {}, schemas, random, depth + 1),
      );
    case 'integer':
      return random.below(1_000);
    case 'number':
      return random.next() * 1_000;
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    default:
      return random.pick([
        'a',
        'd',
        's',
        '15 SECONDS',
        '2026-11-23T21:05:00.000Z',
        'https://example.com/hook',
      ]);
  }
}

function objectOf(schema: Schema, schemas: Schemas, random: Random, depth: number): object {
  const made: [string, unknown][] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (depth > 4 || !(schema.required?.includes(name) || random.chance(0.4))) continue;
    made.push([name, fitting(property, schemas, random, depth + 1)]);
  }
  if (schema.properties === undefined && random.chance(0.5))
    made.push([random.pick(NAMES), random.pick(SCALARS)]);
  return Object.fromEntries(made);
}

const NAMES = [
  'x',
  'card',
  'amount',
  'at',
  '__proto__',
  'constructor',
  'toString',
  '',
  'é',
  '\u0000',
  '\ud800',
];
const SCALARS: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  1,
  -1,
  0.1,
  1e308,
  2 ** 53,
  '',
  'x',
  '\u0000',
  '\ud800',
  'é',
];

/** JSON texts that are hard on whoever reads them, some no JSON at all. */
const HARD: readonly string[] = [
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"query":"SELECT 1","query":"SELECT 2"}',
  '1e400',
  '-1e400',
  '{"x":1e-400}',
  `{"x":${'9'.repeat(400)}}`,
  `{"x":0.${'1'.repeat(5_000)}}`,
  '9007199254740993',
  '"\\ud800"',
  '"\\u0000"',
  `"${'x'.repeat(70_000)}"`,
  ' '.repeat(600_000),
  '['.repeat(65) + ']'.repeat(65),
  '['.repeat(100_000),
  `${'{"a":'.repeat(64)}1${'}'.repeat(64)}`,
  '{"a":'.repeat(50_000),
  `[${'[],'.repeat(20_000)}[]]`,
  `{${Array.from({ length: 5_000 }, (_, n) => `"k${n}":${n}`).join()}}`,
  '\ufeff{}',
  '',
  ' ',
  'null',
  'NaN',
  '01',
  "{'x':1}",
  '{"x":1,}',
  '{"x":1}{"x":2}',
  '{"x":"\t"}',
  '[1,2,3',
];

/** A text that is hard to read. */
export function hard(random: Random): string {
  return random.pick(HARD);
}

/** The value with something in it that does not belong there: another type, another name, a place that is missing. */
export function bent(value: unknown, random: Random): unknown {
  const children = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  if (children.length === 0 || random.chance(0.3)) return strange(random);
  const at = random.below(children.length);
  const kept = children.map(([name, child], index): [string, unknown] => [
    name,
    index === at ? bent(child, random) : child,
  ]);
  if (Array.isArray(value)) return kept.map(([, child]) => child);
  if (random.chance(0.2)) kept.splice(at, 1);
  // As own fields, `__proto__` too.
  const made = {};
  const more: [string, unknown][] = random.chance(0.3) ? [[random.pick(NAMES), strange(random)]] : [];
  for (const [name, child] of [...kept, ...more]) {
    Object.defineProperty(made, name, { value: child, enumerable: true, configurable: true });
  }
  return made;
}

function strange(random: Random): unknown {
  if (random.chance(0.7)) return random.pick(SCALARS);
  return random.pick<unknown>([
    ...[[], {}, [[]], [null], { x: {} }, 'x'.repeat(40_000), Array(2_000).fill(1), '2026-13-45T99:99:99Z'],
    ...[
      '-1 SECOND',
      '999999999999 DAYS',
      'whsec_',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      '../..',
      '%00',
    ],
  ]);
}
