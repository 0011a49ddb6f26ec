import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decimal } from '../../src/event/decimal.js';
import { undeclaredSchema } from '../../src/event/schema.js';
import type { Type, Value } from '../../src/event/value.js';
import { eventId, requestIds } from '../../src/runtime/identity.js';

const withId = (type: Type) => ({
  ...undeclaredSchema('s'),
  declared: true,
  columns: [{ name: 'id', type, nullable: true }],
  id: 'id',
});

test('an id column of any type tells repeats, NULL tells none', () => {
  const id = (type: Type, value: Value) => eventId(withId(type), { id: value }, undefined);
  assert.equal(id({ kind: 'VARCHAR' }, 'a'), '["s","column","a"]');
  assert.equal(id({ kind: 'BIGINT' }, 2n ** 60n), '["s","column","1152921504606846976"]');
  assert.equal(
    id({ kind: 'DECIMAL', precision: 9, scale: 2 }, new Decimal(150n, 2)),
    '["s","column","1.50"]',
  );
  const row: Type = { kind: 'ROW', fields: [{ name: 'n', type: { kind: 'BIGINT' } }] };
  assert.equal(id(row, { n: 2n ** 60n }), '["s","column","{\\"n\\":\\"1152921504606846976\\"}"]');
  assert.equal(id({ kind: 'VARCHAR' }, null), null);
});

test('without an id column the identity given with the event counts, apart from those of columns', () => {
  const schema = { ...withId({ kind: 'VARCHAR' }), id: null };
  assert.equal(eventId(schema, { id: 'a' }, undefined), null);
  assert.equal(eventId(schema, { id: 'a' }, 'source 7'), '["s","event","source 7"]');
  assert.equal(requestIds('s', 'k', 'd1')[0], requestIds('s', 'k', 'd2')[0]);
  assert.notEqual(requestIds('s', 'k', 'd1')[1], requestIds('s', 'k', 'd2')[1]);
});
