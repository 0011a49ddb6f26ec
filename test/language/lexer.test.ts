import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lex } from '../../src/language/lexer.js';
import { hold } from '../support/property.js';

const TEXTS: readonly (readonly [text: string, ...tokens: readonly string[]])[] = [
  ['a->b', 'word a', '-> ->', 'word b'],
  ['a - > b', 'word a', '- -', '> >', 'word b'],
  ['a--b\nc', 'word a', 'word c'],
  ['a /* b \n * / */ c /**/ d', 'word a', 'word c', 'word d'],
  ['{-a-} {,3}', '{- {-', 'word a', '-} -}', '{ {', ', ,', 'integer 3', '} }'],
  ['a*?b+?c??', 'word a', '* *', '? ?', 'word b', '+ +', '? ?', 'word c', '? ?', '? ?'],
  ['a||b|c', 'word a', '|| ||', 'word b', '| |', 'word c'],
  ['<> != <= >= < > =', '<> <>', '!= !=', '<= <=', '>= >=', '< <', '> >', '= ='],
  [
    '1 1.5 .5 1e3 2.5E-3 7.',
    'integer 1',
    'number 1.5',
    'number .5',
    'number 1e3',
    'number 2.5E-3',
    'integer 7',
    '. .',
  ],
  ["'it''s' ''", "string it's", 'string '],
  ['"a ""b""" "From"', 'quoted a "b"', 'quoted From'],
  [':limit', 'parameter limit'],
  ['select Größe sElEcT', 'reserved select', 'word Größe', 'reserved sElEcT'],
  ['left cast at', 'clause left', 'form cast', 'word at'],
  ['x<-1', 'word x', '< <', '- -', 'integer 1'],
  ['tags[1].x', 'word tags', '[ [', 'integer 1', '] ]', '. .', 'word x'],
  ['\uFEFFa\u00a0b\r\n\tc', 'word a', 'word b', 'word c'],
  // The upper case of the dotless i is an ASCII I: it must not make a key word.
  ['ıN', 'word ıN'],
];

for (const [text, ...expected] of TEXTS) {
  test(`lex ${JSON.stringify(text)}`, () => {
    const tokens = lex(text).map(
      ({ type, value, text: own }) => `${type === 'operator' ? own : type} ${value}`,
    );
    assert.deepEqual(tokens, expected);
  });
}

const BAD: readonly (readonly [text: string, at: number, token: string])[] = [
  ["a 'b", 2, "'"],
  ["a 'b''", 2, "'"],
  ["a '", 2, "'"],
  ['a "b""', 2, '"'],
  ['a ""', 2, '""'],
  ['a /* b', 2, '/*'],
  ['a /*/', 2, '/*'],
  ['a # b', 2, '#'],
  ['1abc', 0, '1abc'],
  ['a 😀', 2, '😀'],
  ['a \ud800', 2, '\ud800'],
  ['a\u0000', 1, '\u0000'],
];

for (const [text, at, token] of BAD) {
  test(`nothing fits in ${JSON.stringify(text)}`, () => {
    const last = lex(text).at(-1);
    assert.deepEqual(
      { type: last?.type, text: last?.text, start: last?.span.start },
      { type: 'bad', text: token, start: at },
    );
  });
}

test('tokens cover their places, in order, whatever the text', (t) => {
  const piece = fc.oneof(
    fc.constantFrom(
      'a',
      'FROM',
      "'",
      '"',
      '""',
      '/*',
      '*/',
      '--',
      '\n',
      ' ',
      '->',
      '{-',
      '-}',
      '1',
      '.',
      'e',
      ':',
      '|',
      '😀',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  hold(
    t,
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      let end = 0;
      for (const token of lex(text)) {
        assert.ok(token.span.start >= end && token.span.end > token.span.start);
        end = token.span.end;
        const source = text.slice(token.span.start, end);
        assert.ok(source === token.text || source.toUpperCase() === token.text);
      }
      assert.ok(end <= text.length);
    }),
    { numRuns: 500 },
  );
});
