import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../src/event/json.js';
import { type StreamSchema, undeclaredSchema } from '../../src/event/schema.js';
import { readSubject, Subject } from '../../src/event/subject.js';
import type { Type } from '../../src/event/value.js';

const columns: readonly (readonly [string, Type])[] = [
  ['card', { kind: 'VARCHAR' }],
  ['number', { kind: 'BIGINT' }],
  ['price', { kind: 'DECIMAL', precision: 10, scale: 2 }],
  ['ratio', { kind: 'DOUBLE' }],
  ['is_new', { kind: 'BOOLEAN' }],
  ['at', { kind: 'TIMESTAMP' }],
];

const streamOf = (...key: string[]): StreamSchema => ({
  ...undeclaredSchema('payments'),
  ...{ declared: true, key },
  columns: columns.map(([name, type]) => ({ name, type, nullable: true })),
});

/** Of a key text: which of the events it means. */
function taken(schema: StreamSchema, text: string, ...events: Record<string, JsonValue>[]): boolean[] {
  const key = readSubject(schema, text);
  assert.ok(typeof key !== 'string', String(key));
  const subject = new Subject(schema, key);
  return events.map((event) => subject.hasJson(event));
}

test('a key of one column is its value as it is, whatever its type', () => {
  const [card, other] = [{ card: '4000 1234' }, { card: '4000' }];
  assert.deepEqual(taken(streamOf('card'), '4000 1234', card, other, {}), [true, false, false]);
  assert.deepEqual(taken(streamOf('card'), '"4000"', { card: '"4000"' }, other), [true, false]);
  const numbers = [{ number: 12 }, { number: '12' }, { number: 13 }, { number: null }];
  assert.deepEqual(taken(streamOf('number'), '12', ...numbers), [true, true, false, false]);
  assert.deepEqual(taken(streamOf('number'), '9007199254740993', { number: '9007199254740993' }), [true]);
  const prices = [{ price: 1.5 }, { price: '1.50' }, { price: '1.51' }];
  assert.deepEqual(taken(streamOf('price'), '1.5', ...prices), [true, true, false]);
  assert.deepEqual(taken(streamOf('ratio'), '0.5', { ratio: 0.5 }, { ratio: 5e-1 }), [true, true]);
  assert.deepEqual(taken(streamOf('is_new'), 'true', { is_new: true }, { is_new: false }), [true, false]);
  const times = [{ at: '2026-11-24 12:00:00' }, { at: 1_795_521_600_000 }, { at: '2026-11-24' }];
  assert.deepEqual(taken(streamOf('at'), '2026-11-24T12:00:00Z', ...times), [true, true, false]);
});

test('a JSON object names columns, key or not, and NULL is a value', () => {
  const text = '{"card": "a", "number": 1}';
  const events = [{ card: 'a', number: 1 }, { card: 'a', number: 2 }, { card: 'a' }];
  assert.deepEqual(taken(streamOf('card', 'number'), text, ...events), [true, false, false]);
  assert.deepEqual(taken(streamOf('card'), text, ...events), [true, false, false]);
  assert.deepEqual(taken(streamOf(), '{"card": null}', { card: null }, {}, { card: '' }), [
    true,
    true,
    false,
  ]);
  assert.deepEqual(taken(streamOf('card'), '{"card": "{}"}', { card: '{}' }), [true]);
  const open = undeclaredSchema('open');
  const odd = [{ x: [1, { y: 2 }] }, { x: [1, { y: 3 }] }];
  assert.deepEqual(taken(open, '{"x": [1, {"y": 2}]}', ...odd), [true, false]);
  assert.deepEqual(taken(open, '{"__proto__": 1}', JSON.parse('{"__proto__": 1}'), {}), [true, false]);
});

test('an event that fits its stream no more is told by the fields as they are', () => {
  assert.deepEqual(taken(streamOf('card'), 'a', { card: 'a', number: 'none' }, { card: 1 }), [true, false]);
});

test('what says nothing of which events are meant is refused, with what to do', () => {
  const refused = (schema: StreamSchema, text: string): string => {
    const answer = readSubject(schema, text);
    assert.ok(typeof answer === 'string');
    return answer;
  };
  assert.match(refused(streamOf(), 'a'), /has no key: say which events by a JSON object/);
  assert.match(refused(streamOf('card', 'at'), 'a'), /key of 2 columns.*\{"card": \.\.\., "at": \.\.\.\}/);
  assert.match(refused(streamOf('card'), '{'), /begins like a JSON object and is none/);
  assert.match(refused(streamOf('card'), '{}'), /names no column/);
  assert.match(refused(streamOf('card'), '{"Card": 1}'), /no column 'Card'; did you mean 'card'\?/);
  assert.match(refused(streamOf('card'), '{"card": 1}'), /'card' is VARCHAR/);
  assert.match(refused(streamOf('number'), 'x'), /'number' is BIGINT/);
  assert.match(refused(streamOf('ratio'), ''), /'ratio' is DOUBLE/);
});
