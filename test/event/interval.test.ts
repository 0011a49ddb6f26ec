import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatInterval, parseInterval } from '../../src/event/interval.js';
import { hold } from '../support/property.js';

const DAY = 86_400_000;

test('ISO 8601 durations of a fixed length', () => {
  const cases: Readonly<Record<string, number>> = {
    PT0S: 0,
    PT10M: 600_000,
    'P1DT2H3M4.5S': DAY + 2 * 3_600_000 + 3 * 60_000 + 4_500,
    '-PT1S': -1_000,
    '+PT1S': 1_000,
    P2W: 14 * DAY,
    P1W2D: 9 * DAY,
    P3D: 3 * DAY,
    PT90M: 5_400_000,
    'PT0.001S': 1,
    'PT1.0009S': 1_000,
    pt1h: 3_600_000,
  };
  for (const [text, length] of Object.entries(cases)) assert.equal(parseInterval(text), length, text);
});

test('what has no fixed length or another form is null', () => {
  const cases = [
    ...['', 'P', 'PT', 'P1', 'PT1', '-P', 'P1Y', 'P1M', 'PT1.5M', 'P1DT', 'PT1S2M', '10 MINUTES', '600000'],
    ...[' PT1S', 'PT1S ', 'PT-1S', 'PT.5S', 'P999999999W'],
  ];
  for (const text of cases) assert.equal(parseInterval(text), null, text);
});

test('an interval is written in its largest units, without those that are nothing', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, 'PT0S'],
    [-0, 'PT0S'],
    [1, 'PT0.001S'],
    [-1_500, '-PT1.5S'],
    [600_000, 'PT10M'],
    [DAY, 'P1D'],
    [14 * DAY + 3_600_000, 'P14DT1H'],
  ];
  for (const [length, text] of cases) assert.equal(formatInterval(length), text);
});

test('property: an interval comes back from its text', (t) => {
  hold(
    t,
    fc.property(fc.maxSafeInteger(), (length) => {
      assert.equal(parseInterval(formatInterval(length)), length);
    }),
    { numRuns: 1_000 },
  );
});
