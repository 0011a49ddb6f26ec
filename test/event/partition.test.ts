import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Decimal } from '../../src/event/decimal.js';
import { partitionOf } from '../../src/event/partition.js';
import type { Value } from '../../src/event/value.js';
import { hold } from '../support/property.js';

/** With as many partitions as there are hashes, the partition is the hash. */
const ALL = 2 ** 32;

// Computed by another program from the published definitions of FNV-1a and MurmurHash3. Never to be changed: events that are
// in a log already lie where these say.
const GOLDEN: readonly (readonly [readonly Value[], number])[] = [
  [[], 2_872_998_923],
  [[null], 1_693_486_945],
  [[''], 550_558_746],
  [['card 4711'], 1_463_020_314],
  [['é😀'], 1_124_005_471],
  [[1], 2_855_225_089],
  [[-12.5], 1_712_627_233],
  [[9_223_372_036_854_775_807n], 3_057_826_881],
  [[1e21], 2_166_890_626],
  [[1_700_000_000_000], 1_189_372_423],
  [[true], 2_776_818_722],
  [[false], 3_736_780_160],
  [['a', 'b'], 4_198_637_544],
  [[[1, 'x']], 4_171_678_154],
  [[{ b: null, a: 1 }], 4_085_446_360],
];

for (const [key, hash] of GOLDEN) {
  test(`the partition of ${typeof key[0] === 'bigint' ? key[0] : JSON.stringify(key)} is pinned`, () => {
    assert.equal(partitionOf(key, ALL), hash);
    for (const partitions of [1, 8, 1_000]) assert.equal(partitionOf(key, partitions), hash % partitions);
  });
}

test('equal values go together, whatever the type of number', () => {
  const equal: readonly (readonly Value[])[] = [
    [1, 1n, new Decimal(1n, 0), new Decimal(100n, 2)],
    [0, -0, 0n, new Decimal(0n, 4)],
    [-0.5, new Decimal(-50n, 2)],
    [1e-7, new Decimal(1n, 7)],
    [2 ** 60, 2n ** 60n, new Decimal(2n ** 60n * 10n, 1)],
    [100, new Decimal(100n, 0), new Decimal(1000n, 1)],
  ];
  for (const [first, ...others] of equal) {
    for (const other of others)
      assert.equal(partitionOf([other], ALL), partitionOf([first!], ALL), `${other}`);
  }
});

test('values of other types, orders and places go apart', () => {
  const keys: readonly (readonly Value[])[] = [
    ...[[1], ['1'], [true], ['true'], [null], ['null'], [''], [[]], [{}], [10], [0.1]],
    ...[['a', 'b'], ['b', 'a'], ['ab'], ['ab', ''], ['a', null], [['a', 'b']], [{ a: 'b' }], [{ a: null }]],
  ];
  assert.equal(new Set(keys.map((key) => partitionOf(key, ALL))).size, keys.length);
});

test('property: a field order is no part of an object', (t) => {
  const field = fc.tuple(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), fc.integer());
  hold(
    t,
    fc.property(fc.uniqueArray(field, { selector: ([name]) => name }), (fields) => {
      const [one, other] = [fields, [...fields].reverse()].map((each) => [Object.fromEntries(each) as Value]);
      assert.equal(partitionOf(one!, ALL), partitionOf(other!, ALL));
    }),
    { numRuns: 200 },
  );
});

test('keys that differ in a digit spread over the partitions', () => {
  for (const partitions of [2, 3, 8, 16]) {
    const counts = new Array<number>(partitions).fill(0);
    for (let n = 0; n < 10_000; n++) counts[partitionOf([`card ${n}`], partitions)]!++;
    const fair = 10_000 / partitions;
    for (const count of counts) assert.ok(Math.abs(count - fair) < fair * 0.2, `${partitions}: ${counts}`);
  }
});
