import type { StreamSchema } from '../event/schema.js';
import type { CreateRule, Select, Statement } from '../language/ast.js';
import { bindRule } from '../language/bind.js';
import type { Diagnostic } from '../language/diagnostic.js';
import { locate } from '../language/locate.js';
import { parse } from '../language/parser.js';
import type { RulePlan } from '../language/plan.js';
import type { Parameters, Warning } from './change.js';

/** What a rule's text is bound against. */
export interface Surroundings {
  readonly streams: readonly StreamSchema[];
  readonly unknownStreams: 'create' | 'refuse';
  /** Null: not checked. */
  readonly destinations: ReadonlySet<string> | null;
  readonly params: Parameters;
}

/** Parses a text that must hold one statement; null with the diagnostics that say why not. */
export function parseOne(text: string): {
  statement: Statement | null;
  diagnostics: readonly Diagnostic[];
} {
  const { statements, diagnostics } = parse(text);
  if (diagnostics.some(isError)) return { statement: null, diagnostics };
  const [statement, second] = statements;
  if (statement !== undefined && second === undefined) return { statement, diagnostics };
  const message =
    second === undefined
      ? 'the text holds no statement'
      : 'the text holds more than one statement: send each in a request of its own';
  const span = second?.span ?? { start: 0, end: text.length };
  const code = second === undefined ? 'empty_text' : 'several_statements';
  return { statement: null, diagnostics: [{ code, severity: 'error', message, hint: null, span }] };
}

/** A statement of another kind than the request wants, as a diagnostic. */
export function wrongStatement(statement: Statement, wanted: string): Diagnostic {
  const kinds: Record<Statement['kind'], string> = {
    create_stream: 'CREATE STREAM',
    create_rule: 'CREATE RULE',
    select: 'SELECT',
  };
  const message = `this is ${kinds[statement.kind]}, where ${wanted} is expected`;
  return { code: 'wrong_statement', severity: 'error', message, hint: null, span: statement.span };
}

/** Binds a rule for a stream of events. */
export function bind(
  statement: CreateRule | Select,
  name: string,
  { streams, unknownStreams, destinations, params }: Surroundings,
): { plan: RulePlan | null; diagnostics: readonly Diagnostic[] } {
  return bindRule(statement, name, {
    ...{ streams, unknownStreams, destinations },
    ...{ input: 'stream', parameters: params },
  });
}

/** A rule's plan and what of its text decides which matches make alerts. */
export interface BoundRule {
  readonly plan: RulePlan;
  /** The text asks for empty matches: they make alerts too. */
  readonly showsEmpty: boolean;
}

/** Binds a stored rule anew. Throws Error with the reason when it does not bind. */
export function rebind(
  name: string,
  query: string,
  params: Parameters,
  streams: readonly StreamSchema[],
): BoundRule {
  const { statement, diagnostics } = parseOne(query);
  if (statement === null || statement.kind === 'create_stream') {
    throw new Error(diagnostics[0]?.message ?? 'the text is no rule');
  }
  const bound = bind(statement, name, { streams, unknownStreams: 'create', destinations: null, params });
  if (bound.plan === null)
    throw new Error(bound.diagnostics.find(isError)?.message ?? 'the text does not bind');
  return { plan: bound.plan, showsEmpty: showsEmpty(queryOf(statement)) };
}

export function queryOf(statement: CreateRule | Select): Select {
  return statement.kind === 'select' ? statement : statement.query;
}

export function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

/** Diagnostics with line and column instead of offsets. */
export function warningsOf(text: string, diagnostics: readonly Diagnostic[]): readonly Warning[] {
  return diagnostics
    .filter((each) => !isError(each))
    .map(({ code, message, hint, span }) => ({
      ...{ code, message, hint },
      ...locate(text, span.start),
      length: span.end - span.start,
    }));
}

function showsEmpty({ from }: Select): boolean {
  const mode = from.matchRecognize?.rowsPerMatch?.mode;
  return mode === 'all_show_empty' || mode === 'all_with_unmatched';
}
