import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Line, Lines, LONGEST_LINE } from '../../src/cli/lines.js';
import { hold } from '../support/property.js';

function all(chunks: readonly Uint8Array[]): Line[] {
  const lines = new Lines();
  return [...chunks.flatMap((chunk) => lines.push(Buffer.from(chunk))), ...lines.end()];
}

function texts(text: string): (string | undefined)[] {
  return all([Buffer.from(text)]).map((line) => ('text' in line ? line.text : undefined));
}

test('lines end with LF or CRLF, the last one with or without', () => {
  assert.deepEqual(texts('a\nb\r\n\nc'), ['a', 'b', '', 'c']);
  assert.deepEqual(texts('a\n'), ['a']);
  assert.deepEqual(texts(''), []);
  assert.deepEqual(texts('a\rb\n'), ['a\rb']);
});

test('a byte order mark at the start is no part of the text', () => {
  assert.deepEqual(texts('\ufeffa\n\ufeffb'), ['a', '\ufeffb']);
});

test('lines count from 1, and a line that is not UTF-8 does not spoil the next', () => {
  const bad = Buffer.from([0x61, 0xff, 0x0a]);
  const found = all([Buffer.from('one\n'), bad, Buffer.from('\ufffd three\n')]);
  assert.deepEqual(found[0], { line: 1, text: 'one' });
  assert.ok(found[1] && 'problem' in found[1] && found[1].problem.code === 'not_utf8' && found[1].line === 2);
  assert.deepEqual(found[2], { line: 3, text: '\ufffd three' });
});

test('UTF-16 is named', () => {
  const [line] = all([Buffer.from('\ufeff{"a":1}\n', 'utf16le')]);
  assert.ok(line && 'problem' in line && /UTF-16/.test(line.problem.message));
});

test('a line beyond the limit is refused without being kept, and the next is read', () => {
  const piece = Buffer.alloc(1024 * 1024, 0x61);
  const lines = new Lines();
  for (let i = 0; i <= LONGEST_LINE / piece.length; i++) assert.deepEqual(lines.push(piece), []);
  const [long, next] = lines.push(Buffer.from('\nb\n'));
  assert.ok(long && 'problem' in long && long.problem.code === 'line_too_long');
  assert.deepEqual(next, { line: 2, text: 'b' });
});

test('property: any chunking gives the same lines', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é', '😀', '\ufeff', ' '), maxLength: 60 });
  hold(
    t,
    fc.property(text, fc.array(fc.nat(80), { maxLength: 6 }), (content, cuts) => {
      const bytes = Buffer.from(content);
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
        (a, b) => a - b,
      );
      const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      assert.deepEqual(all(chunks), all([bytes]));
    }),
    { numRuns: 500 },
  );
});
