import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Decimal } from '../../src/event/decimal.js';
import { type Decoded, decode } from '../../src/event/decode.js';
import { toJson } from '../../src/event/format.js';
import { formatInterval } from '../../src/event/interval.js';
import type { JsonValue } from '../../src/event/json.js';
import { type Column, type StreamSchema, undeclaredSchema } from '../../src/event/schema.js';
import { formatTimestamp, MAX_TIMESTAMP, MIN_TIMESTAMP } from '../../src/event/timestamp.js';
import type { Type, Value } from '../../src/event/value.js';
import { hold } from '../support/property.js';

type Kind = 'BOOLEAN' | 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'TIMESTAMP' | 'INTERVAL' | 'ANY';
const of = (kind: Kind): Type => ({ kind });
const decimal = (precision: number, scale: number): Type => ({ kind: 'DECIMAL', precision, scale });
const arrayOf = (element: Type): Type => ({ kind: 'ARRAY', element });
const rowOf = (fields: Readonly<Record<string, Type>>): Type => ({
  kind: 'ROW',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});
const column = (name: string, type: Type, nullable = true): Column => ({ name, type, nullable });
const declare = (columns: readonly Column[], eventTime: string | null = null): StreamSchema => ({
  ...undeclaredSchema('s'),
  declared: true,
  columns,
  eventTime,
});

const PAYMENTS = declare(
  [column('card', of('VARCHAR'), false), column('amount', of('DOUBLE')), column('at', of('TIMESTAMP'))],
  'at',
);
const AT = '2026-11-24T10:00:00.000Z';
const TIME = Date.parse(AT);

function taken(json: JsonValue, schema: StreamSchema): Decoded {
  const decoded = decode(json, schema);
  assert.ok(!('code' in decoded), 'code' in decoded ? decoded.message : '');
  return decoded;
}

function refused(json: JsonValue, schema: StreamSchema): string {
  const decoded = decode(json, schema);
  assert.ok('code' in decoded, JSON.stringify(json));
  return `${decoded.code}: ${decoded.message}`;
}

/** What a value becomes in a column of that type. */
function value(json: JsonValue, type: Type): Value | undefined {
  return taken({ x: json }, declare([column('x', type)])).values['x'];
}

test('an event: its time, declared columns in their types, NULL where one is missing, the rest as it came', () => {
  assert.deepEqual(taken({ card: 'a', at: AT, shop: { name: 'kiosk' }, n: 1.5 }, PAYMENTS), {
    time: TIME,
    values: { card: 'a', amount: null, at: TIME, shop: { name: 'kiosk' }, n: 1.5 },
  });
  assert.equal(taken({ x: AT }, declare([column('x', of('TIMESTAMP'))])).time, null);
  assert.deepEqual(taken({}, declare([column('x', of('ANY'))])), { time: null, values: { x: null } });
});

test('the event itself is not changed', () => {
  const event = { card: 'a', at: AT };
  taken(event, PAYMENTS);
  assert.deepEqual(event, { card: 'a', at: AT });
});

test('a stream that is not declared keeps values as they are and has no time', () => {
  const event = { at: AT, n: '12', deep: [{ a: null }] };
  const schema = { ...undeclaredSchema('s'), eventTime: 'at' };
  const { time, values } = taken(event, schema);
  assert.equal(time, null);
  assert.equal(values, event);
});

test('what is no object is no event', () => {
  for (const json of [null, true, 5, 'text', [], [{ card: 'a' }]]) {
    for (const schema of [PAYMENTS, undeclaredSchema('s')])
      assert.match(refused(json, schema), /^not_an_object: /);
  }
  assert.equal(refused([], PAYMENTS), 'not_an_object: an event is a JSON object, not an array');
});

const TAKEN: readonly (readonly [Type, JsonValue, Value])[] = [
  [of('BOOLEAN'), false, false],
  [of('DOUBLE'), -12.5, -12.5],
  [of('DOUBLE'), 2 ** 60, 2 ** 60],
  [of('VARCHAR'), '', ''],
  [of('VARCHAR'), '12', '12'],
  [of('BIGINT'), 12, 12],
  [of('BIGINT'), JSON.parse('12.0') as number, 12],
  [of('BIGINT'), -0, 0],
  [of('BIGINT'), '12', 12],
  [of('BIGINT'), '-007', -7],
  [of('BIGINT'), '-0', 0],
  [of('BIGINT'), '9007199254740991', 9_007_199_254_740_991],
  [of('BIGINT'), '9007199254740992', 9_007_199_254_740_992n],
  [of('BIGINT'), '9223372036854775807', 2n ** 63n - 1n],
  [of('BIGINT'), '-9223372036854775808', -(2n ** 63n)],
  [decimal(5, 2), '12.5', new Decimal(1250n, 2)],
  [decimal(5, 2), '999.9900', new Decimal(99999n, 2)],
  [decimal(5, 2), '-1e2', new Decimal(-10000n, 2)],
  [decimal(5, 2), 0.1, new Decimal(10n, 2)],
  [decimal(15, 0), 123_456_789_012_345, new Decimal(123456789012345n, 0)],
  [decimal(38, 2), '123456789012345678901234567890.12', new Decimal(12345678901234567890123456789012n, 2)],
  [of('TIMESTAMP'), AT, TIME],
  [of('TIMESTAMP'), '2026-11-24 10:00:00', TIME],
  [of('TIMESTAMP'), '2026-11-24T11:00:00+01:00', TIME],
  [of('TIMESTAMP'), TIME, TIME],
  [of('TIMESTAMP'), -0, 0],
  [of('INTERVAL'), 'PT10M', 600_000],
  [arrayOf(of('TIMESTAMP')), [AT, null], [TIME, null]],
  [arrayOf(of('DOUBLE')), [], []],
  [
    rowOf({ id: of('BIGINT'), at: of('TIMESTAMP'), none: of('VARCHAR') }),
    { at: AT, more: ['kept'], id: '7' },
    { id: 7, at: TIME, none: null, more: ['kept'] },
  ],
  [of('ANY'), { a: [AT] }, { a: [AT] }],
];

for (const [type, json, expected] of TAKEN) {
  test(`${type.kind} takes ${JSON.stringify(json)}`, () => assert.deepEqual(value(json, type), expected));
}

const DIGITS_16 = 1_234_567_890_123_456;

const REFUSED: readonly (readonly [Type, JsonValue, string])[] = [
  [of('DOUBLE'), '12', `wrong_type: 'x' is DOUBLE and takes a number, not "12"`],
  [of('DOUBLE'), true, `wrong_type: 'x' is DOUBLE and takes a number, not true`],
  [of('DOUBLE'), Number.POSITIVE_INFINITY, `wrong_type: 'x' is DOUBLE and takes a number, not Infinity`],
  [of('BOOLEAN'), 1, `wrong_type: 'x' is BOOLEAN and takes true or false, not 1`],
  [of('BOOLEAN'), 'true', `wrong_type: 'x' is BOOLEAN and takes true or false, not "true"`],
  [of('VARCHAR'), 5, `wrong_type: 'x' is VARCHAR and takes text, not 5`],
  [of('VARCHAR'), {}, `wrong_type: 'x' is VARCHAR and takes text, not an object`],
  [of('BIGINT'), 12.5, `wrong_type: 'x' is BIGINT and takes a whole number, not 12.5`],
  [of('BIGINT'), '12.0', `wrong_type: 'x' is BIGINT and takes a whole number, not "12.0"`],
  [of('BIGINT'), ' 12', `wrong_type: 'x' is BIGINT and takes a whole number, not " 12"`],
  [of('BIGINT'), '', `wrong_type: 'x' is BIGINT and takes a whole number, not ""`],
  [
    of('BIGINT'),
    2 ** 53,
    `out_of_range: 'x' is BIGINT: 9007199254740992 is past 2^53, where JSON numbers lose digits: send it as text`,
  ],
  [
    of('BIGINT'),
    '9223372036854775808',
    `out_of_range: 'x' is BIGINT: "9223372036854775808" does not fit into 64 bits`,
  ],
  [decimal(5, 2), 'much', `wrong_type: 'x' is DECIMAL(5, 2) and takes a number, as text or bare, not "much"`],
  [
    decimal(5, 2),
    '1000',
    `out_of_range: 'x' is DECIMAL(5, 2): "1000" has more than 3 digits before the point`,
  ],
  [
    decimal(5, 2),
    1.005,
    `out_of_range: 'x' is DECIMAL(5, 2): 1.005 has more than 2 digits behind the point: round it before`,
  ],
  [
    decimal(38, 2),
    DIGITS_16,
    `out_of_range: 'x' is DECIMAL(38, 2): ${DIGITS_16} has more than 15 digits, which JSON numbers may lose: send it as text`,
  ],
  [
    decimal(38, 20),
    0.1 + 0.2,
    `out_of_range: 'x' is DECIMAL(38, 20): 0.30000000000000004 has more than 15 digits, which JSON numbers may lose: send it as text`,
  ],
  [
    of('TIMESTAMP'),
    'noon',
    `wrong_type: 'x' is TIMESTAMP and takes ISO 8601 text or epoch milliseconds, not "noon"`,
  ],
  [
    of('TIMESTAMP'),
    0.5,
    `wrong_type: 'x' is TIMESTAMP and takes ISO 8601 text or epoch milliseconds, not 0.5`,
  ],
  [
    of('TIMESTAMP'),
    MAX_TIMESTAMP + 1,
    `out_of_range: 'x' is TIMESTAMP: 253402300800000 lies outside the years 1 to 9999 (253402300799999 milliseconds)`,
  ],
  [
    of('INTERVAL'),
    600_000,
    `wrong_type: 'x' is INTERVAL and takes an ISO 8601 duration such as "PT10M", not 600000`,
  ],
  [arrayOf(of('DOUBLE')), 5, `wrong_type: 'x' is ARRAY and takes an array, not 5`],
  [arrayOf(of('DOUBLE')), [1, null, '3'], `wrong_type: 'x[3]' is DOUBLE and takes a number, not "3"`],
  [rowOf({ id: of('BIGINT') }), [], `wrong_type: 'x' is ROW and takes an object, not an array`],
  [
    rowOf({ tags: arrayOf(rowOf({ id: of('BIGINT') })) }),
    { tags: [{}, { id: true }] },
    `wrong_type: 'x.tags[2].id' is BIGINT and takes a whole number, not true`,
  ],
];

for (const [type, json, message] of REFUSED) {
  test(`${type.kind} refuses ${JSON.stringify(json)}`, () => {
    assert.equal(refused({ x: json }, declare([column('x', type)])), message);
  });
}

test('what came is shortened', () => {
  const message = refused({ card: 'a', amount: '1'.repeat(1_000), at: AT }, PAYMENTS);
  assert.match(message, /not "1{60}"\.\.\.$/);
  const huge = { x: '9'.repeat(100_000) };
  assert.match(refused(huge, declare([column('x', of('BIGINT'))])), /^wrong_type: .{1,130}$/);
  assert.match(refused(huge, declare([column('x', decimal(38, 0))])), /^wrong_type: .{1,130}$/);
});

test('NOT NULL refuses null and a missing field, and names one that differs in case only', () => {
  assert.equal(refused({ at: AT }, PAYMENTS), `missing_value: 'card' is NOT NULL and is missing`);
  assert.equal(refused({ card: null, at: AT }, PAYMENTS), `missing_value: 'card' is NOT NULL and is null`);
  assert.equal(
    refused({ Card: 'a', at: AT }, PAYMENTS),
    `missing_value: 'card' is NOT NULL and is missing; the event has "Card": names match exactly`,
  );
});

test('the event time may not be null or missing, nullable or not', () => {
  assert.equal(refused({ card: 'a' }, PAYMENTS), `missing_time: the event time 'at' is missing`);
  assert.equal(refused({ card: 'a', at: null }, PAYMENTS), `missing_time: the event time 'at' is null`);
  const strict = declare([column('at', of('TIMESTAMP'), false)], 'at');
  assert.match(refused({}, strict), /^missing_time: /);
});

test('the first thing that is wrong is told, in order of the columns', () => {
  assert.match(refused({ amount: '12' }, PAYMENTS), /^missing_value: 'card'/);
  assert.match(refused({ card: 'a', amount: '12' }, PAYMENTS), /^wrong_type: 'amount'/);
});

const PROTO = '__proto__';

test('names on Object.prototype are data: declared, missing, undeclared and nested', () => {
  const event = JSON.parse(
    '{"__proto__": "1", "constructor": {"__proto__": "2"}, "toString": 5}',
  ) as JsonValue;
  const schema = declare([
    column(PROTO, of('BIGINT')),
    column('constructor', rowOf({ [PROTO]: of('BIGINT') })),
    column('valueOf', of('VARCHAR')),
  ]);
  const { values } = taken(event, schema);
  assert.deepEqual(Object.keys(values).sort(), ['__proto__', 'constructor', 'toString', 'valueOf']);
  assert.equal(Object.getPrototypeOf(values), Object.prototype);
  assert.deepEqual(Object.entries(values['constructor'] as object), [[PROTO, 2]]);
  assert.deepEqual([values[PROTO], values['toString'], values['valueOf']], [1, 5, null]);
  const { values: without } = taken({ at: AT }, declare([column(PROTO, of('BIGINT'))]));
  assert.deepEqual(Object.entries(without), [
    ['at', AT],
    [PROTO, null],
  ]);
  assert.match(refused({}, declare([column('toString', of('VARCHAR'), false)])), /^missing_value: /);
});

/** A type, and JSON that is the one form of a value of that type. */
type Case = readonly [type: Type, json: JsonValue];

const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const scalar: fc.Arbitrary<Case> = fc.oneof(
  fc.boolean().map((json): Case => [of('BOOLEAN'), json]),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((json): Case => [of('DOUBLE'), json]),
  fc.string({ unit: 'binary' }).map((json): Case => [of('VARCHAR'), json]),
  fc.oneof(bigint, fc.bigInt({ min: -9n, max: 9n })).map((integer): Case => {
    const isSafe = Number.isSafeInteger(Number(integer));
    return [of('BIGINT'), isSafe ? Number(integer) : integer.toString()];
  }),
  fc
    .tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38), bigint)
    .filter(
      ([precision, scale, unscaled]) => scale <= precision && new Decimal(unscaled, 0).precision <= precision,
    )
    .map(
      ([precision, scale, unscaled]): Case => [
        decimal(precision, scale),
        new Decimal(unscaled, scale).toString(),
      ],
    ),
  fc
    .integer({ min: MIN_TIMESTAMP, max: MAX_TIMESTAMP })
    .map((time): Case => [of('TIMESTAMP'), formatTimestamp(time)]),
  fc.maxSafeInteger().map((length): Case => [of('INTERVAL'), formatInterval(length)]),
  fc
    .jsonValue({ maxDepth: 2 })
    .map((json): Case => [of('ANY'), JSON.parse(JSON.stringify(json)) as JsonValue]),
);
const fieldName = fc.constantFrom('a', 'b', 'c', 'A', '__proto__', 'constructor', 'toString', '1', '');
const nestedCase: fc.Arbitrary<Case> = fc.letrec<{ case: Case }>((tie) => ({
  case: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    tie('case').map(([type, json]): Case => [arrayOf(type), [json, null, json]]),
    fc
      .uniqueArray(fc.tuple(fieldName, tie('case')), { selector: ([name]) => name, maxLength: 4 })
      .map(
        (fields): Case => [
          { kind: 'ROW', fields: fields.map(([name, [type]]) => ({ name, type })) },
          Object.fromEntries(fields.map(([name, [, json]]) => [name, json])),
        ],
      ),
  ),
})).case;

test('property: what was decoded is written back as it came', (t) => {
  const columns = fc.uniqueArray(fc.tuple(fieldName, nestedCase), {
    selector: ([name]) => name,
    maxLength: 5,
  });
  const others = fc.uniqueArray(
    fc.tuple(fc.constantFrom('x', 'valueOf', '2'), fc.jsonValue({ maxDepth: 1 })),
    {
      selector: ([name]) => name,
    },
  );
  hold(
    t,
    fc.property(columns, others, (declared, more) => {
      const event = JSON.parse(
        JSON.stringify(Object.fromEntries([...declared.map(([name, [, json]]) => [name, json]), ...more])),
      ) as { readonly [name: string]: JsonValue };
      const types = new Map<string, Type>(declared.map(([name, [type]]) => [name, type]));
      const { values } = taken(event, declare([...types].map(([name, type]) => column(name, type))));
      const written = Object.entries(values).map(([name, each]) => [
        name,
        toJson(each, types.get(name) ?? of('ANY')),
      ]);
      // A text holds no -0.
      assert.deepEqual(JSON.parse(JSON.stringify(Object.fromEntries(written))), event);
    }),
    { numRuns: 500 },
  );
});

test('property: any JSON is decoded or refused with a short message, and decoding what was written back changes nothing', (t) => {
  const text = fc.oneof(
    fc.constantFrom(AT, 'PT5M', '12', '-3.5', '1e3', '1e9999', '99999999999999999999', ''),
    fc.string({ unit: 'binary' }),
  );
  const json = fc.letrec<{ json: JsonValue }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      text,
      fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger(), fc.constantFrom(null, true, 1.5, 2 ** 53)),
      fc.array(tie('json'), { maxLength: 3 }),
      fc
        .array(fc.tuple(fieldName, tie('json')), { maxLength: 5 })
        .map((fields) => Object.fromEntries(fields)),
    ),
  })).json;
  const type = fc.oneof(scalar, nestedCase).map(([each]) => each);
  const columns = fc.uniqueArray(
    fc.tuple(fieldName, type, fc.boolean()).map(([name, each, nullable]) => column(name, each, nullable)),
    { selector: ({ name }) => name, maxLength: 4 },
  );
  let decodedOnes = 0;
  hold(
    t,
    fc.property(fc.array(fc.tuple(fieldName, json)), json, columns, (fields, other, declared) => {
      const schema = declare(declared);
      for (const event of [other, Object.fromEntries(fields) as JsonValue]) {
        const decoded = decode(event, schema);
        if ('code' in decoded) {
          assert.ok(decoded.message.length < 600, decoded.message);
          continue;
        }
        decodedOnes++;
        const types = new Map(declared.map(({ name, type: each }) => [name, each]));
        const written = Object.fromEntries(
          Object.entries(decoded.values).map(([name, each]) => [
            name,
            toJson(each, types.get(name) ?? of('ANY')),
          ]),
        );
        const again = taken(written, schema);
        for (const { name } of declared) assert.deepEqual(again.values[name], decoded.values[name]);
      }
    }),
    { numRuns: 1_000 },
  );
  assert.ok(decodedOnes > 100, `${decodedOnes}`);
});
