import { Engine } from '../engine/engine.js';
import type { StreamSchema } from '../event/schema.js';
import type { CreateStream } from '../language/ast.js';
import { bindStream } from '../language/bind.js';
import type { Diagnostic } from '../language/diagnostic.js';
import type { RulePlan } from '../language/plan.js';
import { printStatement } from '../language/print.js';
import type { Warning } from './change.js';
import { SERVER_RULE } from './destination-alert.js';
import { RuntimeError } from './error.js';
import { checkMeans, checkName } from './name.js';
import { mergeFields, type RuleFields, type RuleSettings } from './rule-fields.js';
import {
  bind,
  isError,
  parseOne,
  queryOf,
  type Surroundings,
  warningsOf,
  wrongStatement,
} from './rule-text.js';

/** A rule that may be registered: checked, bound, in its canonical form. */
export interface RuleDraft {
  readonly query: string;
  readonly settings: RuleSettings;
  readonly plan: RulePlan;
  /** Warnings, as they were found and with line and column. */
  readonly diagnostics: readonly Diagnostic[];
  readonly warnings: readonly Warning[];
}

/** A stream that may be registered. */
export interface StreamDraft {
  readonly statement: CreateStream;
  readonly query: string;
  readonly schema: StreamSchema;
  readonly diagnostics: readonly Diagnostic[];
  readonly warnings: readonly Warning[];
}

/**
 * Checks a rule's text and fields as a whole.
 * Throws RuntimeError `invalid_rule` with all diagnostics, `name_mismatch`, `bad_name`, `bad_option`, `not_built`.
 */
export function draftRule(
  name: string,
  request: RuleFields & { readonly query: string },
  surroundings: Omit<Surroundings, 'params' | 'destinations'> & {
    readonly destinations: ReadonlySet<string>;
  },
): RuleDraft {
  checkName('rule', name);
  checkFree(name);
  const { query: text } = request;
  const parsed = parseOne(text);
  if (parsed.statement === null) throw invalid('invalid_rule', text, parsed.diagnostics);
  const { statement } = parsed;
  if (statement.kind === 'create_stream') {
    throw invalid('invalid_rule', text, [wrongStatement(statement, 'a SELECT or CREATE RULE')]);
  }
  if (statement.kind === 'create_rule') checkMeans('rule', statement.name, name);
  const bound = bind(statement, name, { ...surroundings, params: request.params ?? {} });
  const diagnostics = [...parsed.diagnostics, ...bound.diagnostics];
  if (bound.plan === null || diagnostics.some(isError)) throw invalid('invalid_rule', text, diagnostics);
  tryOut(bound.plan, text);
  return {
    query: printStatement(queryOf(statement)),
    settings: mergeFields(request, bound.plan, surroundings.destinations),
    plan: bound.plan,
    diagnostics,
    warnings: warningsOf(text, diagnostics),
  };
}

/** Checks a stream's text. Throws RuntimeError `invalid_stream` with all diagnostics, `name_mismatch`, `bad_name`. */
export function draftStream(name: string, text: string): StreamDraft {
  checkName('stream', name);
  const parsed = parseOne(text);
  if (parsed.statement === null) throw invalid('invalid_stream', text, parsed.diagnostics);
  const { statement } = parsed;
  if (statement.kind !== 'create_stream') {
    throw invalid('invalid_stream', text, [wrongStatement(statement, 'a CREATE STREAM')]);
  }
  checkMeans('stream', statement.name, name);
  const bound = bindStream(statement);
  const diagnostics = [...parsed.diagnostics, ...bound.diagnostics];
  if (bound.schema === null || diagnostics.some(isError)) {
    throw invalid('invalid_stream', text, diagnostics);
  }
  return {
    statement,
    query: printStatement(statement),
    schema: bound.schema,
    diagnostics,
    warnings: warningsOf(text, diagnostics),
  };
}

function checkFree(name: string): void {
  if (name.toLowerCase() !== SERVER_RULE) return;
  const message = `no rule can be called '${SERVER_RULE}': the server's own alerts go by that name`;
  throw new RuntimeError('bad_name', message);
}

/** The engine may find a pattern too large: better now than in the worker. */
function tryOut(plan: RulePlan, text: string): void {
  try {
    new Engine({ mode: 'stream' }).addRule(plan);
  } catch (error) {
    const span = { start: 0, end: text.length };
    const { message } = error as Error;
    throw invalid('invalid_rule', text, [
      { code: 'pattern_too_large', severity: 'error', message, hint: null, span },
    ]);
  }
}

function invalid(
  code: 'invalid_rule' | 'invalid_stream',
  text: string,
  diagnostics: readonly Diagnostic[],
): RuntimeError {
  const errors = diagnostics.filter(isError);
  const what = code === 'invalid_rule' ? 'rule' : 'stream';
  const message =
    errors.length === 1
      ? `the ${what} has a mistake: ${errors[0]?.message ?? ''}`
      : `the ${what} has ${errors.length} mistakes`;
  return new RuntimeError(code, message, { text, diagnostics });
}
