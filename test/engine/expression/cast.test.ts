import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalise } from '../../../src/engine/expression/integer.js';
import { Decimal } from '../../../src/event/decimal.js';
import type { Type, Value } from '../../../src/event/value.js';
import { canCastText } from '../../../src/language/constant-form.js';
import { canCast, typeText } from '../../../src/language/promotion.js';
import { hold } from '../../support/property.js';
import {
  ANY,
  arrayOf,
  BIGINT,
  BOOLEAN,
  cast,
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
  row,
  TIMESTAMP,
  ts,
  VARCHAR,
} from './nodes.js';

const FAILS = 'failed_cast';

/** What a cast gives, DECIMAL as text; `failed_cast` for NULL and one fault. */
function casts(value: Value, from: Type, to: Type): Value {
  const { value: result, faults } = evaluate(cast(column('x', from), to), row({ x: value }));
  if (Object.keys(faults).length === 0) return result instanceof Decimal ? `${result}` : result;
  assert.deepEqual([result, faults], [null, { failed_cast: 1 }]);
  return FAILS;
}

test('CAST: the matrix', () => {
  const at = ts('2026-11-23T21:05:00Z');
  const cases: readonly (readonly [Value, Type, Type, Value])[] = [
    ['true', VARCHAR, BOOLEAN, true],
    [' FALSE ', VARCHAR, BOOLEAN, false],
    ['yes', VARCHAR, BOOLEAN, FAILS],
    [0, BIGINT, BOOLEAN, false],
    [0.5, DOUBLE, BOOLEAN, true],
    [dec('0.00'), decimal(3, 2), BOOLEAN, false],
    [at, TIMESTAMP, BOOLEAN, FAILS],
    [true, BOOLEAN, BIGINT, 1],
    [' -12 ', VARCHAR, BIGINT, -12],
    ['+12', VARCHAR, BIGINT, 12],
    ['9223372036854775807', VARCHAR, BIGINT, 9_223_372_036_854_775_807n],
    ['9223372036854775808', VARCHAR, BIGINT, FAILS],
    ['12.0', VARCHAR, BIGINT, FAILS],
    ['1e3', VARCHAR, BIGINT, FAILS],
    ['0x10', VARCHAR, BIGINT, FAILS],
    ['', VARCHAR, BIGINT, FAILS],
    [2.5, DOUBLE, BIGINT, 3],
    [-2.5, DOUBLE, BIGINT, -3],
    [-0.2, DOUBLE, BIGINT, 0],
    [1e18, DOUBLE, BIGINT, 10n ** 18n],
    [1e19, DOUBLE, BIGINT, FAILS],
    [dec('2.50'), decimal(3, 2), BIGINT, 3],
    [dec('9'.repeat(20)), decimal(20, 0), BIGINT, FAILS],
    [at, TIMESTAMP, BIGINT, at],
    [5_000, INTERVAL, BIGINT, 5_000],
    [true, BOOLEAN, DOUBLE, 1],
    ['1.5e3', VARCHAR, DOUBLE, 1_500],
    ['.5', VARCHAR, DOUBLE, 0.5],
    ['1e400', VARCHAR, DOUBLE, FAILS],
    ['Infinity', VARCHAR, DOUBLE, FAILS],
    ['1,5', VARCHAR, DOUBLE, FAILS],
    [9_007_199_254_740_993n, BIGINT, DOUBLE, 9_007_199_254_740_992],
    [dec('1.25'), decimal(3, 2), DOUBLE, 1.25],
    [1.005, DOUBLE, decimal(5, 2), '1.01'],
    ['12.345', VARCHAR, decimal(5, 2), '12.35'],
    ['999.995', VARCHAR, decimal(5, 2), FAILS],
    [1_000, BIGINT, decimal(5, 2), FAILS],
    [7, BIGINT, decimal(5, 2), '7.00'],
    [dec('0.05'), decimal(2, 2), decimal(1, 1), '0.1'],
    [1.5, DOUBLE, VARCHAR, '1.5'],
    [9_007_199_254_740_993n, BIGINT, VARCHAR, '9007199254740993'],
    [dec('1.50'), decimal(3, 2), VARCHAR, '1.50'],
    [true, BOOLEAN, VARCHAR, 'true'],
    [at, TIMESTAMP, VARCHAR, '2026-11-23T21:05:00.000Z'],
    [600_000, INTERVAL, VARCHAR, 'PT10M'],
    [[1, null], arrayOf(BIGINT), VARCHAR, '[1,null]'],
    ['2026-11-23T22:05:00+01:00', VARCHAR, TIMESTAMP, at],
    ['2026-11-23 21:05:00', VARCHAR, TIMESTAMP, at],
    ['2026-02-30', VARCHAR, TIMESTAMP, FAILS],
    [at, BIGINT, TIMESTAMP, at],
    [9_007_199_254_740_993n, BIGINT, TIMESTAMP, FAILS],
    [true, BOOLEAN, TIMESTAMP, FAILS],
    ['PT10M', VARCHAR, INTERVAL, 600_000],
    ['10 minutes', VARCHAR, INTERVAL, 600_000],
    ['soon', VARCHAR, INTERVAL, FAILS],
    [5, BIGINT, INTERVAL, FAILS],
    ['12', ANY, BIGINT, 12],
    [{ a: 1 }, ANY, BIGINT, FAILS],
    [{ a: 1 }, ANY, VARCHAR, '{"a":1}'],
    ['2026-11-23T21:05:00Z', ANY, TIMESTAMP, at],
    [at, ANY, TIMESTAMP, at],
  ];
  for (const [value, from, to, wanted] of cases) {
    assert.deepEqual(casts(value, from, to), wanted, `${String(value)}: ${from.kind} to ${to.kind}`);
  }
});

test('CAST: the binder lets through what can be cast, and knows the texts that cannot', () => {
  const samples: readonly (readonly [Type, readonly Value[]])[] = [
    [BOOLEAN, [true]],
    [BIGINT, [1]],
    [DOUBLE, [1]],
    [decimal(5, 2), [dec('1.00')]],
    [
      VARCHAR,
      [
        '1',
        '2026-11-23',
        'PT1S',
        'x',
        '',
        't',
        '1.5',
        '-7',
        '99999',
        '1e400',
        '9223372036854775808',
        '1 day',
        '+3',
        '.5',
        '5.',
      ],
    ],
    [TIMESTAMP, [1]],
    [INTERVAL, [1]],
    [arrayOf(BIGINT), [[1]]],
  ];
  for (const [from, values] of samples) {
    for (const [to] of samples) {
      const possible = values.map((value) => casts(value, from, to) !== FAILS);
      assert.equal(canCast(from, to), possible.includes(true), `${typeText(from)} to ${typeText(to)}`);
      if (from !== VARCHAR) continue;
      values.forEach((value, i) => {
        assert.equal(canCastText(value as string, to), possible[i], `'${String(value)}' to ${typeText(to)}`);
      });
    }
  }
});

test('CAST: arrays and objects are converted inside, or not at all', () => {
  assert.deepEqual(casts(['1', null, '2'], arrayOf(VARCHAR), arrayOf(BIGINT)), [1, null, 2]);
  assert.equal(casts(['1', 'x'], arrayOf(VARCHAR), arrayOf(BIGINT)), FAILS);
  assert.equal(casts('text', ANY, arrayOf(BIGINT)), FAILS);
  const record: Type = {
    kind: 'ROW',
    fields: [
      { name: 'n', type: BIGINT },
      { name: 'toString', type: VARCHAR },
    ],
  };
  assert.deepEqual(casts({ n: '5', other: 1 }, ANY, record), { n: 5, toString: null });
  assert.equal(casts({ n: 'x' }, ANY, record), FAILS);
  assert.equal(casts([1], ANY, record), FAILS);
});

test('CAST: NULL stays NULL; a constant that cannot be cast is counted each time', () => {
  for (const to of [BOOLEAN, BIGINT, DOUBLE, decimal(5, 2), VARCHAR, TIMESTAMP, INTERVAL, arrayOf(BIGINT)]) {
    assert.equal(gives(cast(constant(null, NULL), to)), null);
    assert.equal(gives(cast(column('missing', VARCHAR), to), row({})), null);
  }
  assert.equal(faultOf(cast(constant('x', VARCHAR), BIGINT)), FAILS);
});

test('CAST: a number written as text and read again is the same', (t) => {
  hold(
    t,
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => {
      assert.equal(casts(casts(normalise(n), BIGINT, VARCHAR), VARCHAR, BIGINT), normalise(n));
    }),
    { numRuns: 200 },
  );
  hold(
    t,
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      assert.equal(casts(casts(x, DOUBLE, VARCHAR), VARCHAR, DOUBLE), x === 0 ? 0 : x);
    }),
    { numRuns: 200 },
  );
});

test('CAST: hostile digits take no time', () => {
  assert.equal(casts(`${'9'.repeat(1_000_000)}`, VARCHAR, BIGINT), FAILS);
  assert.equal(casts(`${'9'.repeat(1_000_000)}x`, VARCHAR, DOUBLE), FAILS);
  assert.equal(casts(`${'9'.repeat(1_000_000)}`, VARCHAR, decimal(38, 0)), FAILS);
  assert.equal(casts('1e9999', VARCHAR, decimal(38, 0)), FAILS);
});
