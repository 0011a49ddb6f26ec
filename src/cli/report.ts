import { locate, render } from '../language/locate.js';
import type { Problem } from './rule-files.js';

/** A problem as `check --json` writes it, for editors: line and column from 1, length in UTF-16 units. */
export interface ProblemRecord {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string | null;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

const RED = '\u001b[31m';
const YELLOW = '\u001b[33m';
const PLAIN = '\u001b[0m';

/** Problems as people read them: place, message, source line, caret, hint; a blank line between two. */
export function renderProblems(problems: readonly Problem[], color: boolean): string {
  return problems.map((problem) => renderProblem(problem, color)).join('\n');
}

function renderProblem({ file, diagnostic }: Problem, color: boolean): string {
  const text = `${render(file.text, diagnostic, file.path).trimEnd()}\n`;
  if (!color) return text;
  const paint = diagnostic.severity === 'error' ? RED : YELLOW;
  return text.replace(`${diagnostic.severity}[${diagnostic.code}]`, (label) => `${paint}${label}${PLAIN}`);
}

/** A problem as data. */
export function problemRecord({ file, diagnostic }: Problem): ProblemRecord {
  const { code, severity, message, hint, span } = diagnostic;
  const { line, column } = locate(file.text, span.start);
  return { code, severity, message, hint, file: file.path, line, column, length: span.end - span.start };
}

/** In the order of the files, then of the places in them. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return [...problems].sort(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) || a.diagnostic.span.start - b.diagnostic.span.start,
  );
}

export function isError({ diagnostic }: Problem): boolean {
  return diagnostic.severity === 'error';
}

/** `1 rule`, `2 rules`, `2 matches`. */
export function count(number: number, noun: string, plural = 's'): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : plural}`;
}
