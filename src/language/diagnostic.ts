/** A place in a rule's text: offsets in UTF-16 units, `end` exclusive. Line and column are derived from them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Severity = 'error' | 'warning';

/** One thing to say about a text: a stable code, a one-line message in the user's terms, a hint where one helps. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string | null;
  readonly span: Span;
}
