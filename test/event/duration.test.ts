import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../src/event/duration.js';
import { hold } from '../support/property.js';

test('a whole number and a unit, in any case, singular or plural', () => {
  const cases: Readonly<Record<string, number>> = {
    '10 SECONDS': 10_000,
    '1 day': 86_400_000,
    '2Weeks': 1_209_600_000,
    ' 5  minute ': 300_000,
    '3 HOURS': 10_800_000,
    '250 milliseconds': 250,
    '0 SECONDS': 0,
  };
  for (const [text, length] of Object.entries(cases)) assert.equal(parseDuration(text), length, text);
});

test('anything else is null', () => {
  const cases = [
    ...['', '10', 'SECONDS', '-1 SECOND', '1.5 HOURS', '1 MONTH', '1 YEAR', 'PT10S', 'off', '1 s'],
    ...['1 SECONDSS', '10 SECONDS 5', '999999999999999 WEEKS', '9999999999999999 SECONDS'],
  ];
  for (const text of cases) assert.equal(parseDuration(text), null, text);
});

test('a duration is written in the largest unit up to a day that divides it', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 SECONDS'],
    [1, '1 MILLISECOND'],
    [1_000, '1 SECOND'],
    [90_000, '90 SECONDS'],
    [120_000, '2 MINUTES'],
    [86_400_000, '1 DAY'],
    [14 * 86_400_000, '14 DAYS'],
  ];
  for (const [length, text] of cases) assert.equal(formatDuration(length), text);
});

test('property: a duration comes back from its text', (t) => {
  const length = fc.oneof(
    fc.nat(),
    fc.tuple(fc.nat(10_000), fc.constantFrom(1_000, 60_000, 3_600_000)).map(([n, unit]) => n * unit),
  );
  hold(
    t,
    fc.property(length, (milliseconds) => {
      assert.equal(parseDuration(formatDuration(milliseconds)), milliseconds);
    }),
    { numRuns: 500 },
  );
});
