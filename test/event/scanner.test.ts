import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Decoded, decode } from '../../src/event/decode.js';
import { JsonError, parseJson } from '../../src/event/json.js';
import { Scanner } from '../../src/event/scanner.js';
import { STREAM_DEFAULTS, type StreamSchema } from '../../src/event/schema.js';
import type { Type } from '../../src/event/value.js';

const runs = Number(process.env.TOCSIN_PROPERTY_RUNS ?? 20_000);

const column = (name: string, kind: string, nullable = true) => ({
  ...{
    name,
    type: { kind, precision: 8, scale: 2, element: { kind: 'VARCHAR' }, fields: [] } as unknown as Type,
  },
  nullable,
});

const SCHEMA: StreamSchema = {
  ...{ name: 'readings', declared: true, delay: 0, key: ['card'], id: null, ...STREAM_DEFAULTS },
  columns: [
    ...[
      column('card', 'VARCHAR', false),
      column('x', 'DOUBLE'),
      column('n', 'BIGINT'),
      column('ok', 'BOOLEAN'),
    ],
    ...[
      column('at', 'TIMESTAMP', false),
      column('price', 'DECIMAL'),
      column('tags', 'ARRAY'),
      column('1', 'DOUBLE'),
    ],
    column('an odd name', 'VARCHAR'),
  ],
  eventTime: 'at',
};

const read = (scanner: Scanner, text: string | Buffer): Decoded | null => {
  const bytes = Buffer.from(text);
  // Bytes before and behind are none of its business.
  const from = 3;
  return scanner.read({
    bytes: Buffer.concat([Buffer.from('{"a'), bytes, Buffer.from('0,"')]),
    from,
    to: from + bytes.length,
  });
};

/** What the text is by JSON.parse and `decode`; null: no event of the stream. */
const expected = (text: string): Decoded | null => {
  try {
    const decoded = decode(parseJson(text), SCHEMA);
    return 'code' in decoded ? null : decoded;
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
};

/** A scanner that has met names which are not declared. */
const scannerOf = (): Scanner => {
  const scanner = new Scanner(SCHEMA);
  scanner.learn({ shop: 1, note: 'x', constructor: 2, 7: true, ' ': null });
  return scanner;
};

const number = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => JSON.stringify(value)),
  fc.tuple(fc.integer(), fc.nat(9_999)).map(([whole, part]) => `${whole}.${part}`),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.constantFrom(
    '-0',
    '0',
    '-0.0',
    '00',
    '01',
    '1.',
    '.5',
    '-',
    '1e3',
    '1E-7',
    '1.5e300',
    '1e400',
    '0.1',
    '+1',
  ),
  fc.constantFrom(
    '9007199254740993',
    '999999999999999',
    '9999999999999999',
    '0.000000000000001',
    '123456789.0123456',
  ),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((value) => JSON.stringify(value)),
  fc.string({ unit: 'grapheme-ascii', maxLength: 30 }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '""',
    '"é"',
    '"😀 and \\ud83d"',
    '"\\u0041"',
    '"\\n"',
    '"\\x"',
    '"a\tb"',
    '"open',
    '"\u007f"',
    '"\u2028"',
  ),
);
const time = fc.oneof(
  fc.date({ min: new Date(0), noInvalidDate: true }).map((date) => JSON.stringify(date)),
  fc.constantFrom(
    '"2026-11-24"',
    '"2026-02-30T00:00:00Z"',
    '"2026-11-24T12:00:00.5Z"',
    '1764000000000',
    '1.5',
    '-1',
  ),
);
const value = fc.oneof(
  ...[
    number,
    text,
    time,
    fc.constantFrom('true', 'false', 'null', 'tru', 'True', 'nul', '', '{}', '[]', '["a",null]'),
  ],
  fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.stringify(json)),
);
const fitting: Readonly<Record<string, fc.Arbitrary<string>>> = {
  ...{
    card: text,
    x: number,
    n: number,
    ok: fc.constantFrom('true', 'false', 'null'),
    at: time,
    price: number,
  },
  ...{ tags: fc.constantFrom('["a"]', '[]', 'null'), 1: number, 'an odd name': text },
};
const names = [
  ...Object.keys(fitting),
  'shop',
  'note',
  'constructor',
  '7',
  ' ',
  '__proto__',
  'toString',
  'Card',
  'é',
  '',
];
const field = fc
  .constantFrom(...names)
  .chain((name) =>
    fc.tuple(
      fc.oneof(
        { weight: 30, arbitrary: fc.constant(JSON.stringify(name)) },
        fc.constantFrom('"\\u0063ard"', 'card', '"x'),
      ),
      fc.oneof(
        { weight: 6, arbitrary: (Object.hasOwn(fitting, name) ? fitting[name] : undefined) ?? value },
        { weight: 1, arbitrary: value },
      ),
    ),
  );
const gap = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  fc.constantFrom(' ', '  ', '\t', '\n', '\u00a0'),
);
/** Events in whatever order, with names twice, with what is missing, with white space; one in some is none. */
const document = fc
  .tuple(
    fc.array(fc.tuple(field, gap, gap), { maxLength: 12 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant('"card":"a","at":0') }, fc.constant('"at":null')),
    fc.oneof(
      { weight: 30, arbitrary: fc.constant(['{', '}']) },
      fc.constantFrom(['', '}'], ['{', ''], ['[', ']'], ['{', '}}']),
    ),
    fc.boolean(),
  )
  .map(([fields, must, [open, close], isFirst]) => {
    const all = fields.map(
      ([[name, json], before, behind]) => `${before}${name}${behind}:${before}${json}${behind}`,
    );
    return `${open}${(isFirst ? [must, ...all] : [...all, must]).join(',')}${close}`;
  });

test(`property: what it takes is what JSON.parse and decode make of it, ${runs} documents`, () => {
  let taken = 0;
  let events = 0;
  const scanner = scannerOf();
  fc.assert(
    fc.property(document, (json) => {
      const wanted = expected(json);
      // It may be tired of what is not plain.
      const got = read(scanner, json) ?? read(scannerOf(), json);
      if (wanted !== null) events++;
      if (got === null) return;
      taken++;
      assert.deepEqual(got, wanted, json);
      assert.deepEqual(Object.entries(got.values), Object.entries(wanted?.values ?? {}), json);
    }),
    { numRuns: runs },
  );
  assert.ok(taken > runs / 20 && events > taken, `${taken} taken, ${events} were events`);
});

test('property: bytes of an event that are changed, dropped or doubled', () => {
  const scanner = scannerOf();
  const plain =
    '{"card":"4000 12","x":-12.50,"n":0,"ok":true,"at":"2026-11-24T12:00:00.000Z","shop":"kiosk","note":null}';
  const change = fc.tuple(
    fc.nat(plain.length),
    fc.constantFrom(0, 1),
    fc.constantFrom(...'{}[]",:\\0123456789.-+eE tfn\t\u0000é', ''),
  );
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let json = plain;
      for (const [at, dropped, put] of changes) json = json.slice(0, at) + put + json.slice(at + dropped);
      const got = read(scanner, json) ?? read(scannerOf(), json);
      if (got !== null) assert.deepEqual(got, expected(json), json);
    }),
    { numRuns: runs / 2 },
  );
});

test('property: every plain event is taken, in whatever order its fields come', () => {
  const scanner = scannerOf();
  const plain = fc.record({
    card: fc.string({ unit: fc.constantFrom(...'abc é😀/:{}[],0') }),
    x: fc
      .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(999))
      .map(([whole, part]) => Number(`${whole}.${part}`)),
    n: fc.maxSafeInteger().filter((n) => Math.abs(n) < 1e15),
    ok: fc.boolean(),
    at: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
    shop: fc.oneof(fc.constant(null), fc.constant('kiosk'), fc.boolean(), fc.nat()),
  });
  const order = fc.shuffledSubarray(['card', 'x', 'n', 'ok', 'at', 'shop'], { minLength: 6, maxLength: 6 });
  const separators = fc.constantFrom<[string, string]>([',', ':'], [', ', ': '], [' , ', ' : ']);
  fc.assert(
    fc.property(plain, order, separators, (event, keys, [comma, colon]) => {
      const fields = keys.map(
        (key) => JSON.stringify(key) + colon + JSON.stringify(event[key as keyof typeof event]),
      );
      const json = `{${fields.join(comma)}}`;
      assert.deepEqual(read(scanner, json), expected(json), json);
      assert.notEqual(read(scanner, json), null);
    }),
    { numRuns: 2_000 },
  );
});

test('a stream that is not declared, or with a name that cannot be assigned, is left to JSON.parse', () => {
  for (const schema of [
    { ...SCHEMA, declared: false, columns: [] },
    { ...SCHEMA, columns: [column('__proto__', 'DOUBLE')] },
    { ...SCHEMA, columns: [column('größe', 'DOUBLE')] },
  ]) {
    const scanner = new Scanner({ ...schema, eventTime: null });
    scanner.learn({ x: 1 });
    assert.equal(read(scanner, '{"x":1}'), null);
  }
});

test('it tires of events that are not plain, and looks again now and then', () => {
  const scanner = new Scanner(SCHEMA);
  const plain = '{"card":"a","at":0}';
  assert.notEqual(read(scanner, plain), null);
  for (let i = 0; i < 100; i++) assert.equal(read(scanner, '{"card":"a","at":0,"more":{}}'), null);
  let tries = 1;
  while (read(scanner, plain) === null) tries++;
  assert.ok(tries > 1 && tries <= 32, `${tries}`);
  assert.notEqual(read(scanner, plain), null);
});
