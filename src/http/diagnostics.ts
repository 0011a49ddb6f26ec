import type { Diagnostic, Severity } from '../language/diagnostic.js';
import { locate, render } from '../language/locate.js';

/** A diagnostic with its place, as the API writes it. */
export interface TextError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** In UTF-16 units. */
  readonly length: number;
  /** The source line with a caret below the place. */
  readonly context: string;
}

/** The diagnostics of one severity, in order of their places. */
export function textErrors(
  text: string,
  diagnostics: readonly Diagnostic[],
  severity: Severity,
): TextError[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.severity === severity)
    .sort((a, b) => a.span.start - b.span.start)
    .map((diagnostic) => textError(text, diagnostic));
}

/** Line, column, and both lines of context for an offset. */
export function placeIn(
  text: string,
  offset: number,
): { line: number; column: number; length: number; context: string } {
  const span = { start: offset, end: offset + 1 };
  const { line, column, length, context } = textError(text, {
    code: '',
    severity: 'error',
    message: '',
    hint: null,
    span,
  });
  return { line, column, length, context };
}

function textError(text: string, diagnostic: Diagnostic): TextError {
  const { code, message, hint, span } = diagnostic;
  return {
    code,
    message,
    hint,
    ...locate(text, span.start),
    length: span.end - span.start,
    context: contextOf(text, diagnostic),
  };
}

/** The two lines that `render` shows below its head. */
function contextOf(text: string, diagnostic: Diagnostic): string {
  const [, ...shown] = render(text, { ...diagnostic, message: '', hint: null }).split('\n');
  return shown.map((line) => line.slice(2)).join('\n');
}
