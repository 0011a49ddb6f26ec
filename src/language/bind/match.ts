import type { MatchRecognize, Select } from '../ast.js';
import type { MatchPlan, NamedExpression, OutputColumn, Source } from '../plan.js';
import { bindDefinitions } from './define.js';
import type { Environment } from './environment.js';
import { ExpressionBinder } from './expression.js';
import type { MatchContext } from './match_context.js';
import { bindModes } from './match_modes.js';
import { checkMatch } from './match_rules.js';
import { bindOrderBy } from './order_by.js';
import { nameOfPath } from './output_columns.js';
import { bindPattern } from './pattern.js';
import { Problems } from './problems.js';
import { RowScope } from './row_scope.js';
import { bindMeasures, bindSelectAsMeasures } from './select.js';
import { bindSkip } from './skip.js';
import { bindVariables } from './variables.js';
import { bindWithin } from './within.js';

export interface BoundMatch {
  readonly operator: MatchPlan;
  readonly columns: readonly OutputColumn[];
}

/** MATCH_RECOGNIZE (ISO 7.7), clause by clause; null when a problem makes a plan impossible. */
export function bindMatch(
  select: Select,
  clause: MatchRecognize,
  sources: readonly Source[],
  environment: Environment,
  problems: Problems,
): BoundMatch | null {
  const variables = bindVariables(clause, sources, problems);
  const rows = new ExpressionBinder(problems, environment, new RowScope(sources, 'PARTITION BY'));
  const partitionBy = bindPartition(clause, rows);
  const orderBy = bindOrderBy(clause.orderBy, sources, rows.within(new RowScope(sources, 'ORDER BY')));
  const within = clause.within === null ? null : bindWithin(clause.within, environment, problems);
  const pattern = bindPattern(clause.pattern, {
    variables,
    input: environment.input,
    hasWithin: clause.within !== null,
    problems,
  });
  const skip = bindSkip(clause.skip, pattern?.pattern ?? null, variables, problems);
  const modes = bindModes(clause, problems);
  const definitions = bindDefinitions({ variables, sources, partitionBy, environment, problems });
  const context: MatchContext = {
    ...{ clause, sources, variables, partitionBy, modes, environment, problems },
    alias: select.from.alias,
    orderColumns: orderColumns(clause, rows, partitionBy),
  };
  const output =
    clause.measures.length > 0 ? bindMeasures(select, context) : bindSelectAsMeasures(select, context);
  if (pattern === null || skip === null || output === null) return null;
  const { measures, where, project, outputOrder } = output;
  const operator: MatchPlan = {
    kind: 'match',
    ...{ partitionBy, orderBy, variables: definitions },
    ...pattern,
    ...{ within, emitEarliest: clause.emitEarliest, skip },
    ...modes,
    ...{ measures, where, project, outputOrder },
  };
  checkMatch(operator, clause, problems);
  const columns = (project ?? measures).map(({ name, expression, spread }) => ({
    name,
    type: expression.type,
    ...(spread === true ? { spread } : {}),
  }));
  return { operator, columns };
}

/** PARTITION BY: columns, by which their output is named. */
function bindPartition(
  { partitionBy }: MatchRecognize,
  binder: ExpressionBinder,
): readonly NamedExpression[] {
  const bound: NamedExpression[] = [];
  for (const expression of partitionBy) {
    const column = binder.bind(expression);
    if (column === null) continue;
    const name = expression.kind === 'reference' ? nameOfPath(column, []) : null;
    if (name === null) {
      binder.problems.error(
        'partition_not_column',
        expression.span,
        'PARTITION BY takes columns',
        'give the value a column of its own',
      );
    } else if (column.kind === 'column' && column.streams !== null) {
      const message = `not every stream of FROM has a column ${name}, so their rows cannot come together by it`;
      binder.problems.error(
        'partition_not_everywhere',
        expression.span,
        message,
        'PARTITION BY takes columns that all streams have',
      );
    } else if (bound.some((other) => other.name === name)) {
      binder.problems.error('duplicate_column', expression.span, `PARTITION BY names ${name} twice`);
    } else bound.push({ name, expression: column });
  }
  return bound;
}

/** ALL ROWS gives the columns of ORDER BY behind those of PARTITION BY. */
function orderColumns(
  { orderBy }: MatchRecognize,
  { environment, scope }: ExpressionBinder,
  partitionBy: readonly NamedExpression[],
): readonly NamedExpression[] {
  // What is wrong with them was said when they were bound as the order.
  const again = new ExpressionBinder(new Problems(), environment, scope);
  const columns: NamedExpression[] = [];
  for (const key of orderBy) {
    const expression = again.bind(key.expression);
    if (expression?.kind !== 'column') continue;
    const { name } = expression;
    if ([...partitionBy, ...columns].every((other) => other.name !== name))
      columns.push({ name, expression });
  }
  return columns;
}
