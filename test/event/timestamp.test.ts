import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatTimestamp,
  isTimestamp,
  MAX_TIMESTAMP,
  MIN_TIMESTAMP,
  parseTimestamp,
} from '../../src/event/timestamp.js';
import { hold } from '../support/property.js';

const NINE = Date.UTC(2026, 10, 23, 21, 5, 0);

test('ISO 8601: T or a space, any zone, no zone is UTC, a date is its midnight', () => {
  const cases: Readonly<Record<string, number>> = {
    '2026-11-23T21:05:00.000Z': NINE,
    '2026-11-23T21:05:00Z': NINE,
    '2026-11-23T21:05Z': NINE,
    '2026-11-23 21:05:00': NINE,
    '2026-11-23t21:05:00z': NINE,
    '2026-11-23T21:05:00': NINE,
    '2026-11-23T22:05:00+01:00': NINE,
    '2026-11-23T22:05:00+0100': NINE,
    '2026-11-23T22:05:00+01': NINE,
    '2026-11-23T15:35:00-05:30': NINE,
    '2026-11-23 21:05:00 Z': NINE,
    '2026-11-23T21:05:00.5Z': NINE + 500,
    '2026-11-23T21:05:00,123Z': NINE + 123,
    '2026-11-23T21:05:00.123999999Z': NINE + 123,
    '2026-11-23': Date.UTC(2026, 10, 23),
    '2024-02-29': Date.UTC(2024, 1, 29),
    '0001-01-01T00:00:00Z': MIN_TIMESTAMP,
    '9999-12-31T23:59:59.999Z': MAX_TIMESTAMP,
  };
  for (const [text, time] of Object.entries(cases)) assert.equal(parseTimestamp(text), time, text);
});

test('what is no time is null: a day that is not, a leap second, another form', () => {
  const cases = [
    ...[
      '',
      'noon',
      '12',
      '1700000000000',
      '2026-11',
      '2026-11-23T',
      '2026-11-23T21',
      '20261123',
      '23.11.2026',
    ],
    ...[
      '2026-02-29',
      '2026-00-10',
      '2026-13-01',
      '2026-04-31',
      '2026-11-23T24:00:00Z',
      '2026-11-23T21:60:00Z',
    ],
    ...['2026-11-23T21:05:60Z', '2026-11-23T21:05:00+19:00', '2026-11-23T21:05:00+01:60', '02026-11-23'],
    ...[' 2026-11-23', '2026-11-23 ', '2026-11-23T21:05:00Z\n', '2026-11-23T21:05:00.Z', '2026-11-23Z'],
    ...['0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00', '0000-12-31'],
  ];
  for (const text of cases) assert.equal(parseTimestamp(text), null, text);
});

test('a number is a time when it is whole milliseconds of the years 1 to 9999', () => {
  for (const time of [0, -1, NINE, MIN_TIMESTAMP, MAX_TIMESTAMP]) assert.ok(isTimestamp(time), `${time}`);
  for (const time of [0.5, MIN_TIMESTAMP - 1, MAX_TIMESTAMP + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.ok(!isTimestamp(time), `${time}`);
    assert.throws(() => formatTimestamp(time), RangeError);
  }
});

test('property: a time comes back from its text, which is the one that JavaScript writes', (t) => {
  hold(
    t,
    fc.property(fc.integer({ min: MIN_TIMESTAMP, max: MAX_TIMESTAMP }), (time) => {
      const text = formatTimestamp(time);
      assert.equal(text, new Date(time).toISOString());
      assert.equal(parseTimestamp(text), time);
    }),
    { numRuns: 1_000 },
  );
});

test('property: any text in the form of a time is read as JavaScript reads it, or is no time', (t) => {
  const two = fc.integer({ min: 0, max: 70 }).map((n) => String(n).padStart(2, '0'));
  const year = fc.constantFrom('0001', '1900', '1969', '2000', '2024', '2026', '9999');
  const zone = fc.constantFrom('Z', '.7Z', '.123Z', '.9999Z', '+00:00', '-03:30', '+14:00');
  hold(
    t,
    fc.property(
      year,
      fc.tuple(two, two, two, two, two),
      zone,
      (full, [month, day, hour, minute, second], end) => {
        const text = `${full}-${month}-${day}T${hour}:${minute}:${second}${end}`;
        const time = parseTimestamp(text);
        if (time !== null) assert.equal(time, Date.parse(text), text);
        // JavaScript takes 24:00:00 and days that a month does not have.
        else if (hour !== '24' && Number(day) <= 28) assert.ok(Number.isNaN(Date.parse(text)), text);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('property: the usual forms are read as the others are: small letters are none of them', () => {
  const usual = fc.constantFrom('2026-11-23T21:05:00Z', '2026-11-23T21:05:00.123Z', '2024-02-29T23:59:59Z');
  const character = fc.constantFrom(...'0123456789:-.,TZ/; ', '\u0130', '\u0661', '\u0f30');
  const changes = fc.array(fc.tuple(fc.nat(24), character), { maxLength: 3 });
  fc.assert(
    fc.property(usual, changes, (text, replaced) => {
      let changed = text;
      for (const [at, other] of replaced) changed = changed.slice(0, at) + other + changed.slice(at + 1);
      assert.equal(parseTimestamp(changed), parseTimestamp(changed.toLowerCase()), changed);
    }),
    { numRuns: 5_000 },
  );
});
