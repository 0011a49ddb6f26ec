import type { Diagnostic } from './diagnostic.js';

/** A place as editors count: lines and characters (code points, a tab is one) from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The line's end: LF, CRLF or CR. */
const LINE_END = /\r\n|\n|\r/g;
/** The widest piece of a source line that is shown, in characters. */
const WIDTH = 100;

/** The line and column of an offset (UTF-16 units). One past the end is taken as the end, one within a pair as its start. */
export function locate(text: string, offset: number): Place {
  const { line, start } = lineAt(text, offset);
  return { line, column: [...text.slice(start, clamp(text, offset))].length + 1 };
}

/**
 * A diagnostic as people read it, without a line end behind it:
 *
 *     file:3:11: error[syntax_error]: expected PATTERN, found `PATERN`
 *       PATERN (a b)
 *       ^^^^^^
 *       hint: did you mean PATTERN?
 *
 * A long line is cut round the caret, which stands below the place also behind tabs and wide letters.
 */
export function render(text: string, diagnostic: Diagnostic, file?: string): string {
  const { severity, code, message, hint, span } = diagnostic;
  const { line, column } = locate(text, span.start);
  const place = `${file === undefined ? '' : `${file}:`}${line}:${column}: `;
  const lines = [`${place}${severity}[${code}]: ${message}`];
  const source = sourceLine(text, span.start);
  if (source.length > 0) {
    const shown = excerpt(source, column - 1, markedLength(text, span.start, span.end));
    lines.push(`  ${shown.source}`, `  ${shown.caret}`);
  }
  if (hint !== null) lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}

/** An offset that lies in the text and not within a surrogate pair. */
function clamp(text: string, offset: number): number {
  const inside = Math.max(0, Math.min(offset, text.length));
  const isLow = (text.charCodeAt(inside) & 0xfc00) === 0xdc00;
  return isLow && (text.charCodeAt(inside - 1) & 0xfc00) === 0xd800 ? inside - 1 : inside;
}

function lineAt(text: string, offset: number): { readonly line: number; readonly start: number } {
  const at = clamp(text, offset);
  let line = 1;
  let start = 0;
  for (const { index, 0: end } of text.matchAll(LINE_END)) {
    if (index + end.length > at) break;
    line++;
    start = index + end.length;
  }
  return { line, start };
}

/** The characters of the line that an offset is on, without its end. */
function sourceLine(text: string, offset: number): string[] {
  const { start } = lineAt(text, offset);
  const end = text.slice(start).search(LINE_END);
  return [...text.slice(start, end === -1 ? undefined : start + end)];
}

/** How many characters a span marks on its first line. */
function markedLength(text: string, start: number, end: number): number {
  const marked = text.slice(clamp(text, start), Math.max(end, start));
  return Math.max(1, [...(marked.split(LINE_END)[0] ?? '')].length);
}

function excerpt(line: readonly string[], at: number, length: number): { source: string; caret: string } {
  // A third of the room before the caret, so that what was meant can be seen behind it.
  const from =
    line.length <= WIDTH ? 0 : Math.max(0, Math.min(at - Math.floor(WIDTH / 3), line.length - WIDTH));
  const to = Math.min(line.length, from + WIDTH);
  const [head, tail] = [from > 0 ? '...' : '', to < line.length ? '...' : ''];
  // A tab stays one in the caret's line too: whatever its width, both lines agree.
  const before = line
    .slice(from, at)
    .map((character) => (character === '\t' ? '\t' : ' '.repeat(widthOf(character))));
  const under = line.slice(at, Math.min(to, at + length)).map((character) => '^'.repeat(widthOf(character)));
  return {
    source: head + line.slice(from, to).map(visible).join('') + tail,
    caret: ' '.repeat(head.length) + before.join('') + (under.join('') || '^'),
  };
}

/** Control characters would move the terminal's cursor or colour it: a rule's text may come from anywhere. */
function visible(character: string): string {
  return character !== '\t' && /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(character) ? '\ufffd' : character;
}

/** Columns of a terminal: East Asian wide letters and pictures take two (UAX 11), combining marks none. */
function widthOf(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1;
}
