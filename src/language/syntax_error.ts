import { type Reading, read } from './chart.js';
import type { Diagnostic } from './diagnostic.js';
import { nearest } from './edit_distance.js';
import { describeExpected, unlisted } from './expected.js';
import { refusal } from './limits.js';
import type { Token } from './token.js';

const WORD = /^[A-Z_]+$/;

/**
 * The error for a statement that the grammar did not read: what was expected and what was found, in the user's words, made
 * from the token and the expected set only. `end` is the `;` behind the statement.
 */
export function describeSyntaxError(
  tokens: readonly Token[],
  end: Token | null,
  reading: Reading,
): Diagnostic {
  const { taken, expected } = reading;
  const before = tokens[taken - 1] ?? null;
  const found = tokens[taken] ?? end;
  const closing = before?.span.end ?? 0;
  const span = found?.span ?? { start: closing, end: closing };
  const what = found === null ? 'the end of the text' : quote(found.value, found);
  const message = `expected ${describeExpected(expected, isWhole(tokens, taken))}, found ${what}`;
  const hint =
    (found === end ? null : hintFor(found!, tokens[taken + 1] ?? null, before, reading, tokens)) ??
    spelling(tokens, taken) ??
    (found === end || expected.has(')') ? unclosed(tokens.slice(0, taken)) : null);
  return refusal('syntax_error', message, { span, hint });
}

/** The error for a place that no token fits. */
export function describeBadToken({ text, span }: Token): Diagnostic {
  const say = (code: string, message: string, hint: string | null = null) =>
    refusal(code, message, { span, hint });
  if (text === "'")
    return say('unterminated_text', "a text in '...' has no end", "write '' for a quote within it");
  if (text === '/*') return say('unterminated_comment', 'a comment /* has no */');
  if (text === '""') return say('syntax_error', 'a name in "..." is empty');
  if (text === '"')
    return say('unterminated_name', 'a name in "..." has no end', 'write "" for a quote within it');
  if (/^[0-9.]/.test(text)) {
    return say(
      'syntax_error',
      `\`${clip(text)}\` is neither a number nor a name`,
      'a name that begins with a digit is quoted',
    );
  }
  return say('syntax_error', `\`${printable(text)}\` has no meaning here`, CHARACTERS[text] ?? null);
}

const CHARACTERS: Readonly<Record<string, string>> = {
  '‘': "texts stand between straight quotes: '...'",
  '’': "texts stand between straight quotes: '...'",
  '“': 'names stand between straight quotes: "..."',
  '”': 'names stand between straight quotes: "..."',
  '`': 'names stand between double quotes: "..."',
  '&': 'write AND',
  '!': 'write <> for "not equal", or NOT',
  ':': 'a parameter is a colon and a name, :limit; another type is CAST(x AS VARCHAR)',
  '~': 'write REGEXP_LIKE(text, pattern)',
};

const COMPARISONS = ['=', '<>', '!=', '<', '<=', '>', '>='];
const FOLLOWS_A_NAME = [',', '.', '[', 'AS', 'FROM', 'IS', 'IN', 'LIKE', 'BETWEEN', ...COMPARISONS];
const CLAUSES = [
  'PARTITION',
  'ORDER',
  'MEASURES',
  'ONE',
  'ALL',
  'AFTER',
  'PATTERN',
  'WITHIN',
  'EMIT',
  'SUBSET',
  'DEFINE',
];

/** What is most likely meant by a token that does not fit, where its neighbours tell. */
function hintFor(
  found: Token,
  next: Token | null,
  before: Token | null,
  { expected }: Reading,
  tokens: readonly Token[],
): string | null {
  const inPattern = expected.has('^');
  const place = tokens.indexOf(found);
  const adjacent = before !== null && before.span.end === found.span.start;
  if (found.text === '||' && inPattern) return 'an alternative is written with one bar: a | b';
  if (found.text === ',' && inPattern) return 'rows one behind the other stand without a comma: a b';
  if (found.text === '-' && inPattern) return 'a gap is written ->, without a space in it';
  if (found.text === '=' && before?.text === '=' && adjacent) return 'equality is written with one =';
  if (before?.text === '->' && ['*', '+', '?', '{'].includes(found.text)) {
    return 'a gap cannot be repeated by itself; repeat a group that ends with it: (a ->)*';
  }
  if (COMPARISONS.includes(found.text) && expected.has('AND')) {
    return 'comparisons do not chain: join two of them with AND, or use parentheses';
  }
  if (found.type === 'string' && (before?.text === 'DATE' || before?.text === 'TIME')) {
    return "write TIMESTAMP '2026-11-23 21:05:00'";
  }
  if (found.type === 'string' && expected.has('%quoted') && !expected.has('%string')) {
    return 'names stand between double quotes: "..."';
  }
  if (found.text === ')' && before?.text === '(' && inPattern)
    return 'the empty pattern is written () within it: (())';
  if (before?.text === ',' && (found.text === 'FROM' || found.text === ')'))
    return 'the comma before it is one too many';
  if (
    found.type === 'reserved' &&
    expected.has('%quoted') &&
    (!expected.has('%string') || FOLLOWS_A_NAME.includes(next?.text ?? ''))
  ) {
    return `${found.text} is a reserved word: as a name it is written "${found.value}"`;
  }
  if (before?.type === 'string' && /[a-z]/i.test(before.value) && tokens[place - 2]?.text === 'INTERVAL') {
    return "the number stands in the quotes, the unit behind them: INTERVAL '10' MINUTE";
  }
  if (before !== null && /^\d/.test(before.text) && tokens[place - 2]?.text === 'WITHIN') {
    return `write WITHIN INTERVAL '${clip(before.value)}' MINUTE`;
  }
  if (found.text === 'ILIKE') return "write LOWER(x) LIKE 'a%'";
  const meant = WORD.test(found.text) ? nearest(found.text, words(expected)) : null;
  if (meant !== null) return `did you mean ${meant}?`;
  const clause = tokens.slice(0, place).findLast(({ text }) => CLAUSES.includes(text))?.text;
  if (clause === 'MEASURES' && expected.has('AS') && CLAUSES.includes(found.text)) {
    return 'a measure has a name: MEASURES a.price AS price';
  }
  if (CLAUSES.includes(found.text) && tokens.slice(0, place).some(({ text }) => text === 'MATCH_RECOGNIZE')) {
    return 'the order is PARTITION BY, ORDER BY, MEASURES, ... PER MATCH, AFTER MATCH, PATTERN, WITHIN, EMIT EARLIEST, SUBSET, DEFINE';
  }
  return null;
}

/** A misspelt key word is often taken for a name, and only what follows it does not fit: looks one token back. */
function spelling(tokens: readonly Token[], taken: number): string | null {
  const before = tokens[taken - 1];
  if (before === undefined || before.type !== 'word' || before.text.length < 4) return null;
  const meant = nearest(before.text, words(read(tokens.slice(0, taken - 1)).expected));
  return meant === null || meant === before.text
    ? null
    : `did you mean ${meant} instead of \`${clip(before.value)}\`?`;
}

function words(expected: ReadonlySet<string>): string[] {
  return [...expected].filter((text) => WORD.test(text) && !unlisted(text));
}

/** The innermost bracket that is still open. */
function unclosed(tokens: readonly Token[]): string | null {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.type !== 'operator') continue;
    if ('([{'.includes(token.text[0]!) && token.text !== '-}') open.push(token);
    else if (')]}'.includes(token.text.at(-1)!)) open.pop();
  }
  const last = open.at(-1);
  if (last === undefined) return null;
  const next = tokens[tokens.indexOf(last) - 1];
  const where = next !== undefined && next.type !== 'operator' ? ` behind ${clip(next.value)}` : '';
  return `the \`${last.text}\`${where} is not closed yet`;
}

/** Whether the tokens taken make a statement by themselves, so that its end could come. */
function isWhole(tokens: readonly Token[], taken: number): boolean {
  return taken < tokens.length && read(tokens.slice(0, taken)).trees.length > 0;
}

function quote(value: string, { type }: Token): string {
  if (type === 'string') return `the text '${clip(value)}'`;
  return `\`${type === 'parameter' ? ':' : ''}${clip(value)}\``;
}

function clip(value: string): string {
  const characters = [...value];
  return printable(characters.length > 40 ? `${characters.slice(0, 40).join('')}...` : value);
}

/** Control characters are shown by their code, so that a message stays one line and moves no cursor. */
function printable(value: string): string {
  return value.replace(/[\p{C}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return `U+${code}`;
  });
}
