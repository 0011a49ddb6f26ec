import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPage } from './page.js';
import { markedIn, TABLES, withTables } from './tables.js';

test('each table that is made from the code stands on the page once', () => {
  assert.deepEqual(markedIn(readPage()).sort(), Object.keys(TABLES).sort());
});

test('the tables are those of the code (npx tsx test/reference/write.ts brings them up to date)', () => {
  const page = readPage();
  assert.deepEqual(page.split('\n'), withTables(page).split('\n'));
});
