import moo from 'moo';
import { CLAUSE, FORM, RESERVED } from './keywords.js';
import type { Token, TokenType } from './token.js';

// Every rule takes time in proportion to what it matches: an end that is missing is matched as well and found out afterwards,
// so that no text of many openings is scanned once for each.
const RULES = moo.compile({
  space: { match: /[\s\uFEFF]+/u, lineBreaks: true },
  comment: [{ match: /--[^\r\n]*/u }, { match: /\/\*[\s\S]*?(?:\*\/|(?![\s\S]))/u, lineBreaks: true }],
  string: { match: /'[^']*(?:''[^']*)*'?/u, lineBreaks: true },
  quoted: { match: /"[^"]*(?:""[^"]*)*"?/u, lineBreaks: true },
  number: /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\p{L}\p{N}_])/u,
  parameter: /:[\p{L}_][\p{L}\p{M}\p{N}_]*/u,
  word: /[\p{L}_][\p{L}\p{M}\p{N}_]*/u,
  operator: [
    ...['->', '{-', '-}', '<>', '!=', '<=', '>=', '||'],
    ...[
      '|',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ',',
      '.',
      ';',
      '*',
      '+',
      '-',
      '/',
      '%',
      '=',
      '<',
      '>',
      '?',
      '^',
      '$',
    ],
  ],
  bad: moo.error,
});

/**
 * The tokens of a text, without white space and comments. Never throws: where nothing fits, or a quote or comment has no end,
 * the last token is `bad` and begins there. Offsets are UTF-16 units.
 */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { type, offset, text: source } of RULES.reset(text)) {
    if (type === 'space') continue;
    if (!isWhole(type, source)) {
      tokens.push(bad(text, offset));
      return tokens;
    }
    if (type !== 'comment') tokens.push(tokenOf(type as TokenType, source, offset));
  }
  return tokens;
}

function tokenOf(type: TokenType, source: string, start: number): Token {
  const span = { start, end: start + source.length };
  switch (type) {
    case 'word': {
      // Only ASCII is folded: the upper case of some other letters is an ASCII letter.
      const text = /^[A-Za-z_0-9]+$/.test(source) ? source.toUpperCase() : source;
      return { type: classOf(text), text, value: source, span };
    }
    case 'string':
      return { type, text: source, value: source.slice(1, -1).replaceAll("''", "'"), span };
    case 'quoted':
      return { type, text: source, value: source.slice(1, -1).replaceAll('""', '"'), span };
    case 'number':
      return { type: /^[0-9]+$/.test(source) ? 'integer' : 'number', text: source, value: source, span };
    case 'parameter':
      return { type, text: source, value: source.slice(1), span };
    default:
      return { type, text: source, value: source, span };
  }
}

function classOf(word: string): TokenType {
  if (RESERVED.has(word)) return 'reserved';
  if (CLAUSE.has(word)) return 'clause';
  return FORM.has(word) ? 'form' : 'word';
}

/** Whether what was opened is closed: a closed quote holds an even number of its quotation marks. */
function isWhole(type: string | undefined, source: string): boolean {
  switch (type) {
    case 'bad':
      return false;
    case 'comment':
      return source.startsWith('--') || (source.length > 3 && source.endsWith('*/'));
    case 'string':
      return source.split("'").length % 2 === 1;
    case 'quoted':
      return source.split('"').length % 2 === 1 && source !== '""';
    default:
      return true;
  }
}

function bad(text: string, start: number): Token {
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const source = /^(?:\/\*|""|[0-9.][\p{L}\p{N}_.]*)/u.exec(text.slice(start, start + 40))?.[0] ?? character;
  return { type: 'bad', text: source, value: source, span: { start, end: start + source.length } };
}
