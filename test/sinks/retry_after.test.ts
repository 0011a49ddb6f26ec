import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfter } from '../../src/sinks/retry_after.js';

const NOON = Date.parse('2026-11-24T12:00:00Z');

const HEADERS: readonly (readonly [header: string | string[] | undefined, milliseconds: number | null])[] = [
  ['0', 0],
  ['120', 120_000],
  [' 7 ', 7_000],
  [['30', '60'], 30_000],
  ['Tue, 24 Nov 2026 12:01:00 GMT', 60_000],
  ['Tuesday, 24-Nov-26 12:01:00 GMT', 60_000],
  ['Tue Nov 24 12:01:00 2026', 60_000],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['-1', null],
  ['1.5', null],
  ['soon', null],
  ['2026-11-24', null],
  ['99999999999', null],
  ['', null],
  [undefined, null],
];

for (const [header, milliseconds] of HEADERS) {
  test(`Retry-After: ${header} is ${milliseconds} ms`, () => {
    assert.equal(retryAfter(header, NOON), milliseconds);
  });
}
