import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { type Accumulator, accumulator, type State } from '../../../src/engine/expression/aggregate.js';
import { Faults } from '../../../src/engine/expression/faults.js';
import { normalise } from '../../../src/engine/expression/integer.js';
import { Decimal } from '../../../src/event/decimal.js';
import type { Type, Value } from '../../../src/event/value.js';
import { aggregateNames, resolveAggregate } from '../../../src/language/aggregates.js';
import type { AggregateNode } from '../../../src/language/plan.js';
import { hold } from '../../support/property.js';
import {
  ANY,
  arrayOf,
  BIGINT,
  BOOLEAN,
  column,
  DOUBLE,
  dec,
  decimal,
  INTERVAL,
  TIMESTAMP,
  VARCHAR,
} from './nodes.js';

function aggregate(name: string, operand: Type | null, distinct = false): Accumulator {
  const resolved = resolveAggregate(name, operand)!;
  const node: AggregateNode = {
    kind: 'aggregate',
    type: resolved.type,
    name: resolved.name,
    set: null,
    distinct,
    semantics: 'running',
    operand: operand === null ? null : column('x', operand),
  };
  return accumulator(node);
}

const over = (each: Accumulator, values: readonly Value[]): State =>
  values.reduce<State>((state, value) => each.add(state, value), each.initial);

/** The result over some values, DECIMAL as text. */
function result(name: string, operand: Type, values: readonly Value[], distinct = false): Value {
  const each = aggregate(name, operand, distinct);
  const value = each.result(over(each, values));
  return value instanceof Decimal ? String(value) : value;
}

test('over no rows, and over NULLs alone, COUNT is 0 and the rest NULL', () => {
  for (const name of aggregateNames) {
    for (const distinct of [false, true]) {
      const each = aggregate(name, DOUBLE, distinct);
      assert.equal(each.result(each.initial), name === 'COUNT' ? 0 : null, name);
      if (name !== 'ARRAY_AGG')
        assert.equal(each.result(over(each, [null, null])), name === 'COUNT' ? 0 : null, name);
    }
  }
});

test('NULL is left out, but for COUNT(*) and ARRAY_AGG', () => {
  assert.equal(result('COUNT', DOUBLE, [1, null, 2]), 2);
  const star = aggregate('COUNT', null);
  assert.equal(star.result(over(star, [true, true])), 2);
  assert.equal(result('SUM', BIGINT, [1, null, 2]), 3);
  assert.equal(result('AVG', BIGINT, [1, null, 2]), 1.5);
  assert.equal(result('MIN', VARCHAR, [null, 'b', 'a']), 'a');
  assert.equal(result('ANY_VALUE', VARCHAR, [null, 'b', 'a']), 'b');
  assert.deepEqual(result('ARRAY_AGG', BIGINT, [2, null, 1]), [2, null, 1]);
});

test('sums of BIGINT are exact in any order; past 64 bits NULL, and counted', (t) => {
  const each = aggregate('SUM', BIGINT);
  const integers = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
    minLength: 1,
    maxLength: 12,
  });
  hold(
    t,
    fc.property(integers, (values) => {
      const exact = values.reduce((sum, value) => sum + value, 0n);
      const fits = BigInt.asIntN(64, exact) === exact;
      assert.equal(each.result(over(each, values.map(normalise))), fits ? normalise(exact) : null);
    }),
    { numRuns: 300 },
  );
  const faults = new Faults();
  const max = 2n ** 63n - 1n;
  assert.equal(each.result(over(each, [max, 1]), faults), null);
  assert.deepEqual(faults.counts(), { overflow: 1 });
  assert.equal(each.result(over(each, [max, 1, -1])), max);
  assert.equal(result('AVG', BIGINT, [max, max]), 2 ** 63);
  assert.equal(result('AVG', BIGINT, [9_007_199_254_740_991, 9_007_199_254_740_991]), 9_007_199_254_740_991);
});

test('sums, averages and spreads of DECIMAL are exact', () => {
  const money = decimal(10, 2);
  const tens = Array.from({ length: 10 }, () => dec('0.10'));
  assert.equal(result('SUM', money, tens), '1.00');
  assert.equal(result('AVG', money, [dec('1.00'), dec('1.00'), dec('0.00')]), '0.666667');
  assert.equal(result('MAX', money, [dec('1.5'), dec('10.00'), dec('2')]), '10.00');
  assert.deepEqual(String(result('ARRAY_AGG', money, [dec('1.50'), null])), '1.50,');
  // 2, 4, 4, 4, 5, 5, 7, 9: the spread of the population is 2, the sample's variance 32 / 7.
  const values = ['2', '4', '4', '4', '5', '5', '7', '9'].map(dec);
  assert.equal(result('STDDEV_POP', money, values), '2.000000');
  assert.equal(result('VAR_POP', money, values), '4.000000');
  assert.equal(result('VARIANCE', money, values), '4.571429');
  assert.equal(result('STDDEV', money, values), '2.138090');
  assert.equal(result('STDDEV', money, [dec('1')]), null);
  assert.equal(result('STDDEV_POP', money, [dec('1')]), '0.000000');
});

test('spreads of DOUBLE', (t) => {
  assert.equal(result('STDDEV_POP', DOUBLE, [2, 4, 4, 4, 5, 5, 7, 9]), 2);
  assert.ok(Math.abs((result('VAR_SAMP', DOUBLE, [2, 4, 4, 4, 5, 5, 7, 9]) as number) - 32 / 7) < 1e-12);
  assert.equal(result('STDDEV', DOUBLE, [5, 5, 5]), 0);
  assert.equal(result('STDDEV', DOUBLE, [5]), null);
  // Far from zero the sum of squares alone would lose every digit.
  assert.equal(result('VARIANCE', DOUBLE, [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]), 30);
  hold(
    t,
    fc.property(
      fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 20 }),
      (values) => {
        const exact = Number(
          result(
            'VARIANCE',
            decimal(10, 0),
            values.map((value) => dec(String(value))),
          ),
        );
        assert.ok(Math.abs((result('VARIANCE', BIGINT, values) as number) - exact) < 1e-5);
      },
    ),
    { numRuns: 100 },
  );
});

test('MIN and MAX over any type that is ordered', () => {
  assert.equal(result('MIN', BOOLEAN, [true, false]), false);
  assert.equal(result('MAX', TIMESTAMP, [1, 3, 2]), 3);
  assert.equal(
    result('MAX', BIGINT, [9_007_199_254_740_991, 9_007_199_254_740_993n]),
    9_007_199_254_740_993n,
  );
  assert.deepEqual(result('MAX', arrayOf(BIGINT), [[1, 2], [1, 3], [1]]), [1, 3]);
  assert.equal(result('MAX', DOUBLE, [-2, -1]), -1);
});

test('INTERVAL: sum and average', () => {
  assert.equal(result('SUM', INTERVAL, [1_000, 500]), 1_500);
  assert.equal(result('AVG', INTERVAL, [1, 2]), 2);
});

test('ANY: what is no number is left out of sums and counted', () => {
  for (const name of ['SUM', 'AVG', 'STDDEV_POP']) {
    const each = aggregate(name, ANY);
    const faults = new Faults();
    const values: Value[] = [1, 'x', { a: 1 }, 3, null];
    const state = values.reduce<State>((before, value) => each.add(before, value, faults), each.initial);
    assert.deepEqual(
      [each.result(state), faults.counts()],
      [name === 'SUM' ? 4 : name === 'AVG' ? 2 : 1, { type_mismatch: 2 }],
    );
  }
  assert.equal(result('SUM', DOUBLE, [1e308, 1e308]), null);
});

test('DISTINCT takes each value once, by SQL equality', (t) => {
  assert.equal(result('COUNT', DOUBLE, [1, 1, 0, -0, null, null], true), 2);
  assert.equal(result('SUM', decimal(5, 2), [dec('1.5'), dec('1.50'), dec('2')], true), '3.50');
  assert.deepEqual(result('ARRAY_AGG', VARCHAR, ['b', 'a', 'b', null, null], true), ['b', 'a', null]);
  assert.equal(result('COUNT', ANY, [1, '1', true, { a: 1, b: 2 }, { b: 2, a: 1 }, [1], [1]], true), 5);
  hold(
    t,
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (values) => {
      assert.equal(result('COUNT', BIGINT, values, true), new Set(values).size);
    }),
    { numRuns: 100 },
  );
});

/** Every accumulator with values that it takes. */
const CASES: readonly (readonly [string, Type, fc.Arbitrary<Value>])[] = aggregateNames.flatMap((name) => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(normalise);
  const exact = fc.integer({ min: -9_999, max: 9_999 }).map((value) => new Decimal(BigInt(value), 2));
  const double = fc.double({ noNaN: true, noDefaultInfinity: true });
  return [
    [name, BIGINT, integer],
    [name, decimal(6, 2), exact],
    [name, DOUBLE, double],
  ] as const;
});

test('states are persistent, survive packing, and have equal keys exactly when they are equal', (t) => {
  for (const [name, type, value] of CASES) {
    for (const distinct of [false, true]) {
      const each = aggregate(name, type, distinct);
      fc.assert(
        fc.property(fc.array(fc.option(value), { maxLength: 8 }), value, (values, more) => {
          const state = over(each, values);
          const [key, before] = [each.key(state), String(each.result(state))];
          const other = each.add(state, more);
          assert.equal(each.key(state), key, 'adding left it as it was');
          assert.equal(String(each.result(state)), before);
          const again = unpack(pack(other)) as State;
          assert.equal(each.key(again), each.key(other), `${name} ${type.kind}`);
          assert.equal(
            String(each.result(each.add(again, more))),
            String(each.result(each.add(other, more))),
          );
          assert.equal(each.key(over(each, values)), key);
        }),
        { numRuns: 15 },
      );
    }
  }
  t.diagnostic(`15 cases for each of ${CASES.length * 2} aggregates`);
  const each = aggregate('SUM', BIGINT);
  assert.notEqual(each.key(over(each, [1])), each.key(over(each, [2])));
  const minimum = aggregate('MIN', VARCHAR);
  assert.notEqual(minimum.key(over(minimum, ['null'])), minimum.key(minimum.initial));
});

test('a long list costs no deep nesting: 100,000 values are added, keyed and read', () => {
  const each = aggregate('ARRAY_AGG', BIGINT);
  const values = Array.from({ length: 100_000 }, (_, i) => i);
  const state = over(each, values);
  assert.deepEqual(each.result(state), values);
  assert.ok(each.key(unpack(pack(state)) as State) === each.key(state));
});
