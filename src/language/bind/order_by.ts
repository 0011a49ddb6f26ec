import type { NumberLiteral, SortKey } from '../ast.js';
import type { Bound, NamedExpression, SortColumn, Source } from '../plan.js';
import { typeText } from '../promotion.js';
import type { Binder } from './binder.js';

const TIMESTAMP = { kind: 'TIMESTAMP' } as const;

/**
 * ORDER BY inside MATCH_RECOGNIZE, or of a plain SELECT (language.md 18). On bounded input any order is taken. On a stream the
 * event time ascending comes first, which goes without saying: what is left breaks ties. `output`: the select list, where the
 * order is that of the output: a number is a column of it.
 */
export function bindOrderBy(
  keys: readonly SortKey[],
  sources: readonly Source[],
  binder: Binder,
  output: readonly NamedExpression[] | null = null,
): readonly SortColumn[] {
  const columns = keys.flatMap((key) => bindKey(key, output, binder) ?? []);
  const [first] = columns;
  if (first === undefined || columns.length < keys.length) return [];
  if (binder.environment.input === 'stream') return tieBreakers(keys, columns, sources, binder);
  const { expression, descending } = first;
  // Undeclared times are text or numbers: they sort as times, and where they are none as what they are.
  if (expression.type.kind === 'ANY' && isEventTime(expression, sources) && !descending) {
    const asTime: Bound = { kind: 'cast', type: TIMESTAMP, operand: expression };
    return [{ expression: asTime, descending: false, nullsFirst: false }, ...columns];
  }
  return columns;
}

function bindKey(
  { expression, descending, nulls }: SortKey,
  output: readonly NamedExpression[] | null,
  binder: Binder,
): SortColumn | null {
  const isOrdinal = expression.kind === 'number' && output !== null;
  if (!isOrdinal && ['number', 'string', 'boolean', 'null'].includes(expression.kind)) {
    return binder.problems.error('bad_order', expression.span, 'rows cannot be ordered by a constant');
  }
  const bound = isOrdinal ? ordinal(expression, output, binder) : binder.bind(expression);
  if (bound === null) return null;
  if (bound.type.kind === 'ROW') {
    return binder.problems.error(
      'bad_order',
      expression.span,
      `rows cannot be ordered by ${typeText(bound.type)}`,
    );
  }
  // As Trino and ISO's implementations: NULLs last, in either direction.
  return { expression: bound, descending, nullsFirst: nulls === 'first' };
}

/** ORDER BY 2: the second column of the select list. */
function ordinal(
  { text, span }: NumberLiteral,
  output: readonly NamedExpression[],
  { problems }: Binder,
): Bound | null {
  const column = /^\d{1,9}$/.test(text) ? output[Number(text) - 1] : undefined;
  if (column?.spread !== true && column !== undefined) return column.expression;
  const message = `there is no column ${text} in the output`;
  return problems.error('bad_order', span, message, 'write the name of a column, or its place from 1');
}

function tieBreakers(
  keys: readonly SortKey[],
  columns: readonly SortColumn[],
  sources: readonly Source[],
  { problems }: Binder,
): readonly SortColumn[] {
  const [first, ...ties] = columns;
  const { span } = keys[0]!;
  if (first !== undefined && isEventTime(first.expression, sources) && !first.descending) return ties;
  const times = [...new Set(sources.map(({ schema }) => schema.eventTime))];
  const [time] = times;
  const hint =
    times.length === 1 && time !== null && time !== undefined
      ? `write ORDER BY ${time}, or leave it out: the event time is the order`
      : 'declare the event time with WATERMARK FOR in CREATE STREAM, or leave ORDER BY out';
  problems.error(
    'order_on_stream',
    span,
    'on a stream rows are ordered by their event time, ascending',
    hint,
  );
  return [];
}

/** Whether an expression is the event-time column of every source that has it. */
export function isEventTime(expression: Bound, sources: readonly Source[]): boolean {
  // The order of the output has no sources: there is no event time in it.
  if (expression.kind !== 'column' || sources.length === 0) return false;
  const { name, streams } = expression;
  return sources.every(
    ({ stream, schema }) => (streams !== null && !streams.includes(stream)) || schema.eventTime === name,
  );
}
