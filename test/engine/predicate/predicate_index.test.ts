import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compile } from '../../../src/engine/expression/compile.js';
import { Faults } from '../../../src/engine/expression/faults.js';
import { indexableTests } from '../../../src/engine/predicate/column_test.js';
import { PredicateIndex } from '../../../src/engine/predicate/predicate_index.js';
import type { Row } from '../../../src/event/row.js';
import type { Value } from '../../../src/event/value.js';
import type { Bound } from '../../../src/language/plan.js';
import { hold, runsOf } from '../../support/property.js';
import {
  ANY,
  BIGINT,
  BOOLEAN,
  column,
  constant,
  DOUBLE,
  operate,
  rawCall,
  row,
  VARCHAR,
} from '../expression/nodes.js';

const RUNS = runsOf(1_000);

const number = fc.integer({ min: -4, max: 4 });
const text = fc.constantFrom('a', 'b', 'c');
const comparator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');

/** Conditions of one row, with what an index can use and what it cannot, in any order. */
const { condition } = fc.letrec<{ condition: Bound }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.tuple(comparator, number, fc.boolean()).map(([name, value, isMirrored]) => {
      const sides = [column('n', BIGINT), constant(value, BIGINT)] as const;
      return isMirrored ? operate(name, sides[1], sides[0]) : operate(name, ...sides);
    }),
    fc
      .tuple(comparator, number)
      .map(([name, value]) => operate(name, column('x', DOUBLE), constant(value, BIGINT))),
    fc
      .tuple(comparator, number)
      .map(([name, value]) => operate(name, column('n', BIGINT), constant(value + 0.5, DOUBLE))),
    fc
      .tuple(comparator, text)
      .map(([name, value]) => operate(name, column('s', VARCHAR), constant(value, VARCHAR))),
    fc
      .tuple(
        comparator,
        fc.oneof(
          number.map((value) => constant(value, BIGINT)),
          text.map((value) => constant(value, VARCHAR)),
        ),
      )
      .map(([name, value]) => operate(name, column('any', ANY), value)),
    fc
      .array(number, { minLength: 1, maxLength: 3 })
      .map((list) =>
        rawCall('IN', BOOLEAN, column('n', BIGINT), ...list.map((value) => constant(value, BIGINT))),
      ),
    comparator.map((name) => operate(name, column('n', BIGINT), constant(2 ** 60, DOUBLE))),
    fc.constant(column('b', BOOLEAN)),
    fc.constant<Bound>({ kind: 'not', type: BOOLEAN, operand: column('b', BOOLEAN) }),
    fc.constant<Bound>({ kind: 'is_null', type: BOOLEAN, operand: column('n', BIGINT) }),
    fc.constant(operate('=', column('n', BIGINT), constant(null, BIGINT))),
    // Fails where x is 0.
    fc.constant(operate('>', operate('/', constant(1, DOUBLE), column('x', DOUBLE)), constant(0, DOUBLE))),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, operands]): Bound => ({ kind, type: BOOLEAN, operands })),
  ),
}));

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 6, nil: null });
const someRow: fc.Arbitrary<Row> = fc
  .record({
    n: maybe(fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: fc.constant(2n ** 60n) })),
    x: maybe(number),
    s: maybe(text),
    b: maybe(fc.boolean()),
    any: maybe(fc.oneof<fc.Arbitrary<Value>[]>(number, text, fc.boolean())),
  })
  .map((values) => row(values));

test(`what the index leaves out is neither true nor a fault, however many there are`, (t) => {
  hold(
    t,
    fc.property(
      fc.array(condition, { minLength: 1, maxLength: 80 }),
      fc.array(someRow, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(79), { maxLength: 10 }),
      (conditions, rows, removed) => {
        const index = new PredicateIndex<number>('s');
        const tests = conditions.map((each) => indexableTests(each, null));
        for (const [i, each] of tests.entries()) if (each !== null) index.add(each, i);
        const gone = new Set(removed.filter((i) => i < conditions.length));
        for (const i of gone) if (tests[i] !== null) index.remove(tests[i]!, i);
        for (const each of rows) {
          const found = new Set<number>();
          index.visit(each, (i) => found.add(i));
          for (const [i, bound] of conditions.entries()) {
            if (gone.has(i)) assert.ok(!found.has(i), 'what was removed is not found');
            if (tests[i] === null || found.has(i) || gone.has(i)) continue;
            const faults = new Faults();
            const value = compile(bound, () => {
              throw new Error('a row has no match');
            })({ row: each, faults });
            assert.notEqual(value, true);
            assert.equal(faults.total, 0, 'a fault that nobody would count');
          }
        }
      },
    ),
    { numRuns: RUNS },
  );
});

test('a lookup touches what fits, not what there is', () => {
  const index = new PredicateIndex<number>('s');
  const add = (bound: Bound, item: number): void =>
    index.add(indexableTests(bound, null) ?? assert.fail('not indexable'), item);
  for (let i = 0; i < 10_000; i++) {
    const at = constant(i, DOUBLE);
    if (i % 2 === 0) add(operate('=', column('n', BIGINT), constant(i, BIGINT)), i);
    else
      add(
        {
          kind: 'and',
          type: BOOLEAN,
          operands: [
            operate('>=', column('x', DOUBLE), at),
            operate('<', column('x', DOUBLE), constant(i + 2, DOUBLE)),
          ],
        },
        i,
      );
  }
  const found: number[] = [];
  index.visit(row({ n: 4_000, x: 7_001 }), (i) => found.push(i));
  assert.deepEqual(
    found.sort((a, b) => a - b),
    [4_000, 7_001],
  );
});

test('the most telling test is chosen, and only from the left of what can fail', () => {
  const range = operate('>', column('x', DOUBLE), constant(1, DOUBLE));
  const equal = operate('=', column('s', VARCHAR), constant('a', VARCHAR));
  const failing = operate('>', operate('/', constant(1, DOUBLE), column('x', DOUBLE)), constant(0, DOUBLE));
  const all = (...operands: Bound[]): Bound => ({ kind: 'and', type: BOOLEAN, operands });
  const columns = (bound: Bound) => indexableTests(bound, null)?.map(({ column: name }) => name) ?? null;
  assert.deepEqual(columns(all(range, equal)), ['s']);
  assert.deepEqual(columns(all(range, failing, equal)), ['x']);
  assert.deepEqual(columns(all(failing, equal)), null);
  assert.deepEqual(columns({ kind: 'or', type: BOOLEAN, operands: [range, equal] }), ['x', 's']);
  assert.deepEqual(columns({ kind: 'or', type: BOOLEAN, operands: [range, failing] }), null);
});
