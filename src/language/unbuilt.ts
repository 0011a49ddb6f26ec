import type { Diagnostic } from './diagnostic.js';
import { refusal } from './limits.js';
import type { Token } from './token.js';

/** Statements by their first words. The name is what the error calls them. */
const STATEMENTS: readonly (readonly [name: string, ...words: readonly string[]])[] = [
  ['CREATE TABLE', 'CREATE', 'TABLE'],
  ['CREATE VIEW', 'CREATE', 'VIEW'],
  ['CREATE VIEW', 'CREATE', 'MATERIALIZED', 'VIEW'],
  ['INSERT INTO', 'INSERT', 'INTO'],
  ['WITH (a common table expression)', 'WITH'],
];

/** Forms within a statement that no rule of the grammar has a place for. */
const FORMS: readonly (readonly [name: string, ...words: readonly string[]])[] = [
  ['a subquery', '(', 'SELECT'],
  ['a subquery', '(', 'WITH'],
  ['OVER (a window function)', ')', 'OVER'],
  ['WITH (a common table expression)', 'AS', 'WITH'],
];

/** What a statement uses that language.md names or SQL has and that is not built; null when there is nothing of the kind. */
export function findUnbuilt(tokens: readonly Token[]): Diagnostic | null {
  for (const [name, ...words] of STATEMENTS) {
    if (matches(tokens, 0, words)) return notBuilt(name, tokens[0]!, tokens[words.length - 1]!);
  }
  for (let i = 0; i + 1 < tokens.length; i++) {
    for (const [name, ...words] of FORMS) {
      if (matches(tokens, i, words)) return notBuilt(name, tokens[i + 1]!, tokens[i + 1]!);
    }
  }
  return null;
}

function matches(tokens: readonly Token[], at: number, words: readonly string[]): boolean {
  return words.every((word, i) => tokens[at + i]?.text === word);
}

function notBuilt(name: string, from: Token, to: Token): Diagnostic {
  return refusal('not_built', `${name} is not built yet`, {
    span: { start: from.span.start, end: to.span.end },
    hint: 'what there is: CREATE STREAM, CREATE RULE, and SELECT with WHERE or MATCH_RECOGNIZE',
  });
}
