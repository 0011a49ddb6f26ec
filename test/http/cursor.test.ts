import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeCursor, decodeNumberCursor, encodeCursor } from '../../src/http/cursor.js';
import { page } from '../../src/http/page.js';
import { Problem } from '../../src/http/problem.js';
import { hold } from '../support/property.js';

const refused = (error: unknown) => error instanceof Problem && error.code === 'invalid_cursor';

test('a cursor gives its key back, in its own list only', (t) => {
  hold(
    t,
    fc.property(fc.string({ unit: 'binary' }), (key) => {
      const text = Buffer.from(key).toString();
      assert.equal(decodeCursor('rules', encodeCursor('rules', text)), text);
      assert.throws(() => decodeCursor('streams', encodeCursor('rules', text)), refused);
    }),
    { numRuns: 300 },
  );
  assert.equal(decodeNumberCursor('alerts', encodeCursor('alerts', 12)), 12);
  assert.equal(decodeNumberCursor('alerts', undefined), null);
});

test('what no page gave is refused', (t) => {
  hold(
    t,
    fc.property(fc.string(), (text) => {
      assert.throws(() => decodeCursor('alerts', text), refused);
    }),
    { numRuns: 300 },
  );
  for (const key of ['-1', '1.5', '1e3', '', '99999999999999999'])
    assert.throws(() => decodeNumberCursor('alerts', encodeCursor('alerts', key)), refused, key);
});

test('pages: no cursor at the end, and none of an empty page', () => {
  const show = (found: number[]) =>
    page(
      'alerts',
      found,
      2,
      (item) => item,
      (item) => `#${item}`,
    );
  assert.deepEqual(show([]), { items: [], next_cursor: null });
  assert.deepEqual(show([1, 2]), { items: ['#1', '#2'], next_cursor: null });
  const { items, next_cursor } = show([1, 2, 3]);
  assert.deepEqual(items, ['#1', '#2']);
  assert.equal(decodeNumberCursor('alerts', next_cursor ?? ''), 2);
});
