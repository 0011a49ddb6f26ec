import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decimal } from '../../src/event/decimal.js';
import { type PartitionState, packState, unpackState } from '../../src/runtime/snapshot.js';

const state = (values: object): PartitionState => ({
  ...{ version: 1, registry: { streams: [], rules: [] }, activities: [], tallies: [], stamp: 5 },
  engine: { ...{ version: 1, appended: 1, sequencers: [], rules: [] }, clocks: [values as never] },
});

test('values keep their types', () => {
  const values = {
    ...{ low: Number.NEGATIVE_INFINITY, big: 2n ** 62n, least: -(2n ** 63n), sum: 2n ** 70n },
    ...{ price: new Decimal(1250n, 2), nested: [{ deep: new Decimal(-1n, 0) }], nothing: null },
  };
  const back = unpackState(packState(state(values)));
  assert.deepEqual(back, state(values));
  assert.ok((back.engine.clocks[0] as unknown as typeof values).price instanceof Decimal);
});

test('no key is special', () => {
  const values = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "in": {"__proto__": null}}') as object;
  const back = unpackState(packState(state(values))).engine.clocks[0] as object;
  assert.equal(JSON.stringify(back), JSON.stringify(values));
  assert.ok(Object.hasOwn(back, '__proto__'));
});

test('a state of another version is refused', () => {
  assert.throws(
    () => unpackState(packState({ ...state({}), version: 2 as 1 })),
    /version 2.*reads version 1/,
  );
});
