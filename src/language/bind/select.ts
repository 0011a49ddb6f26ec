import type { Identifier, Select, SelectItem, Star } from '../ast.js';
import type { Bound, MatchPlan, NamedExpression } from '../plan.js';
import { AliasScope } from './aliases.js';
import { ExpressionBinder } from './expression.js';
import { bindOuterOrder } from './filter.js';
import { inputColumns } from './input_columns.js';
import { type MatchContext, measureScope } from './match_context.js';
import { isCalled, listed } from './names.js';
import { bindOrderBy } from './order_by.js';
import { isPath, nameOfPath, OutputColumns } from './output_columns.js';
import { OutputScope } from './output_scope.js';
import { bindColumn } from './sources.js';

export type BoundOutput = Pick<MatchPlan, 'measures' | 'where' | 'project' | 'outputOrder'>;

/** With MEASURES the select list sees the output columns of MATCH_RECOGNIZE only (ISO 7.7). */
export function bindMeasures(select: Select, context: MatchContext): BoundOutput {
  const { clause, problems, environment, variables, sources, modes } = context;
  const binder = new ExpressionBinder(problems, environment, measureScope(context, 'MEASURES'));
  const measured: NamedExpression[] = [];
  for (const { expression, alias } of clause.measures) {
    const bound = binder.bind(expression);
    const { name, span } = alias;
    if (measured.some((other) => other.name === name)) {
      problems.error('duplicate_column', span, `two measures are named ${name}`, 'give one another name');
    } else
      measured.push({ name, expression: bound ?? { kind: 'constant', type: { kind: 'NULL' }, value: null } });
  }
  const { before, after, ambiguous } = rowColumns(context);
  const visible = [...before, ...measured, ...after];
  const outputs = [...visible];
  const isOpen = modes.rowsPerMatch === 'all' && sources.some(({ schema }) => !schema.declared);
  const open = (name: Identifier): Bound => bindColumn(name, sources, sources, problems) ?? NOTHING;
  const scope = new OutputScope({
    alias: context.alias,
    outputs,
    open: isOpen ? open : null,
    variables: variables.names,
  });
  const outer = binder.within(scope);
  const output = new OutputColumns(problems);
  for (const item of select.items) {
    const { expression, span } = item;
    if (expression.kind !== 'star') {
      output.addItem(item, outer, (bound) => (isPath(expression) ? nameOfPath(bound, outputs) : null));
    } else if (checkStar(expression, context)) {
      refuseAmbiguous(ambiguous, item, context);
      for (const [
        index,
        {
          name,
          expression: { type },
          spread,
        },
      ] of visible.entries()) {
        output.add(
          { name, expression: { kind: 'output', type, index }, ...(spread === true ? { spread } : {}) },
          span,
        );
      }
    }
  }
  const list = output.finish(select.items);
  const where = select.where === null ? null : outer.bindCondition(select.where, 'WHERE');
  const outputOrder = bindOuterOrder(select, environment, problems, () =>
    bindOrderBy(select.orderBy, [], outer.within(new AliasScope(list, scope, context.alias)), list),
  );
  const isStarAlone =
    select.items.length === 1 &&
    select.items[0]?.expression.kind === 'star' &&
    outputs.length === visible.length;
  return { measures: outputs, where, project: isStarAlone ? null : list, outputOrder };
}

/** Without MEASURES the select list is evaluated over the match itself (language.md 2). */
export function bindSelectAsMeasures(select: Select, context: MatchContext): BoundOutput {
  const { problems, environment } = context;
  const scope = measureScope(context, 'the select list');
  const binder = new ExpressionBinder(problems, environment, scope);
  const output = new OutputColumns(problems);
  for (const item of select.items) {
    const { expression, span } = item;
    if (expression.kind !== 'star') {
      output.addItem(item, binder, (bound) => (isPath(expression) ? nameOfPath(bound, []) : null));
      continue;
    }
    const columns = ofVariable(expression, item, context) ?? starColumns(expression, item, context);
    for (const column of columns) output.add(column, span);
  }
  const measures = output.finish(select.items);
  const outputs = measures.map(
    ({ name, expression: { type } }, index): NamedExpression => ({
      name,
      expression: { kind: 'output', type, index },
    }),
  );
  const outer = binder.within(new AliasScope(outputs, scope, context.alias));
  const where = select.where === null ? null : outer.bindCondition(select.where, 'WHERE');
  const outputOrder = bindOuterOrder(select, environment, problems, () =>
    bindOrderBy(select.orderBy, [], outer, outputs),
  );
  return { measures, where, project: null, outputOrder };
}

const NOTHING: Bound = { kind: 'constant', type: { kind: 'NULL' }, value: null };

/** What stands before and behind the measures: partition and, under ALL ROWS, order and remaining input columns (language.md 16). */
function rowColumns({ partitionBy, orderColumns, sources, modes }: MatchContext): {
  readonly before: readonly NamedExpression[];
  readonly after: readonly NamedExpression[];
  readonly ambiguous: readonly string[];
} {
  if (modes.rowsPerMatch === 'one') return { before: partitionBy, after: [], ambiguous: [] };
  const before = [...partitionBy, ...orderColumns];
  const { columns, ambiguous } = inputColumns(
    sources,
    sources,
    before.map(({ name }) => name),
  );
  return { before, after: columns, ambiguous };
}

/** `v.*` of a variable in the select list: the columns of its last row. */
function ofVariable(
  { qualifier }: Star,
  { span }: SelectItem,
  context: MatchContext,
): readonly NamedExpression[] | null {
  if (qualifier === null) return null;
  const { variables, sources, problems } = context;
  const rows = variables.find(qualifier);
  if (rows === undefined) return null;
  if (!measureScope(context, 'the select list').checkReadable(rows, span, problems)) return [];
  return inputColumns(variables.sourcesOf(rows.set), sources, []).columns.map(
    ({ expression, ...column }) => ({
      ...column,
      expression: {
        kind: 'navigation',
        type: expression.type,
        set: rows.set,
        ...{ from: 'last', logical: 0, physical: 0, semantics: 'running' },
        operand: expression,
      },
    }),
  );
}

function starColumns(star: Star, item: SelectItem, context: MatchContext): readonly NamedExpression[] {
  if (!checkStar(star, context)) return [];
  const { before, after, ambiguous } = rowColumns(context);
  refuseAmbiguous(ambiguous, item, context);
  return [...before, ...after];
}

function refuseAmbiguous(names: readonly string[], { span }: SelectItem, { problems }: MatchContext): void {
  if (names.length === 0) return;
  const message = `* would give ${listed(names)}, which the streams have with different types`;
  problems.error('ambiguous_column', span, message, 'name the columns that you want');
}

/** `m.*`: m is the alias behind MATCH_RECOGNIZE, or the stream. */
function checkStar({ qualifier }: Star, { alias, sources, problems }: MatchContext): boolean {
  if (qualifier === null) return true;
  const names = [alias?.name, ...sources.flatMap((source) => [source.alias, source.stream])];
  if (names.some((name) => name !== null && name !== undefined && isCalled(qualifier, name))) return true;
  const message = `${qualifier.name} is neither the alias of the match nor a pattern variable`;
  problems.error('unknown_variable', qualifier.span, message);
  return false;
}
