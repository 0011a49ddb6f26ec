import type { Span } from './diagnostic.js';

/**
 * What a token is. `word` is a name wherever one may stand; `clause`, `form` and `reserved` are the sets of keywords.ts.
 * `bad` is a place that no token fits, and only ever the last one.
 */
export type TokenType =
  | 'word'
  | 'clause'
  | 'form'
  | 'reserved'
  | 'quoted'
  | 'string'
  | 'integer'
  | 'number'
  | 'parameter'
  | 'operator'
  | 'bad';

/** One token: `text` is what the grammar compares (words in upper case), `value` what it stands for. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly value: string;
  readonly span: Span;
}

const TYPES: readonly string[] = [
  ...['word', 'clause', 'form', 'reserved', 'quoted'],
  ...['string', 'integer', 'number', 'parameter', 'operator', 'bad'],
];

/** What the compiled grammar asks for the names behind `%`. */
export const lexer = { has: (type: string): boolean => TYPES.includes(type) };
