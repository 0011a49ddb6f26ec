import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tocsin } from '../cli/capture.js';

const FOLDER = 'rules';
const files = readdirSync(FOLDER);
const names = files.filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -'.sql'.length));

/** Parsed line by line, so that a difference is shown by column; the text is compared besides, for the columns' order. */
function rows(text: string): unknown[] {
  return lines(text).map((line) => JSON.parse(line) as unknown);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

test('every rule has its events and its expected matches, and there is nothing else', () => {
  assert.ok(names.length >= 12);
  const parts = names.flatMap((name) => [`${name}.sql`, `${name}.events.ndjson`, `${name}.expected.ndjson`]);
  const data = files.filter((file) => /\.(sql|ndjson)$/.test(file));
  assert.deepEqual(data.sort(), parts.sort());
  assert.ok(existsSync(join(FOLDER, 'README.md')));
});

test('every rule is in the list of the folder', () => {
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  assert.deepEqual(
    names.filter((name) => !readme.includes(`[${name}](${name}.sql)`)),
    [],
  );
});

for (const name of names) {
  const path = (ending: string): string => join(FOLDER, `${name}${ending}`);

  test(`${name}: the matches are those expected`, async () => {
    const { code, stdout, stderr } = await tocsin(['run', path('.sql'), '--input', path('.events.ndjson')]);
    const expected = readFileSync(path('.expected.ndjson'), 'utf8');
    assert.deepEqual(rows(stdout), rows(expected), stderr);
    assert.deepEqual(lines(stdout), lines(expected));
    assert.equal(stderr, '', 'no line is refused or late, and there is nothing to warn of');
    assert.equal(code, 0);
  });

  test(`${name}: says at its head in two lines what it is for`, () => {
    const [first, second, third] = readFileSync(path('.sql'), 'utf8').split('\n');
    assert.match(first ?? '', /^-- \S/);
    assert.match(second ?? '', /^-- \S/);
    assert.doesNotMatch(third ?? '', /^--/);
  });
}
