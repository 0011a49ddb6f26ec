import type { JsonValue } from '../../event/json.js';
import type { Diagnostic } from '../../language/diagnostic.js';
import { renderProblems } from '../report.js';
import { EXIT } from '../terminal.js';
import type { PlacedStatement } from './statements.js';

export type JsonObject = { readonly [name: string]: JsonValue };

/** An answer that is a problem (RFC 9457). */
export class ProblemAnswer extends Error {
  constructor(
    readonly status: number,
    readonly problem: JsonObject,
    /** Milliseconds; 0 where the server did not say. */
    readonly retryAfter: number,
  ) {
    super(String(problem['detail'] ?? problem['title'] ?? `the server answered ${status}`));
    this.name = 'ProblemAnswer';
  }

  get code(): string {
    return String(this.problem['code'] ?? this.status);
  }

  /** Each of several things that are wrong. */
  get errors(): readonly JsonObject[] {
    return (this.problem['errors'] as readonly JsonObject[] | undefined) ?? [];
  }

  /** The command's exit code: no, wrong usage, or a failure of what lies between. */
  get exitCode(): number {
    if (this.status === 400) return EXIT.usage;
    return [401, 403, 408, 429].includes(this.status) || this.status >= 500 ? EXIT.failure : EXIT.no;
  }
}

/** What a server found wrong with a statement, as `tocsin check` shows it. */
export function renderErrors(
  errors: readonly JsonObject[],
  severity: Diagnostic['severity'],
  placed: PlacedStatement,
  color: boolean,
): string {
  const problems = errors.map((error) => ({
    file: placed.file,
    diagnostic: diagnosticOf(error, severity, placed),
  }));
  return renderProblems(problems, color);
}

/** A problem in lines: what is wrong, then each error with the place that the server names. */
export function renderAnswer({ message, code, errors, problem }: ProblemAnswer): string {
  const lines = [`${message} [${code}]`];
  for (const error of errors) {
    const { index, pointer, parameter } = error;
    const place = index === undefined ? (pointer ?? parameter ?? '') : `event ${String(index)}`;
    const said = `${String(error['message'])} [${String(error['code'])}]`;
    if (errors.length > 1 || error['message'] !== problem['detail']) {
      lines.push(`  ${place === '' ? '' : `${String(place)}: `}${said}`);
    }
    for (const line of String(error['context'] ?? '').split('\n')) if (line !== '') lines.push(`    ${line}`);
    if (typeof error['hint'] === 'string') lines.push(`    hint: ${error['hint']}`);
  }
  return `${lines.join('\n')}\n`;
}

function diagnosticOf(
  error: JsonObject,
  severity: Diagnostic['severity'],
  { text, start }: PlacedStatement,
): Diagnostic {
  const at = start + offsetOf(text, Number(error['line'] ?? 1), Number(error['column'] ?? 1));
  return {
    code: String(error['code']),
    severity,
    message: String(error['message']),
    hint: typeof error['hint'] === 'string' ? error['hint'] : null,
    span: { start: at, end: at + Number(error['length'] ?? 1) },
  };
}

/** The offset of a line and column, both from 1, the column in characters: what `locate` says the other way round. */
function offsetOf(text: string, line: number, column: number): number {
  const ends = [...text.matchAll(/\r\n|\n|\r/g)];
  const before = line < 2 ? undefined : ends[line - 2];
  const start = before === undefined ? 0 : before.index + before[0].length;
  return start + [...text.slice(start)].slice(0, column - 1).join('').length;
}
