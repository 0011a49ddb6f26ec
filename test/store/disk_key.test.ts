import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyOf, lastNumber, named, type Part, pastAll } from '../../src/store/disk/key.js';
import { hold } from '../support/property.js';

const number = fc.double({ noNaN: true }).map((value) => value + 0);
const text = fc.string({
  unit: fc.constantFrom('\u0000', '\u0001', 'a', 'b', 'ÿ', '\uffff', '😀'),
  maxLength: 6,
});

const compare = (a: Part, b: Part): number => {
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b) || 0;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
};

test('keys sort as their rows do', (t) => {
  hold(
    t,
    fc.property(fc.tuple(text, number), fc.tuple(text, number), (one, other) => {
      const isOrder = compare(one[0], other[0]) || compare(one[1], other[1]) || 0;
      assert.equal(Math.sign(keyOf(...one).compare(keyOf(...other))), isOrder);
    }),
  );
  hold(
    t,
    fc.property(number, number, (one, other) => {
      assert.equal(Math.sign(keyOf(one).compare(keyOf(other))), Math.sign(one - other) || 0);
    }),
  );
});

test('a key gives its last number back', (t) => {
  hold(
    t,
    fc.property(text, number, (name, last) => assert.equal(lastNumber(keyOf(name, last)), last)),
  );
});

test('the rows of a prefix lie between it and the key past them, and no others do', (t) => {
  hold(
    t,
    fc.property(text, text, number, (prefix, other, last) => {
      const key = keyOf(other, last);
      const isWithin = key.compare(keyOf(prefix)) > 0 && key.compare(pastAll(prefix)) < 0;
      assert.equal(isWithin, prefix === other);
    }),
  );
});

test('a long name becomes its digest, a short one stays', () => {
  assert.equal(named('x'.repeat(200)), 'x'.repeat(200));
  assert.equal(Buffer.from(named('x'.repeat(201)) as Uint8Array).length, 32);
  assert.throws(() => keyOf('k', 'x'.repeat(2_000)), RangeError);
});
