import type { CreateRule, CreateStream, Select } from './ast.js';
import type { Environment } from './bind/environment.js';
import { bindFilter } from './bind/filter.js';
import { bindMatch } from './bind/match.js';
import { Problems } from './bind/problems.js';
import { bindRuleOptions } from './bind/rule_options.js';
import { bindSources } from './bind/sources.js';
import * as stream from './bind/stream.js';
import { warnOfMatch } from './bind/warnings.js';
import type { Diagnostic } from './diagnostic.js';
import type { RulePlan } from './plan.js';

/** A statement as a plan, with everything that there is to say of it, in order of the text. */
export interface BoundRule {
  /** Null when a diagnostic is an error. */
  readonly plan: RulePlan | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** What is not built and would give columns of its own. */
const ADDING_COLUMNS: readonly string[] = ['JOIN', 'TUMBLE', 'HOP', 'SESSION', 'CUMULATE'];

/**
 * Binds a rule: names to columns, expressions to types, clauses to a plan. All mistakes at once. `name`: the rule's, where the
 * statement has none.
 */
export function bindRule(statement: CreateRule | Select, name: string, environment: Environment): BoundRule {
  const problems = new Problems();
  const query = statement.kind === 'create_rule' ? statement.query : statement;
  for (const clause of query.unsupported) {
    const hint = 'what there is: SELECT with WHERE or MATCH_RECOGNIZE over the rows of streams';
    problems.error('not_built', clause.span, `${clause.name} is not built yet`, hint);
  }
  const sources = bindSources(query.from, environment, problems);
  const { matchRecognize } = query.from;
  if (matchRecognize === null && query.from.streams.length > 1) {
    const hint = 'a pattern reads several streams: FROM a, b MATCH_RECOGNIZE (...)';
    problems.error('not_built', query.from.span, 'joining streams is not built yet', hint);
  }
  // Without its streams nothing of a rule means anything; a window or a join adds columns that nobody knows.
  const isReadable =
    sources.length > 0 &&
    sources.length === query.from.streams.length &&
    !query.unsupported.some(({ name }) => ADDING_COLUMNS.includes(name));
  const bound = !isReadable
    ? null
    : matchRecognize === null
      ? bindFilter(query, sources, environment, problems)
      : bindMatch(query, matchRecognize, sources, environment, problems);
  const options = bindRuleOptions(
    statement.kind === 'create_rule' ? statement.options : [],
    bound?.columns ?? null,
    environment,
    problems,
  );
  if (bound === null || problems.hasErrors) return { plan: null, diagnostics: problems.inOrder() };
  const { operator, columns } = bound;
  if (operator.kind === 'match' && matchRecognize !== null)
    warnOfMatch(operator, matchRecognize, environment, problems);
  const diagnostics = problems.inOrder();
  return { plan: { name, options, sources, operator, columns, warnings: diagnostics }, diagnostics };
}

/** Binds CREATE STREAM; the schema is null when a diagnostic is an error. */
export function bindStream(statement: CreateStream): ReturnType<typeof stream.bindStream> {
  return stream.bindStream(statement);
}
