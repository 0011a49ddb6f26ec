import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeRecord,
  eventsEntry,
  RecordError,
  streamOf,
  watermarkEntry,
} from '../../src/runtime/record.js';
import type { LogEntry, LogRecord } from '../../src/store/store.js';
import { hold } from '../support/property.js';

const stored = ({ kind, count, payload }: LogEntry): LogRecord => ({
  ...{ kind, count, payload },
  ...{ first: 7, stamp: 1 },
});

test('a batch of events comes back with its stream and its lines', (t) => {
  const line = fc.jsonValue().map((value) => JSON.stringify(value));
  const name = fc.string({ minLength: 1, maxLength: 100, unit: 'grapheme' });
  hold(
    t,
    fc.property(name, fc.array(line, { minLength: 1, maxLength: 5 }), (stream, lines) => {
      const record = stored(eventsEntry(stream, lines, []));
      assert.deepEqual(decodeRecord(record), { kind: 'events', stream, lines });
      assert.equal(streamOf(record), stream);
      assert.equal(record.count, lines.length);
    }),
    { numRuns: 200 },
  );
});

test('a watermark comes back', () => {
  const change = { stream: 'payments', watermark: 5, seen: null };
  assert.deepEqual(decodeRecord(stored(watermarkEntry(change))), { kind: 'watermark', change });
  assert.equal(streamOf(stored(watermarkEntry(change))), null);
});

test('a record of a form that is not known is refused, with its offset and what to do', () => {
  const record = stored(eventsEntry('s', ['{}'], []));
  const newer = { ...record, payload: Uint8Array.from([9, ...record.payload.subarray(1)]) };
  assert.throws(
    () => decodeRecord(newer),
    (error: unknown) => {
      assert.ok(error instanceof RecordError);
      assert.match(error.message, /offset 7 has form 9.*reads form 1.*newer/);
      return true;
    },
  );
  assert.throws(() => decodeRecord({ ...record, payload: new Uint8Array() }), RecordError);
  assert.throws(() => decodeRecord({ ...record, count: 3 }), /holds 1 events where 3/);
});
