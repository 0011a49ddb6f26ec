import type { Statement } from './ast.js';
import { read } from './chart.js';
import type { Diagnostic } from './diagnostic.js';
import { lex } from './lexer.js';
import { checkDepth, checkLength, checkTokens, refusal } from './limits.js';
import { checkQuantifiers } from './quantifiers.js';
import { describeBadToken, describeSyntaxError } from './syntax_error.js';
import type { Token } from './token.js';
import { findUnbuilt } from './unbuilt.js';

export interface Parsed {
  readonly statements: readonly Statement[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads statements separated by `;`. A syntax error, or a text past the limits of language.md 6, gives one diagnostic and no
 * statement; what is not built gives one for each such statement, beside the others that are whole. Never throws on any text,
 * and takes time and memory in proportion to at most 32 kB.
 */
export function parse(text: string): Parsed {
  const tooLong = checkLength(text);
  if (tooLong !== null) return refused(tooLong);
  const tokens = lex(text);
  const tooMuch = checkTokens(tokens);
  if (tooMuch !== null) return refused(tooMuch);
  const bad = tokens.at(-1);
  if (bad?.type === 'bad') return refused(describeBadToken(bad));

  const statements: Statement[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const part of split(tokens)) {
    const unbuilt = findUnbuilt(part.tokens);
    if (unbuilt !== null) {
      diagnostics.push(unbuilt);
      continue;
    }
    const reading = read(part.tokens);
    const [statement] = reading.trees;
    if (statement === undefined) return refused(describeSyntaxError(part.tokens, part.end, reading));
    const problems = [
      checkDepth(statement) ?? checkWatermarks(statement, part.tokens) ?? checkQuantifiers(statement),
    ].flat();
    if (problems.length > 0) return { statements: [], diagnostics: problems };
    statements.push(statement);
  }
  return { statements, diagnostics };
}

function refused(diagnostic: Diagnostic): Parsed {
  return { statements: [], diagnostics: [diagnostic] };
}

/** The tokens of each statement, and the `;` behind it: null for the last one. */
function split(
  tokens: readonly Token[],
): { readonly tokens: readonly Token[]; readonly end: Token | null }[] {
  const parts = [];
  let start = 0;
  for (let i = 0; i <= tokens.length; i++) {
    const token = tokens[i];
    if (token !== undefined && token.text !== ';') continue;
    if (i > start) parts.push({ tokens: tokens.slice(start, i), end: token ?? null });
    start = i + 1;
  }
  return parts;
}

/** The tree has room for one WATERMARK; a second one is only to be seen in the tokens. */
function checkWatermarks(statement: Statement, tokens: readonly Token[]): Diagnostic | null {
  if (statement.kind !== 'create_stream') return null;
  const found = tokens.filter((token, i) => token.text === 'WATERMARK' && tokens[i + 1]?.text === 'FOR');
  const [, second] = found;
  if (second === undefined) return null;
  return refusal('duplicate_watermark', 'a stream has one WATERMARK', {
    span: second.span,
    hint: 'keep the column that holds the event time',
  });
}
