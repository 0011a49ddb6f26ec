import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Match } from '../../src/engine/emission.js';
import { Suppression } from '../../src/runtime/suppression.js';

const match = (card: string, end: number): Match => ({
  ...{ kind: 'match', key: {}, number: 1, status: 'MATCHED', output: [{ card, end }], events: [] },
  start: { stream: 's', offset: 0, time: end, arrival: end, values: {} },
  window: { start: end, end },
});

test('equal columns are silent for a while of event time, others are not', () => {
  const suppression = new Suppression({ by: ['card'], for: '10 SECONDS' });
  assert.equal(suppression.holds(match('a', 0)), false);
  assert.equal(suppression.holds(match('a', 9_999)), true);
  assert.equal(suppression.holds(match('b', 9_999)), false);
  assert.equal(suppression.holds(match('a', 10_000)), false, 'the while counts from the last alert');
  assert.equal(suppression.holds(match('a', 19_999)), true);
  assert.equal(suppression.held, 2);
});

test('it goes on from its state', () => {
  const before = new Suppression({ by: ['card'], for: '10 SECONDS' });
  before.holds(match('a', 0));
  const after = new Suppression({ by: ['card'], for: '10 SECONDS' }, before.state());
  assert.equal(after.holds(match('a', 5_000)), true);
  assert.equal(after.held, 1);
});
