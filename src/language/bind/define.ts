import type { Bound, NamedExpression, Source, VariablePlan } from '../plan.js';
import type { Environment } from './environment.js';
import { ExpressionBinder } from './expression.js';
import { MatchScope } from './match_scope.js';
import type { Problems } from './problems.js';
import { streamOf, type Variable, type Variables } from './variables.js';

export interface DefineContext {
  readonly variables: Variables;
  readonly sources: readonly Source[];
  readonly partitionBy: readonly NamedExpression[];
  readonly environment: Environment;
  readonly problems: Problems;
}

/** DEFINE (ISO 7.7): the condition of each variable; one without is true of every row. */
export function bindDefinitions(context: DefineContext): readonly VariablePlan[] {
  return context.variables.list.map((variable) => {
    const { name, span, source } = variable;
    return { name, stream: source?.stream ?? null, condition: condition(variable, context), span };
  });
}

function condition(
  variable: Variable,
  { variables, sources, partitionBy, environment, problems }: DefineContext,
): Bound | null {
  const { name, definition } = variable;
  if (definition === null) return null;
  const isStream = streamOf(definition, sources) !== undefined;
  if (definition.where !== null && !isStream) {
    const message = 'what stands before WHERE must be a stream of FROM';
    return problems.error(
      'unknown_stream',
      definition.condition.span,
      message,
      `write ${name} AS condition, or ${name} AS stream WHERE condition`,
    );
  }
  const expression = isStream ? definition.where : definition.condition;
  if (expression === null) return null;
  const scope = new MatchScope({
    clause: 'DEFINE',
    variables,
    sources,
    alias: null,
    candidate: variable,
    bare: 'candidate',
    partitionBy,
  });
  return new ExpressionBinder(problems, environment, scope).bindCondition(
    expression,
    `the condition of ${name}`,
  );
}
