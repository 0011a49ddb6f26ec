import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** What is said of the language in so many points and forms: each has a case worked out by hand, whose heading begins with it. */
const POINTS = Array.from({ length: 26 }, (_, i) => String(i + 1));
const FORMS = [
  ...['gap', 'NOT in a gap', 'NOT at the end', 'NOT at the start', 'EMIT EARLIEST', 'NO SKIP'],
  ...['WITHIN', 'TIMED OUT MATCHES', 'several streams', 'parameters'],
].map((form) => `4 ${form}`);

const headings = ['test/language/golden', 'test/runtime/golden'].flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.golden'))
    .flatMap((file) => [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/^== (.*)$/gm)])
    .map(([, heading]) => heading ?? ''),
);

test('every point of the semantics and every extension has a golden case', () => {
  const tags = new Set(headings.map((heading) => /^([^:]*):/.exec(heading)?.[1]));
  assert.deepEqual(
    [...POINTS, ...FORMS].filter((each) => !tags.has(each)),
    [],
  );
});

test('no two golden cases are called alike', () => {
  assert.deepEqual(
    headings.filter((heading, i) => headings.indexOf(heading) !== i),
    [],
  );
});
