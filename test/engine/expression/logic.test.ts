import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type, Value } from '../../../src/event/value.js';
import type { Bound } from '../../../src/language/plan.js';
import {
  ANY,
  arrayOf,
  BIGINT,
  BOOLEAN,
  column,
  constant,
  DOUBLE,
  dec,
  decimal,
  faultOf,
  gives,
  NULL,
  operate,
  rawCall,
  row,
  TIMESTAMP,
  VARCHAR,
} from './nodes.js';

const TRUTH = [true, false, null] as const;
const a = column('a', BOOLEAN);
const b = column('b', BOOLEAN);
const and = (...operands: Bound[]): Bound => ({ kind: 'and', type: BOOLEAN, operands });
const or = (...operands: Bound[]): Bound => ({ kind: 'or', type: BOOLEAN, operands });
const not = (operand: Bound): Bound => ({ kind: 'not', type: BOOLEAN, operand });
const is = (name: string, ...operands: Bound[]) => rawCall(name, BOOLEAN, ...operands);

/** The table of a connective, row by row: TRUE, FALSE, NULL against TRUE, FALSE, NULL. */
const table = (bound: Bound) => TRUTH.map((x) => TRUTH.map((y) => gives(bound, row({ a: x, b: y }))));

test('three-valued logic: the tables of ISO/IEC 9075-2, 6.39', () => {
  assert.deepEqual(table(and(a, b)), [
    [true, false, null],
    [false, false, false],
    [null, false, null],
  ]);
  assert.deepEqual(table(or(a, b)), [
    [true, true, true],
    [true, false, null],
    [true, null, null],
  ]);
  assert.deepEqual(table(operate('=', a, b)), [
    [true, false, null],
    [false, true, null],
    [null, null, null],
  ]);
  assert.deepEqual(table(is('IS DISTINCT FROM', a, b)), [
    [false, true, true],
    [true, false, true],
    [true, true, false],
  ]);
  const single = (bound: Bound) => TRUTH.map((value) => gives(bound, row({ a: value })));
  assert.deepEqual(single(not(a)), [false, true, null]);
  assert.deepEqual(single(is('IS TRUE', a)), [true, false, false]);
  assert.deepEqual(single(is('IS FALSE', a)), [false, true, false]);
  assert.deepEqual(single(is('IS UNKNOWN', a)), [false, false, true]);
  assert.deepEqual(single(not(is('IS TRUE', a))), [false, true, true]);
  assert.deepEqual(single({ kind: 'is_null', type: BOOLEAN, operand: a }), [false, false, true]);
});

test('AND and OR of many: the decisive one decides wherever it stands, and those behind it are not evaluated', () => {
  const c = column('c', BOOLEAN);
  for (const x of TRUTH) {
    for (const y of TRUTH) {
      for (const z of TRUTH) {
        const over = row({ a: x, b: y, c: z });
        const values = [x, y, z];
        assert.equal(
          gives(and(a, b, c), over),
          values.includes(false) ? false : values.includes(null) ? null : true,
        );
        assert.equal(
          gives(or(a, b, c), over),
          values.includes(true) ? true : values.includes(null) ? null : false,
        );
      }
    }
  }
  const boom = operate('=', operate('/', column('one', BIGINT), column('zero', BIGINT)), constant(1, BIGINT));
  assert.equal(gives(and(a, boom), row({ a: false, one: 1, zero: 0 })), false);
  assert.equal(gives(or(a, boom), row({ a: true, one: 1, zero: 0 })), true);
  assert.equal(faultOf(and(a, boom), row({ a: true, one: 1, zero: 0 })), 'division_by_zero');
});

test('a JSON value that is no BOOLEAN is unknown and counted', () => {
  const flag = column('flag', ANY);
  assert.equal(faultOf(and(flag, constant(true, BOOLEAN)), row({ flag: 1 })), 'type_mismatch');
  assert.equal(faultOf(or(flag, constant(false, BOOLEAN)), row({ flag: 'true' })), 'type_mismatch');
  assert.equal(faultOf(not(flag), row({ flag: 0 })), 'type_mismatch');
  assert.equal(gives(not(flag), row({ flag: false })), true);
});

test('IN: unknown when nothing is equal and something is NULL', () => {
  const among = (value: Value, list: readonly Value[], type: Type = BIGINT) => {
    const constants = list.map((each) => constant(each, each === null ? NULL : type));
    const columns = list.map((_, i) => column(`c${i}`, type));
    const over = row({ x: value, ...Object.fromEntries(list.map((each, i) => [`c${i}`, each])) });
    return [constants, columns].map((each) => gives(is('IN', column('x', type), ...each), over));
  };
  // A list of constants and one of columns give the same.
  assert.deepEqual(among(1, [1, 2]), [true, true]);
  assert.deepEqual(among(3, [1, 2]), [false, false]);
  assert.deepEqual(among(1, [null, 1]), [true, true]);
  assert.deepEqual(among(3, [1, null]), [null, null]);
  assert.deepEqual(among(null, [1]), [null, null]);
  assert.deepEqual(among(9_007_199_254_740_993n, [9_007_199_254_740_992n]), [false, false]);
  assert.deepEqual(among(9_007_199_254_740_993n, [9_007_199_254_740_993n]), [true, true]);
  assert.deepEqual(among('a', ['b', 'a'], VARCHAR), [true, true]);
  assert.deepEqual(among(dec('1.50'), [dec('1.5')], decimal(3, 2)), [true, true]);
  assert.deepEqual(among(-0, [0], DOUBLE), [true, true]);
});

test('ANY: two JSON types compare as NULL and are counted', () => {
  const x = column('x', ANY);
  const y = column('y', ANY);
  const compare = (name: string, left: Value, right: Value) =>
    gives(operate(name, x, y), row({ x: left, y: right }));
  assert.equal(compare('=', 5, 5), true);
  assert.equal(compare('<', 'a', 'b'), true);
  assert.equal(compare('=', { p: 1, q: [2] }, { q: [2], p: 1 }), true);
  assert.equal(compare('=', [1, null], [1, 2]), null);
  assert.equal(compare('<>', [1, null], [2, 2]), true);
  assert.equal(compare('=', [1], [1, null]), false);
  assert.equal(faultOf(operate('=', x, y), row({ x: '5', y: 5 })), 'type_mismatch');
  assert.equal(faultOf(operate('<>', x, y), row({ x: true, y: 1 })), 'type_mismatch');
  assert.equal(faultOf(operate('<', x, y), row({ x: { p: 1 }, y: { p: 2 } })), 'type_mismatch');
  assert.equal(faultOf(operate('=', x, constant(5, BIGINT)), row({ x: '5' })), 'type_mismatch');
  assert.equal(gives(operate('=', x, constant(dec('0.10'), decimal(3, 2))), row({ x: 0.1 })), true);
  assert.equal(faultOf(rawCall('<', BOOLEAN, x, constant(0, TIMESTAMP)), row({ x: -1 })), 'type_mismatch');
  const among = is('IN', x, constant(1, BIGINT), constant('a', VARCHAR));
  assert.equal(gives(among, row({ x: 'a' })), true);
  assert.equal(faultOf(among, row({ x: 'b' })), 'type_mismatch');
  assert.equal(gives(is('IS DISTINCT FROM', x, y), row({ x: '5', y: 5 })), true);
});

test('text is ordered by code point, not by UTF-16 unit', () => {
  const less = operate('<', constant('\uff5e', VARCHAR), constant('\u{1f514}', VARCHAR));
  assert.equal(gives(less), true);
  assert.equal(gives(operate('>=', constant('ab', VARCHAR), constant('a', VARCHAR))), true);
});

test('CASE takes the first branch that is TRUE, not the unknown one', () => {
  const choice: Bound = {
    kind: 'case',
    type: BIGINT,
    branches: [
      // biome-ignore lint/suspicious/noThenProperty: the plan's name for it
      { when: a, then: constant(1, BIGINT) },
      // biome-ignore lint/suspicious/noThenProperty: the plan's name for it
      { when: b, then: constant(2, BIGINT) },
    ],
    otherwise: constant(3, BIGINT),
  };
  assert.deepEqual(table(choice), [
    [1, 1, 1],
    [2, 3, 3],
    [2, 3, 3],
  ]);
});

test('columns: own properties only, and NULL on rows of other streams', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    assert.equal(gives(column(name, ANY), row({})), null, name);
    const values = JSON.parse(`{"${name}": 7}`) as Record<string, Value>;
    assert.equal(gives(column(name, ANY), row(values)), 7, name);
    const inner: Bound = { kind: 'field', type: ANY, operand: column('o', ANY), name };
    assert.equal(gives(inner, row({ o: {} })), null, name);
    assert.equal(gives(inner, row({ o: values })), 7, name);
  }
  const ofOne = column('x', BIGINT, ['s']);
  const ofTwo = column('x', BIGINT, ['s', 't']);
  assert.deepEqual(
    [gives(ofOne, row({ x: 1 }, 's')), gives(ofOne, row({ x: 1 }, 'u')), gives(ofOne, null)],
    [1, null, null],
  );
  assert.deepEqual(
    [gives(ofTwo, row({ x: 1 }, 't')), gives(ofTwo, row({ x: 1 }, 'u')), gives(ofTwo, null)],
    [1, null, null],
  );
});

test('elements are counted from 1; out of range, and what is no array, is NULL', () => {
  const element = (index: Value, list: Value) =>
    gives(
      { kind: 'element', type: ANY, operand: column('list', arrayOf(ANY)), index: constant(index, BIGINT) },
      row({ list }),
    );
  assert.deepEqual([element(1, ['x', 'y']), element(2, ['x', 'y'])], ['x', 'y']);
  assert.deepEqual(
    [element(0, ['x']), element(2, ['x']), element(-1, ['x']), element(null, ['x'])],
    [null, null, null, null],
  );
  assert.deepEqual([element(1, 'text'), element(1, { 0: 1 }), element(1, null)], [null, null, null]);
  const length: Bound = { kind: 'field', type: ANY, operand: column('list', ANY), name: 'length' };
  assert.equal(gives(length, row({ list: ['x'] })), null);
});
