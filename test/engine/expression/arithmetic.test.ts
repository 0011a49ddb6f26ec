import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalise } from '../../../src/engine/expression/integer.js';
import type { Type, Value } from '../../../src/event/value.js';
import { hold } from '../../support/property.js';
import {
  ANY,
  BIGINT,
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

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

/** Integers of every size, and those at the edges of 2^53 and 2^63. */
const integers = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }),
  fc.bigInt({ min: MIN, max: MAX }),
  fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
  fc.bigInt({ min: -(2n ** 32n), max: 2n ** 32n }),
  fc.constantFrom(0n, -1n, MAX, MIN, 2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n), 1n - 2n ** 53n),
);

const EXACT: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

test('BIGINT: every operator is what BigInt gives, or NULL past 64 bits', (t) => {
  for (const [name, exact] of Object.entries(EXACT)) {
    const bound = operate(name, column('a', BIGINT), column('b', BIGINT));
    hold(
      t,
      fc.property(integers, integers, (a, b) => {
        const over = row({ a: normalise(a), b: normalise(b) });
        if (b === 0n && (name === '/' || name === '%')) return faultOf(bound, over) === 'division_by_zero';
        const wanted = exact(a, b);
        if (BigInt.asIntN(64, wanted) !== wanted) return faultOf(bound, over) === 'overflow';
        // One form a value: `===` is equality, and there is no -0.
        return Object.is(gives(bound, over), normalise(wanted));
      }),
      { numRuns: 400 },
    );
  }
});

test('BIGINT: comparisons and order are what BigInt gives', (t) => {
  const outcome = (name: string, over: ReturnType<typeof row>) =>
    gives(operate(name, column('a', BIGINT), column('b', BIGINT)), over);
  hold(
    t,
    fc.property(integers, integers, (a, b) => {
      const over = row({ a: normalise(a), b: normalise(b) });
      assert.deepEqual(
        ['=', '<>', '<', '<=', '>', '>='].map((name) => outcome(name, over)),
        [a === b, a !== b, a < b, a <= b, a > b, a >= b],
      );
    }),
    { numRuns: 300 },
  );
});

test('BIGINT: the negative', () => {
  const negate = (value: Value) => rawCall('NEGATE', BIGINT, constant(value, BIGINT));
  assert.ok(Object.is(gives(negate(0)), 0));
  assert.equal(gives(negate(normalise(MAX))), -MAX);
  assert.equal(faultOf(negate(MIN)), 'overflow');
});

const number = (text: string): ReturnType<typeof constant> => {
  const value = dec(text);
  return constant(value, decimal(Math.max(value.precision, value.scale), value.scale));
};

test("DECIMAL: exact, with Trino's digits", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['0.1', '+', '0.2', '0.3'],
    ['10.00', '-', '0.001', '9.999'],
    ['1.25', '*', '1.2', '1.500'],
    ['1.00', '/', '3.00', '0.33'],
    ['2.00', '/', '3.00', '0.67'],
    ['-2.00', '/', '3.00', '-0.67'],
    ['7.5', '%', '2', '1.5'],
    ['-7.5', '%', '2', '-1.5'],
  ];
  for (const [a, name, b, wanted] of cases) {
    assert.equal(String(gives(operate(name, number(a), number(b)))), wanted, `${a} ${name} ${b}`);
  }
  assert.equal(String(gives(operate('+', number('0.1'), constant(1, BIGINT)))), '1.1');
  assert.equal(gives(operate('+', number('0.5'), constant(0.25, DOUBLE))), 0.75);
  assert.equal(faultOf(operate('/', number('1.0'), number('0.0'))), 'division_by_zero');
  assert.equal(faultOf(operate('%', number('1.0'), number('0.0'))), 'division_by_zero');
  const widest = number('9'.repeat(38));
  assert.equal(faultOf(operate('+', widest, widest)), 'overflow');
  assert.equal(gives(operate('=', number('1.50'), number('1.5'))), true);
  assert.equal(gives(operate('<', number('1.49'), number('1.5'))), true);
});

test('DOUBLE: division by zero and what has no finite value are NULL and counted', () => {
  const double = (value: number) => constant(value, DOUBLE);
  assert.equal(gives(operate('/', double(7), constant(2, BIGINT))), 3.5);
  assert.equal(faultOf(operate('/', double(1), double(0))), 'division_by_zero');
  assert.equal(faultOf(operate('%', double(1), double(0))), 'division_by_zero');
  assert.equal(faultOf(operate('*', double(1e300), double(1e300))), 'overflow');
});

test('a fault is counted at each evaluation, also where the operands are constants', () => {
  const bound = operate('/', constant(1, BIGINT), constant(0, BIGINT));
  const both = rawCall('IS DISTINCT FROM', { kind: 'BOOLEAN' }, bound, bound);
  assert.deepEqual(evaluate(both), { value: false, faults: { division_by_zero: 2 } });
});

test('times: TIMESTAMP and INTERVAL', () => {
  const at = constant(ts('2026-11-23T21:05:00Z'), TIMESTAMP);
  const minute = constant(60_000, INTERVAL);
  assert.equal(gives(operate('+', at, minute)), ts('2026-11-23T21:06:00Z'));
  assert.equal(gives(operate('+', minute, at)), ts('2026-11-23T21:06:00Z'));
  assert.equal(gives(operate('-', at, minute)), ts('2026-11-23T21:04:00Z'));
  assert.equal(gives(operate('-', at, constant(ts('2026-11-23T21:00:00Z'), TIMESTAMP))), 300_000);
  assert.equal(gives(operate('*', minute, constant(2.5, DOUBLE))), 150_000);
  assert.equal(gives(operate('*', constant(3, BIGINT), minute)), 180_000);
  assert.equal(gives(operate('*', minute, number('1.5'))), 90_000);
  assert.equal(gives(operate('/', constant(-3, INTERVAL), constant(2, BIGINT))), -2);
  assert.equal(gives(operate('>', minute, constant(59_999, INTERVAL))), true);
  assert.equal(faultOf(operate('/', minute, constant(0, BIGINT))), 'division_by_zero');
  assert.equal(
    faultOf(operate('+', constant(ts('9999-12-31'), TIMESTAMP), constant(86_400_000, INTERVAL))),
    'overflow',
  );
});

test('ANY: numbers behave as DOUBLE, other JSON types are NULL and counted', () => {
  const sum = (a: Value, type: Type = ANY) => operate('+', column('a', ANY), constant(a, type));
  assert.equal(gives(operate('/', column('a', ANY), constant(2, BIGINT)), row({ a: 7 })), 3.5);
  assert.equal(gives(sum(dec('0.5'), decimal(2, 1)), row({ a: 1 })), 1.5);
  assert.equal(faultOf(sum(1, BIGINT), row({ a: '1' })), 'type_mismatch');
  assert.equal(faultOf(sum(1, BIGINT), row({ a: true })), 'type_mismatch');
  assert.equal(gives(sum(1, BIGINT), row({})), null);
  assert.equal(
    faultOf(operate('||', column('a', ANY), constant('x', VARCHAR)), row({ a: 1 })),
    'type_mismatch',
  );
  assert.equal(gives(operate('*', constant(1_000, INTERVAL), column('a', ANY)), row({ a: 1.5 })), 1_500);
});

test('NULL in, NULL out', () => {
  for (const name of Object.keys(EXACT)) {
    assert.equal(gives(operate(name, constant(null, NULL), constant(0, BIGINT))), null);
    assert.equal(gives(operate(name, constant(1, BIGINT), constant(null, NULL))), null);
    assert.equal(gives(operate(name, constant(null, NULL), constant(null, NULL))), null);
  }
});
