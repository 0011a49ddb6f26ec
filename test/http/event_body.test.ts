import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS_LIMIT, eventsOfJson, eventsOfLines, idempotencyKey } from '../../src/http/event_body.js';
import { Problem } from '../../src/http/problem.js';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return 'none';
};

test('JSON: one event, or an array of them', () => {
  assert.deepEqual(eventsOfJson(Buffer.from('{"a":1}')), [{ json: { a: 1 } }]);
  assert.deepEqual(eventsOfJson(Buffer.from('[{"a":1},2]')), [{ json: { a: 1 } }, { json: 2 }]);
  assert.equal(
    codeOf(() => eventsOfJson(Buffer.from('[]'))),
    'empty_body',
  );
  assert.equal(
    codeOf(() => eventsOfJson(Buffer.from(`[${'0,'.repeat(EVENTS_LIMIT)}0]`))),
    'body_too_large',
  );
});

test('lines: each keeps its text, blank ones do not count, a bad one spoils no other', () => {
  const events = eventsOfLines(Buffer.from('\ufeff{"a":1}\r\n\n  \n{"a":\n[1]'));
  assert.deepEqual(
    events.map((event) => ('json' in event ? event.json : event.rejected.code)),
    [{ a: 1 }, 'invalid_json', [1]],
  );
  assert.equal('text' in events[0]! && events[0].text?.trim(), '{"a":1}');
  assert.equal(
    codeOf(() => eventsOfLines(Buffer.from(' \n\r\n'))),
    'empty_body',
  );
  assert.equal(
    codeOf(() => eventsOfLines(Buffer.from('0\n'.repeat(EVENTS_LIMIT + 1)))),
    'body_too_large',
  );
});

test('lines: one that is not UTF-8 is refused alone', () => {
  const body = Buffer.concat([Buffer.from('{"a":"é"}\n"'), Buffer.from([0xff]), Buffer.from('"\n{"b":2}')]);
  assert.deepEqual(
    eventsOfLines(body).map((event) => ('json' in event ? event.json : event.rejected.code)),
    [{ a: 'é' }, 'invalid_utf8', { b: 2 }],
  );
});

test('an Idempotency-Key has 1 to 255 characters', () => {
  assert.equal(idempotencyKey(undefined), null);
  assert.equal(idempotencyKey('k'), 'k');
  assert.equal(
    codeOf(() => idempotencyKey('')),
    'invalid_parameter',
  );
  assert.equal(
    codeOf(() => idempotencyKey('k'.repeat(256))),
    'invalid_parameter',
  );
});
