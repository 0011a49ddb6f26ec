import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decimal } from '../../src/event/decimal.js';
import { toJson } from '../../src/event/format.js';
import type { JsonValue } from '../../src/event/json.js';
import type { Type, Value } from '../../src/event/value.js';

const of = (kind: 'BOOLEAN' | 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'TIMESTAMP' | 'INTERVAL' | 'ANY'): Type => ({
  kind,
});
const DECIMAL: Type = { kind: 'DECIMAL', precision: 5, scale: 2 };
const NOON = Date.UTC(2026, 10, 24, 12);

const CASES: readonly (readonly [string, Value, Type, JsonValue])[] = [
  ['BOOLEAN', true, of('BOOLEAN'), true],
  ['VARCHAR', 'é', of('VARCHAR'), 'é'],
  ['BIGINT that is safe', 12, of('BIGINT'), 12],
  ['BIGINT beyond, as text', 2n ** 60n, of('BIGINT'), '1152921504606846976'],
  ['DOUBLE', 0.1, of('DOUBLE'), 0.1],
  ['a number that JSON has no form for', Number.POSITIVE_INFINITY, of('DOUBLE'), null],
  ['DECIMAL, as text with its scale', new Decimal(1250n, 2), DECIMAL, '12.50'],
  ['TIMESTAMP', NOON, of('TIMESTAMP'), '2026-11-24T12:00:00.000Z'],
  ['a TIMESTAMP outside the calendar', 1e300, of('TIMESTAMP'), 1e300],
  ['INTERVAL', 90_000, of('INTERVAL'), 'PT1M30S'],
  ['NULL', null, of('TIMESTAMP'), null],
  ['ARRAY', [NOON, null], { kind: 'ARRAY', element: of('TIMESTAMP') }, ['2026-11-24T12:00:00.000Z', null]],
  [
    'ROW, fields that are not declared too',
    { at: NOON, n: 2n ** 60n, rest: { list: [1] } },
    { kind: 'ROW', fields: [{ name: 'at', type: of('TIMESTAMP') }] },
    { at: '2026-11-24T12:00:00.000Z', n: '1152921504606846976', rest: { list: [1] } },
  ],
  ['ANY: a number is no time', NOON, of('ANY'), NOON],
  [
    'ANY: what an expression made',
    [new Decimal(5n, 1), 2n ** 60n],
    of('ANY'),
    ['0.5', '1152921504606846976'],
  ],
];

for (const [name, value, type, json] of CASES) {
  test(`as JSON: ${name}`, () => assert.deepEqual(toJson(value, type), json));
}

test('keys are data', () => {
  const value = JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}') as Value;
  for (const type of [
    of('ANY'),
    { kind: 'ROW', fields: [{ name: '__proto__', type: of('ANY') }] } as const,
  ]) {
    const json = toJson(value, type);
    assert.equal(JSON.stringify(json), '{"__proto__":{"admin":true},"constructor":1}');
    assert.equal(Object.getPrototypeOf(json), Object.prototype);
  }
});
