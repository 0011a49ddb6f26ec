import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toJson } from '../../../src/event/format.js';
import type { Value } from '../../../src/event/value.js';
import {
  EXAMPLE_ROW,
  EXTRACT_FIELDS,
  FUNCTIONS,
  INTERVAL_FIELDS,
  TIME_UNITS,
} from '../../../src/language/functions.js';
import type { Bound } from '../../../src/language/plan.js';
import {
  ANY,
  arrayOf,
  BIGINT,
  BOOLEAN,
  call,
  column,
  constant,
  DOUBLE,
  dec,
  decimal,
  evaluate,
  faultOf,
  gives,
  INTERVAL,
  NULL,
  operate,
  rawCall,
  row,
  TIMESTAMP,
  ts,
  VARCHAR,
} from './nodes.js';

/** Reads the calls that examples are written in. */
function read(text: string): Bound {
  const tokens = text.match(/'[^']*'|[\d.]+(?:e\d+)?|\w+|[-(),>]/g)!;
  let at = 0;
  const take = (wanted?: string): string => {
    const token = tokens[at++]!;
    if (wanted !== undefined) assert.equal(token, wanted, text);
    return token;
  };
  const primary = (): Bound => {
    const token = take();
    if (token === '-') {
      const operand = primary();
      return rawCall('NEGATE', operand.type, operand);
    }
    if (token.startsWith("'")) return constant(token.slice(1, -1), VARCHAR);
    if (/^\d+$/.test(token)) return constant(Number(token), BIGINT);
    if (/^[\d.]+e\d+$/.test(token)) return constant(Number(token), DOUBLE);
    if (/^\d/.test(token)) return constant(dec(token), decimal(dec(token).precision, dec(token).scale));
    if (token === 'TIMESTAMP') return constant(ts(take().slice(1, -1)), TIMESTAMP);
    if (token === 'NULL') return constant(null, NULL);
    if (tokens[at] !== '(') return column(token, arrayOf(VARCHAR));
    take('(');
    const operands: Bound[] = [];
    while (tokens[at] !== ')') {
      operands.push(comparison());
      if (tokens[at] === ',') take(',');
    }
    take(')');
    return call(token, ...operands);
  };
  const comparison = (): Bound => {
    const left = primary();
    if (tokens[at] !== '>') return left;
    take('>');
    return operate('>', left, primary());
  };
  const bound = comparison();
  assert.equal(at, tokens.length, text);
  return bound;
}

test('every function of the table gives what its example says', () => {
  for (const { name, example } of FUNCTIONS) {
    const bound = read(example[0]);
    const { value, faults } = evaluate(bound, row(EXAMPLE_ROW));
    assert.equal(JSON.stringify(toJson(value, bound.type)), example[1], `${name}: ${example[0]}`);
    assert.deepEqual(faults, {}, name);
  }
});

test('every function is NULL, without a fault, when an argument is, but for COALESCE, IF and NULLIF', () => {
  for (const { name, parameters, example } of FUNCTIONS) {
    if (parameters.length === 0 || ['COALESCE', 'IF', 'NULLIF'].includes(name)) continue;
    const bound = read(example[0]);
    const inner =
      bound.kind === 'call' && bound.name === name
        ? bound
        : bound.kind === 'call'
          ? bound.arguments[0]!
          : bound;
    assert.ok(inner.kind === 'call' && inner.name === name, name);
    inner.arguments.forEach((argument, i) => {
      const operands = inner.arguments.map((each, j) => (i === j ? column('missing', argument.type) : each));
      const { value, faults } = evaluate(rawCall(name, inner.type, ...operands), row(EXAMPLE_ROW));
      assert.equal(value, null, `${name}, argument ${i + 1}`);
      assert.deepEqual(faults, {}, name);
    });
  }
});

test('a function of an undeclared stream takes whatever comes, and throws for nothing', () => {
  const odd: readonly Value[] = [
    true,
    'x',
    '',
    -1.5,
    0,
    7,
    1e300,
    -1e300,
    [],
    [1, 'a', null],
    [[1], { a: 1 }],
    {},
    { a: 1 },
  ];
  for (const { name, parameters, variadic } of FUNCTIONS) {
    const count = variadic ? 2 : parameters.length;
    const operands = Array.from({ length: count }, (_, i) => column(`c${i}`, ANY));
    for (let i = 0; i < odd.length ** Math.min(count, 2); i++) {
      const pick = (j: number) => odd[(j % 2 === 0 ? i : Math.floor(i / odd.length)) % odd.length]!;
      const values = Object.fromEntries(operands.map((_, j) => [`c${j}`, pick(j)]));
      assert.doesNotThrow(
        () => evaluate(rawCall(name, ANY, ...operands), row(values)),
        `${name} ${JSON.stringify(values)}`,
      );
    }
  }
});

const text = (value: string) => constant(value, VARCHAR);
const int = (value: number | bigint) => constant(value, BIGINT);
const double = (value: number) => constant(value, DOUBLE);
const time = (value: string) => constant(ts(value), TIMESTAMP);

test('text: characters are code points', () => {
  const bell = '\u{1f514}a\u{1f514}b';
  assert.equal(gives(call('LENGTH', text(bell))), 4);
  assert.equal(gives(call('REVERSE', text(bell))), 'b\u{1f514}a\u{1f514}');
  assert.equal(gives(call('SUBSTR', text(bell), int(2), int(2))), 'a\u{1f514}');
  assert.equal(gives(call('POSITION', text('b'), text(bell))), 4);
  assert.equal(gives(call('LPAD', text('x'), int(4), text('\u{1f514}.'))), '\u{1f514}.\u{1f514}x');
  assert.equal(gives(call('RPAD', text(bell), int(1))), '\u{1f514}');
  assert.equal(gives(call('TRIM', text(bell), text('\u{1f514}b'))), 'a');
});

test('text: where a part begins and ends', () => {
  const substring = (...range: number[]) => gives(call('SUBSTRING', text('tocsin'), ...range.map(int)));
  assert.deepEqual(
    [
      substring(1),
      substring(3),
      substring(-2),
      substring(-2, 1),
      substring(0, 2),
      substring(7),
      substring(-7),
      substring(2, 0),
    ],
    ['tocsin', 'csin', 'in', 'i', '', '', '', ''],
  );
  assert.equal(faultOf(call('SUBSTRING', text('tocsin'), int(1), int(-1))), 'invalid_argument');
  const part = (n: number) => call('SPLIT_PART', text('a,b,'), text(','), int(n));
  assert.deepEqual(
    [gives(part(1)), gives(part(3)), gives(part(4)), faultOf(part(0))],
    ['a', '', null, 'invalid_argument'],
  );
  assert.equal(gives(call('STRPOS', text('abc'), text(''))), 1);
  assert.equal(gives(call('REPLACE', text('aXbX'), text('X'))), 'ab');
  assert.equal(faultOf(call('LPAD', text('a'), int(1_000_000_000))), 'invalid_argument');
  assert.equal(
    faultOf(call('REPLACE', text('a'.repeat(2_000)), text('a'), text('b'.repeat(2_000)))),
    'overflow',
  );
});

test('REGEXP_LIKE: found anywhere, in linear time, a bad pattern from the data counted', () => {
  assert.equal(gives(call('REGEXP_LIKE', text('xaay'), text('a+'))), true);
  assert.equal(gives(call('REGEXP_LIKE', text('xaay'), text('^a+'))), false);
  assert.equal(gives(call('REGEXP_LIKE', text('ABC'), text('(?i)b'))), true);
  assert.equal(gives(call('REGEXP_LIKE', text(`${'a'.repeat(5_000)}!`), text('^(a+)+$'))), false);
  const fromData = call('REGEXP_LIKE', column('t', VARCHAR), column('p', VARCHAR));
  assert.equal(faultOf(fromData, row({ t: 'a', p: '(' })), 'invalid_argument');
  assert.equal(gives(fromData, row({ t: 'a', p: 'a' })), true);
  assert.equal(gives(fromData, row({ t: 'a', p: 'b' })), false);
});

test('CIDR_CONTAINS: by hand', () => {
  const table: readonly (readonly [string, string, Value | 'fault'])[] = [
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['192.168.1.0/25', '192.168.1.127', true],
    ['192.168.1.0/25', '192.168.1.128', false],
    ['0.0.0.0/0', '255.1.2.3', true],
    ['1.2.3.4', '1.2.3.4', true],
    ['1.2.3.4', '1.2.3.5', false],
    ['1.2.3.4/32', '1.2.3.4', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '10.0.0.1', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:0a01:0203', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    [' 10.0.0.0/8 ', ' 10.0.0.1 ', true],
    ['10.0.0.0/33', '10.0.0.1', 'fault'],
    ['10.0.0.0/8', '10.0.0', 'fault'],
    ['10.0.0.0/8', '010.0.0.1', 'fault'],
    ['10.0.0.0/8', '0x0a000001', 'fault'],
    ['10.0.0.0/8', '167772161', 'fault'],
    ['::ffff:10.0.0.0/8', '10.0.0.1', 'fault'],
    ['nonsense', '10.0.0.1', 'fault'],
  ];
  for (const [network, address, wanted] of table) {
    const bound = call('CIDR_CONTAINS', text(network), column('ip', VARCHAR));
    if (wanted === 'fault')
      assert.equal(faultOf(bound, row({ ip: address })), 'invalid_argument', `${network} ${address}`);
    else assert.equal(gives(bound, row({ ip: address })), wanted, `${network} ${address}`);
  }
});

test('GEO_DISTANCE: metres on the great circle', () => {
  const distance = (...places: number[]) => gives(call('GEO_DISTANCE', ...places.map(double))) as number;
  // A quarter of the circumference, pi / 2 * 6,371,008.8 m; the antipode; Berlin to Munich as the crow flies.
  assert.equal(Math.round(distance(0, 0, 90, 0)), 10_007_557);
  assert.equal(Math.round(distance(0, 0, 0, 180)), 20_015_114);
  assert.ok(Math.abs(distance(52.52, 13.405, 48.137, 11.575) - 504_400) < 500);
  assert.equal(distance(10, 20, 10, 20), 0);
  assert.ok(Math.abs(distance(0, 179.9, 0, -179.9) - distance(0, 0, 0, 0.2)) < 1e-3);
  assert.equal(
    faultOf(call('GEO_DISTANCE', double(91), double(0), double(0), double(0))),
    'invalid_argument',
  );
});

test('numbers: rounding goes by the digits that are written, half away from zero', () => {
  const round = (value: number, digits: number) => gives(call('ROUND', double(value), int(digits)));
  assert.deepEqual(
    [
      round(2.5, 0),
      round(-2.5, 0),
      round(1.005, 2),
      round(2.675, 2),
      round(1234.5, -2),
      round(-0.4, 0),
      round(1e300, 2),
    ],
    [3, -3, 1.01, 2.68, 1200, 0, 1e300],
  );
  assert.equal(gives(call('ROUND', int(15), int(-1))), 20);
  assert.equal(gives(call('ROUND', int(9_223_372_036_854_775_000n), int(-3))), 9_223_372_036_854_775_000n);
  assert.equal(faultOf(call('ROUND', int(9_223_372_036_854_775_807n), int(-3))), 'overflow');
  assert.equal(String(gives(call('ROUND', constant(dec('9.995'), decimal(4, 3)), int(2)))), '10.000');
  assert.equal(String(gives(call('TRUNCATE', constant(dec('-9.995'), decimal(4, 3)), int(2)))), '-9.990');
  assert.equal(String(gives(call('FLOOR', constant(dec('-9.1'), decimal(2, 1))))), '-10.0');
  assert.equal(String(gives(call('CEIL', constant(dec('-9.1'), decimal(2, 1))))), '-9.0');
  assert.equal(gives(call('ABS', int(-9_007_199_254_740_993n))), 9_007_199_254_740_993n);
  assert.equal(faultOf(call('ABS', int(-(2n ** 63n)))), 'overflow');
  assert.equal(faultOf(call('LN', double(0))), 'invalid_argument');
  assert.equal(faultOf(call('SQRT', double(-1))), 'invalid_argument');
  assert.equal(faultOf(call('MOD', int(1), int(0))), 'division_by_zero');
  assert.equal(gives(call('GREATEST', int(1), double(1.5))), 1.5);
  assert.equal(gives(call('LEAST', text('b'), text('a'))), 'a');
});

test('time: the fields of EXTRACT', () => {
  const extract = (field: string, operand: Bound) => gives(rawCall('EXTRACT', BIGINT, text(field), operand));
  const at = time('2026-11-23T21:05:07.089Z');
  const fields = Object.fromEntries(EXTRACT_FIELDS.map((field) => [field, extract(field, at)]));
  assert.deepEqual(fields, {
    YEAR: 2026,
    QUARTER: 4,
    MONTH: 11,
    WEEK: 48,
    DAY: 23,
    DAY_OF_WEEK: 1,
    DOW: 1,
    DAY_OF_YEAR: 327,
    DOY: 327,
    HOUR: 21,
    MINUTE: 5,
    SECOND: 7,
    MILLISECOND: 89,
    EPOCH: 1_795_467_907,
  });
  // ISO 8601: 2021-01-03, a Sunday, is in week 53 of 2020; 2024-12-30, a Monday, in week 1 of 2025.
  assert.deepEqual([extract('WEEK', time('2021-01-03')), extract('DOW', time('2021-01-03'))], [53, 7]);
  assert.deepEqual([extract('WEEK', time('2024-12-30')), extract('DOY', time('2024-12-31'))], [1, 366]);
  assert.equal(extract('EPOCH', time('1969-12-31T23:59:59.500Z')), -1);
  const interval = constant(-(86_400_000 + 2 * 3_600_000 + 3 * 60_000 + 4_005), INTERVAL);
  assert.deepEqual(
    INTERVAL_FIELDS.map((field) => extract(field, interval)),
    [-1, -2, -3, -4, -5, -93_784],
  );
});

test('time: units', () => {
  const at = '2026-11-25T21:05:07.089Z';
  const truncated = TIME_UNITS.map((unit) =>
    new Date(gives(call('DATE_TRUNC', text(unit), time(at))) as number).toISOString(),
  );
  assert.deepEqual(truncated, [
    '2026-11-25T21:05:07.089Z',
    '2026-11-25T21:05:07.000Z',
    '2026-11-25T21:05:00.000Z',
    '2026-11-25T21:00:00.000Z',
    '2026-11-25T00:00:00.000Z',
    '2026-11-23T00:00:00.000Z',
    '2026-11-01T00:00:00.000Z',
    '2026-10-01T00:00:00.000Z',
    '2026-01-01T00:00:00.000Z',
  ]);
  const truncatedBefore1970 = gives(call('DATE_TRUNC', text('week'), time('1969-12-31T05:00:00Z')));
  assert.equal(truncatedBefore1970, ts('1969-12-29'));
  const add = (unit: string, count: number, from: string) =>
    new Date(gives(call('TIMESTAMPADD', text(unit), int(count), time(from))) as number)
      .toISOString()
      .slice(0, 10);
  assert.deepEqual(
    [
      add('month', 1, '2026-01-31'),
      add('MONTHS', 13, '2023-01-31'),
      add('YEAR', -1, '2024-02-29'),
      add('QUARTER', -1, '2026-01-15'),
    ],
    ['2026-02-28', '2024-02-29', '2023-02-28', '2025-10-15'],
  );
  assert.equal(faultOf(call('DATE_ADD', text('YEAR'), int(9_000), time('2026-01-01'))), 'overflow');
  assert.equal(
    faultOf(call('DATE_ADD', column('unit', VARCHAR), int(1), time('2026-01-01')), row({ unit: 'eon' })),
    'invalid_argument',
  );
  const diff = (unit: string, from: string, to: string) =>
    gives(call('DATE_DIFF', text(unit), time(from), time(to)));
  assert.deepEqual(
    [
      diff('HOUR', '2026-01-01T00:00:00Z', '2026-01-01T01:59:59Z'),
      diff('HOUR', '2026-01-01T01:59:59Z', '2026-01-01T00:00:00Z'),
      diff('MONTH', '2026-01-15', '2026-03-14'),
      diff('MONTH', '2026-03-14', '2026-01-15'),
      diff('YEAR', '2024-02-29', '2026-02-28'),
    ],
    [1, -1, 1, -1, 2],
  );
});

test('time: to and from numbers and texts', () => {
  assert.equal(gives(call('TO_TIMESTAMP', text('2026-11-23 21:05:00'))), ts('2026-11-23T21:05:00Z'));
  assert.equal(faultOf(call('TO_TIMESTAMP', text('soon'))), 'failed_cast');
  assert.equal(gives(call('FROM_UNIXTIME', double(1.5))), 1_500);
  assert.equal(gives(call('TO_UNIXTIME', constant(1_500, TIMESTAMP))), 1.5);
  assert.equal(faultOf(call('FROM_UNIXTIME', double(1e18))), 'overflow');
  assert.equal(faultOf(call('FROM_UNIXTIME', column('x', ANY)), row({ x: '60' })), 'type_mismatch');
});

test('conditions: only what is chosen is evaluated', () => {
  const boom = operate('/', column('one', BIGINT), column('zero', BIGINT));
  const over = row({ one: 1, zero: 0 });
  assert.equal(gives(call('IF', constant(true, BOOLEAN), int(7), boom), over), 7);
  assert.equal(gives(call('IF', constant(null, BOOLEAN), int(7)), over), null);
  assert.equal(gives(call('COALESCE', int(7), boom), over), 7);
  assert.equal(gives(call('NULLIF', constant(null, BIGINT), boom), over), null);
  assert.equal(gives(call('NULLIF', int(5), double(5))), null);
  assert.equal(gives(call('NULLIF', int(5), constant(null, NULL))), 5);
});

test('arrays: a NULL makes unknown what it might decide', () => {
  const over = (values: Value) => row({ list: values });
  const list = column('list', arrayOf(BIGINT));
  assert.equal(gives(call('CONTAINS', list, int(2)), over([1, 2, null])), true);
  assert.equal(gives(call('CONTAINS', list, int(3)), over([1, 2, null])), null);
  assert.equal(gives(call('CONTAINS', list, int(3)), over([1, 2])), false);
  assert.equal(gives(call('ARRAY_MAX', list), over([1, null])), null);
  assert.equal(gives(call('ARRAY_MAX', list), over([])), null);
  assert.equal(gives(call('ARRAY_MIN', list), over([2, 9_007_199_254_740_993n, -1])), -1);
  const at = (index: number) => gives(call('ELEMENT_AT', list, int(index)), over([1, 2, 3]));
  assert.deepEqual([at(1), at(3), at(4), at(-1), at(-3), at(-4), at(0)], [1, 3, null, 3, 1, null, null]);
});
