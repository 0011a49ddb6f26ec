import type { Select } from '../ast.js';
import type { FilterPlan, OutputColumn, Source } from '../plan.js';
import { AliasScope } from './aliases.js';
import type { Environment } from './environment.js';
import { ExpressionBinder } from './expression.js';
import { inputColumns } from './input_columns.js';
import { isCalled } from './names.js';
import { bindOrderBy } from './order_by.js';
import { isPath, nameOfPath, OutputColumns } from './output_columns.js';
import type { Problems } from './problems.js';
import { RowScope } from './row_scope.js';
import { findSource } from './sources.js';

export interface BoundFilter {
  readonly operator: FilterPlan;
  readonly columns: readonly OutputColumn[];
}

/** Clauses that make the rows of a SELECT groups. */
const GROUPING: readonly string[] = ['GROUP BY', 'HAVING', 'WINDOW', 'TUMBLE', 'HOP', 'SESSION', 'CUMULATE'];

/** A plain SELECT: rows of one stream, filtered and projected. */
export function bindFilter(
  select: Select,
  sources: readonly Source[],
  environment: Environment,
  problems: Problems,
): BoundFilter {
  const isGrouped = select.unsupported.some(({ name }) => GROUPING.includes(name));
  const rows = new RowScope(sources, 'a plain SELECT', isGrouped);
  const binder = new ExpressionBinder(problems, environment, rows);
  const output = new OutputColumns(problems);
  for (const item of select.items) {
    const { expression, span } = item;
    if (expression.kind !== 'star') {
      output.addItem(item, binder, (bound) => (isPath(expression) ? nameOfPath(bound, []) : null));
      continue;
    }
    const { qualifier } = expression;
    if (qualifier !== null && findSource(qualifier, sources) === undefined) {
      const names = sources.map(({ stream }) => stream).join(', ');
      problems.error(
        'unknown_stream',
        qualifier.span,
        `FROM has no stream ${qualifier.name}`,
        `it has ${names}`,
      );
      continue;
    }
    const read =
      qualifier === null
        ? sources
        : sources.filter(
            ({ stream, alias }) => isCalled(qualifier, alias ?? stream) || isCalled(qualifier, stream),
          );
    for (const column of inputColumns(read, sources, []).columns) output.add(column, span);
  }
  const where = select.where === null ? null : binder.bindCondition(select.where, 'WHERE');
  const list = output.finish(select.items);
  const orderBy = bindOuterOrder(select, environment, problems, () =>
    bindOrderBy(select.orderBy, sources, binder.within(new AliasScope(list, binder.scope)), list),
  );
  const columns = list.map(({ name, expression, spread }) => ({
    name,
    type: expression.type,
    ...(spread === true ? { spread } : {}),
  }));
  return { operator: { kind: 'filter', where, select: list, orderBy }, columns };
}

/** An outer ORDER BY is refused on a stream, which never ends (language.md 2). */
export function bindOuterOrder<T>(
  { orderBy }: Select,
  { input }: Environment,
  problems: Problems,
  bind: () => readonly T[],
): readonly T[] {
  const [first] = orderBy;
  if (first === undefined) return [];
  if (input === 'bounded') return bind();
  const message = 'a stream has no end, so that its output cannot be sorted';
  problems.error(
    'order_on_stream',
    first.span,
    message,
    'leave ORDER BY out: rows come in the order in which they become final',
  );
  return [];
}
