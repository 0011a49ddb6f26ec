import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntervalTree } from '../../../src/engine/predicate/interval_tree.js';

test('an interval that contains nothing is found by nothing, alone or among others', () => {
  const empty = { interval: { low: 5, high: 3, lowOpen: true, highOpen: true }, item: 'empty' };
  const some = { interval: { low: 2, high: 6, lowOpen: false, highOpen: false }, item: 'some' };
  for (const placed of [[empty], [empty, empty], [some, empty]]) {
    for (const value of [2, 3, 4, 5, 6]) {
      const found: string[] = [];
      new IntervalTree(placed).visit(value, (item) => found.push(item));
      assert.deepEqual(found, placed.includes(some) ? ['some'] : [], `${value}`);
    }
  }
});
