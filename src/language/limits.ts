import type { Statement } from './ast.js';
import type { Diagnostic, Span } from './diagnostic.js';
import type { Token } from './token.js';

/** Bytes of a text in UTF-8. */
export const MAX_BYTES = 32_768;
export const MAX_TOKENS = 8_000;
/** Brackets and CASE within one another, and signs or NOTs in a row. */
export const MAX_NESTING = 64;
/** Operators of one expression above one another: a chain of that many ANDs, for instance. */
export const MAX_DEPTH = 1_000;

/** A text that is too long, before anything else looks at it. */
export function checkLength(text: string): Diagnostic | null {
  if (text.length <= MAX_BYTES / 3) return null;
  const bytes = text.length > MAX_BYTES ? text.length : new TextEncoder().encode(text).length;
  if (bytes <= MAX_BYTES) return null;
  const size = grouped(Math.ceil(bytes / 1024));
  return refusal(
    'text_too_long',
    `the text is too long: ${size} kB, at most ${MAX_BYTES / 1024} kB are taken`,
    {
      span: { start: 0, end: 0 },
      hint: 'put statements into texts of their own',
    },
  );
}

/** Too many tokens, or nested too deeply for the grammar to be asked. */
export function checkTokens(tokens: readonly Token[]): Diagnostic | null {
  const last = tokens[MAX_TOKENS];
  if (last !== undefined) {
    return refusal(
      'too_many_tokens',
      `the text is too long: at most ${grouped(MAX_TOKENS)} words and signs are taken`,
      { span: last.span, hint: 'put statements into texts of their own' },
    );
  }
  let depth = 0;
  let prefixes = 0;
  for (const token of tokens) {
    depth = Math.max(0, depth + step(token));
    prefixes = ['NOT', '-', '+'].includes(token.text) ? prefixes + 1 : 0;
    if (depth > MAX_NESTING || prefixes > MAX_NESTING) {
      return refusal('too_deep', `the text nests deeper than ${MAX_NESTING} levels`, {
        span: token.span,
        hint: 'leave out parentheses that are not needed, or divide the rule',
      });
    }
  }
  return null;
}

/** What a token does to the nesting: the brackets, and CASE with its END. */
function step({ text, type }: Token): number {
  if (type !== 'operator') return text === 'CASE' ? 1 : text === 'END' ? -1 : 0;
  if (text === '(' || text === '[' || text === '{' || text === '{-') return 1;
  return text === ')' || text === ']' || text === '}' || text === '-}' ? -1 : 0;
}

/** A tree that would be too deep for what walks it. */
export function checkDepth(statement: Statement): Diagnostic | null {
  const open: [object, number][] = [[statement, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    if (depth > MAX_DEPTH) {
      return refusal('too_deep', `an expression chains more than ${grouped(MAX_DEPTH)} operators`, {
        span: 'span' in node ? (node.span as Span) : statement.span,
        hint: 'write IN (...) for many comparisons with one value, or group parts with parentheses',
      });
    }
    for (const child of Object.values(node)) {
      if (child === null || typeof child !== 'object') continue;
      open.push([child, Array.isArray(child) ? depth : depth + 1]);
    }
  }
  return null;
}

export function refusal(
  code: string,
  message: string,
  { span, hint = null }: { readonly span: Span; readonly hint?: string | null },
): Diagnostic {
  return { code, severity: 'error', message, hint, span };
}

/** A whole number with its thousands set apart, the same in every locale: `10,000`. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:[0-9]{3})+$)/g, ',');
}
