import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Decimal } from '../../src/event/decimal.js';
import { hold } from '../support/property.js';

const dec = (text: string): Decimal => {
  const decimal = Decimal.parse(text);
  assert.ok(decimal, text);
  return decimal;
};

const anyDecimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(12))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale));

/** The number as a count of parts of so many digits, the larger scale. */
const parts = (value: Decimal, scale: number): bigint => value.unscaled * 10n ** BigInt(scale - value.scale);

test('the scale is the number of digits that were written behind the point', () => {
  const cases: Readonly<Record<string, readonly [bigint, number, string]>> = {
    '12': [12n, 0, '12'],
    '-12.50': [-1250n, 2, '-12.50'],
    '+7': [7n, 0, '7'],
    '.5': [5n, 1, '0.5'],
    '5.': [5n, 0, '5'],
    '-0.001': [-1n, 3, '-0.001'],
    '1e3': [1000n, 0, '1000'],
    '1.5E-2': [15n, 3, '0.015'],
    '1.50e1': [150n, 1, '15.0'],
    '007': [7n, 0, '7'],
    '-0': [0n, 0, '0'],
    '123456789012345678901234567890.12': [
      12345678901234567890123456789012n,
      2,
      '123456789012345678901234567890.12',
    ],
  };
  for (const [text, [unscaled, scale, written]] of Object.entries(cases)) {
    const decimal = dec(text);
    assert.deepEqual([decimal.unscaled, decimal.scale, decimal.toString()], [unscaled, scale, written], text);
  }
});

test('what is no number is null', () => {
  for (const text of [
    '',
    '.',
    '-',
    'e3',
    '1e',
    '1.2.3',
    '0x10',
    ' 1',
    '1 ',
    '1,5',
    'NaN',
    'Infinity',
    '1e99999',
  ]) {
    assert.equal(Decimal.parse(text), null, text);
  }
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(Decimal.fromNumber(value), null);
});

test('a number is read by its shortest decimal form', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0.1, '0.1'],
    [-0, '0'],
    [1e21, '1000000000000000000000'],
    [1e-7, '0.0000001'],
    [12.5, '12.5'],
  ];
  for (const [value, text] of cases) assert.equal(`${Decimal.fromNumber(value)}`, text);
  assert.equal(`${Decimal.fromInteger(5)} ${Decimal.fromInteger(2n ** 63n)}`, '5 9223372036854775808');
});

test('the precision counts the digits of the unscaled integer', () => {
  assert.deepEqual(
    ['0', '-9.99', '0.001', '100'].map((text) => dec(text).precision),
    [1, 3, 1, 3],
  );
});

test('rounding is half up, away from zero', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['1.25', 1, '1.3'],
    ['-1.25', 1, '-1.3'],
    ['1.24', 1, '1.2'],
    ['0.5', 0, '1'],
    ['-0.4', 0, '0'],
    ['1.2', 3, '1.200'],
  ];
  for (const [text, scale, rounded] of cases) assert.equal(`${dec(text).rescale(scale)}`, rounded, text);
  assert.equal(`${dec('2').div(dec('3'), 4)}`, '0.6667');
  assert.equal(`${dec('-1').div(dec('8'), 2)}`, '-0.13');
  assert.equal(`${dec('-7.5').mod(dec('2'))}`, '-1.5');
});

test('division by zero throws', () => {
  assert.throws(() => dec('1').div(dec('0.0'), 2), RangeError);
  assert.throws(() => dec('1').mod(dec('0')), RangeError);
});

test('property: a decimal comes back from its text', (t) => {
  hold(
    t,
    fc.property(anyDecimal, (value) => {
      const again = dec(value.toString());
      assert.deepEqual([again.unscaled, again.scale], [value.unscaled, value.scale]);
    }),
    { numRuns: 500 },
  );
});

test('property: sums, differences, products and the order are exact', (t) => {
  hold(
    t,
    fc.property(anyDecimal, anyDecimal, (a, b) => {
      const scale = Math.max(a.scale, b.scale);
      const [x, y] = [parts(a, scale), parts(b, scale)];
      assert.equal(parts(a.add(b), scale), x + y);
      assert.equal(parts(a.sub(b), scale), x - y);
      assert.equal(parts(a.mul(b), 2 * scale), x * y);
      assert.equal(Math.sign(a.compare(b)), x < y ? -1 : x > y ? 1 : 0);
      assert.equal(a.abs().unscaled, a.unscaled < 0n ? -a.unscaled : a.unscaled);
      assert.equal(a.negate().add(a).unscaled, 0n);
    }),
    { numRuns: 500 },
  );
});

test('property: a quotient is at most half a unit of its last digit away; a remainder is what is left', (t) => {
  const divisor = anyDecimal.filter(({ unscaled }) => unscaled !== 0n);
  hold(
    t,
    fc.property(anyDecimal, divisor, fc.nat(10), (a, b, scale) => {
      const error = a.div(b, scale).mul(b).sub(a).abs();
      const half = b.abs().mul(new Decimal(5n, scale + 1));
      assert.ok(error.compare(half) <= 0, `${a} / ${b} = ${a.div(b, scale)}`);
      const remainder = a.mod(b);
      assert.ok(remainder.abs().compare(b.abs()) < 0);
      assert.ok(remainder.unscaled === 0n || remainder.unscaled < 0n === a.unscaled < 0n);
      assert.equal(a.sub(remainder).mod(b).unscaled, 0n);
    }),
    { numRuns: 500 },
  );
});

test('property: a double survives being a decimal', (t) => {
  hold(
    t,
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(Decimal.fromNumber(value)?.toNumber(), value + 0);
    }),
    { numRuns: 500 },
  );
});
