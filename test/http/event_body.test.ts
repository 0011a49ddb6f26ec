import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_VALUES } from '../../src/event/json.js';
import { Lines } from '../../src/event/lines.js';
import { undeclaredSchema } from '../../src/event/schema.js';
import { EVENTS_LIMIT, eventsOfJson, eventsOfLines, idempotencyKey } from '../../src/http/event_body.js';
import { Problem } from '../../src/http/problem.js';
import { Intake } from '../../src/runtime/intake.js';

const codeOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return 'none';
};

test('JSON: one event, or an array of them', async () => {
  const one = { json: { a: 1 }, text: '{"a":1}' };
  assert.deepEqual(await eventsOfJson(Buffer.from('{"a":1}')), [one]);
  assert.deepEqual(await eventsOfJson(Buffer.from('\ufeff\n[ {"a":1}\n,2]')), [one, { json: 2, text: '2' }]);
  assert.equal(await codeOf(() => eventsOfJson(Buffer.from('[]'))), 'empty_body');
  assert.equal(
    await codeOf(() => eventsOfJson(Buffer.from(`[${'0,'.repeat(EVENTS_LIMIT)}0]`))),
    'body_too_large',
  );
});

test('lines: each keeps its text, blank ones do not count, a bad one spoils no other', async () => {
  const events = await eventsOfLines(Buffer.from('\ufeff{"a":1}\r\n\n  \n\u00a0\u2003\n\f\n{"a":\n [1]'));
  assert.ok(events instanceof Lines);
  assert.deepEqual(
    Array.from({ length: events.length }, (_, line) => events.text(line)),
    ['{"a":1}\r', '{"a":', ' [1]'],
  );
  assert.equal(await codeOf(() => eventsOfLines(Buffer.from(' \n\r\n'))), 'empty_body');
  assert.equal(
    await codeOf(() => eventsOfLines(Buffer.from('0\n'.repeat(EVENTS_LIMIT + 1)))),
    'body_too_large',
  );
});

test('lines: one that is not UTF-8 is refused alone', async () => {
  const body = Buffer.concat([Buffer.from('{"a":"é"}\n"'), Buffer.from([0xff]), Buffer.from('"\n{"b":2}')]);
  const events = await eventsOfLines(body);
  assert.ok(!(events instanceof Lines));
  assert.deepEqual(
    events.map((event) => ('json' in event ? event.json : event.rejected.code)),
    [{ a: 'é' }, 'invalid_utf8', { b: 2 }],
  );
});

test('an Idempotency-Key has 1 to 255 characters', async () => {
  assert.equal(idempotencyKey(undefined), null);
  assert.equal(idempotencyKey('k'), 'k');
  assert.equal(await codeOf(() => idempotencyKey('')), 'invalid_parameter');
  assert.equal(await codeOf(() => idempotencyKey('k'.repeat(256))), 'invalid_parameter');
});

test('an event has so many values and no more: alone, in an array, on a line', async () => {
  const wide = (values: number) => `{"a":[${'0,'.repeat(values - 3)}0]}`;
  const fits = wide(MAX_VALUES);
  const wider = wide(MAX_VALUES + 1);
  assert.equal((await eventsOfJson(Buffer.from(`[${fits},${fits}]`))).length, 2);
  assert.equal(await codeOf(() => eventsOfJson(Buffer.from(wider))), 'too_many_values');
  assert.equal(await codeOf(() => eventsOfJson(Buffer.from(`[1,${wider}]`))), 'too_many_values');
  const lines = new Intake(await eventsOfLines(Buffer.from(`{}\n${wider}\n${fits}`)), undeclaredSchema('s'));
  const codes = [0, 1, 2].map((index) => {
    const event = lines.read(index);
    return 'code' in event ? event.code : null;
  });
  assert.deepEqual(codes, [null, 'too_many_values', null]);
});
