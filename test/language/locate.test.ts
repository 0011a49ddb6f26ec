import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Diagnostic } from '../../src/language/diagnostic.js';
import { locate, render } from '../../src/language/locate.js';
import { hold } from '../support/property.js';

const PLACES: readonly (readonly [text: string, offset: number, place: string])[] = [
  ['', 0, '1:1'],
  ['ab', 1, '1:2'],
  ['ab', 9, '1:3'],
  ['ab', -1, '1:1'],
  ['a\nb', 1, '1:2'],
  ['a\nb', 2, '2:1'],
  ['a\r\nb', 1, '1:2'],
  ['a\r\nb', 3, '2:1'],
  ['a\rb', 2, '2:1'],
  ['a\n\n\n', 4, '4:1'],
  ['\tab', 1, '1:2'],
  ['äöx', 2, '1:3'],
  ['😀x', 2, '1:2'],
  ['😀x', 1, '1:1'],
];

for (const [text, offset, place] of PLACES) {
  test(`${offset} in ${JSON.stringify(text)} is ${place}`, () => {
    const { line, column } = locate(text, offset);
    assert.equal(`${line}:${column}`, place);
  });
}

test('places grow with offsets, and lead back to them', (t) => {
  const piece = fc.constantFrom('a', 'ä', '\n', '\r\n', '\r', '\t', '日');
  hold(
    t,
    fc.property(fc.array(piece), fc.nat(), (pieces, at) => {
      const text = pieces.join('');
      const before = pieces.slice(0, at % (pieces.length + 1));
      const offset = before.join('').length;
      // A CR and an LF that meet are one line's end.
      fc.pre(!(text[offset - 1] === '\r' && text[offset] === '\n'));
      const lines = before.join('').split(/\r\n|\n|\r/);
      assert.deepEqual(locate(text, offset), { line: lines.length, column: lines.at(-1)!.length + 1 });
    }),
    { numRuns: 300 },
  );
});

function problem(start: number, end: number, hint: string | null = null): Diagnostic {
  return { code: 'some_code', severity: 'error', message: 'it is wrong', hint, span: { start, end } };
}

/** A rendering's source and caret line. */
function excerptOf(text: string, start: number, end: number): string[] {
  return render(text, problem(start, end)).split('\n').slice(1);
}

test('file, place, source, caret and hint', () => {
  const text = 'SELECT a\r\nFORM s\r\n';
  assert.equal(
    render(text, problem(10, 14, 'did you mean FROM?'), 'rules/a.sql'),
    'rules/a.sql:2:1: error[some_code]: it is wrong\n  FORM s\n  ^^^^\n  hint: did you mean FROM?',
  );
});

test('without a file and without a source line', () => {
  assert.equal(render('', { ...problem(0, 0), severity: 'warning' }), '1:1: warning[some_code]: it is wrong');
});

test('the caret stands below the place', () => {
  assert.deepEqual(excerptOf('\ta\tb', 3, 4), ['  \ta\tb', '  \t \t^']);
  assert.deepEqual(excerptOf("'日本' x", 5, 6), ["  '日本' x", '         ^']);
  assert.deepEqual(excerptOf('日本', 1, 2), ['  日本', '    ^^']);
  assert.deepEqual(excerptOf('e\u0301 x', 3, 4), ['  e\u0301 x', '    ^']);
});

test('a span over several lines is marked on its first, an empty one by one caret', () => {
  assert.deepEqual(excerptOf('ab\ncd', 1, 5), ['  ab', '   ^']);
  assert.deepEqual(excerptOf('ab', 2, 2), ['  ab', '    ^']);
});

test('control characters do not reach the terminal', () => {
  assert.deepEqual(excerptOf('a\u001b[31m x', 7, 8), ['  a\ufffd[31m x', '         ^']);
});

test('a very long line is cut round the caret', () => {
  for (const at of [0, 50, 5_000, 9_999]) {
    const text = `${'x'.repeat(at)}!${'y'.repeat(10_000 - at)}`;
    const [source, caret] = excerptOf(text, at, at + 1);
    assert.ok(source!.length <= 110 && caret!.length <= 110);
    assert.equal(source![caret!.indexOf('^')], '!');
  }
  const [source, caret] = excerptOf('x'.repeat(1_000), 100, 900);
  assert.ok(source!.endsWith('...') && caret!.length < source!.length);
});
