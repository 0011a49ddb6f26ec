import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STREAM_DEFAULTS, undeclaredSchema } from '../../src/event/schema.js';

test('a stream that was only named has no columns, its arrival as time, one key and the default options', () => {
  assert.deepEqual(undeclaredSchema('clicks'), {
    name: 'clicks',
    declared: false,
    columns: [],
    eventTime: null,
    delay: 0,
    key: [],
    id: null,
    idleTimeout: 10_000,
    liveWithin: 300_000,
    maxAhead: 300_000,
    retention: null,
  });
});

test('the defaults are options only: they name no column and no key', () => {
  assert.deepEqual(Object.keys(STREAM_DEFAULTS).sort(), [
    'idleTimeout',
    'liveWithin',
    'maxAhead',
    'retention',
  ]);
});
