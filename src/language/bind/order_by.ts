import type { SortKey } from '../ast.js';
import type { Bound, SortColumn, Source } from '../plan.js';
import { typeText } from '../promotion.js';
import type { Binder } from './binder.js';

const TIMESTAMP = { kind: 'TIMESTAMP' } as const;

/**
 * ORDER BY inside MATCH_RECOGNIZE, or of a plain SELECT (language.md 18). On bounded input any order is taken. On a stream the
 * event time ascending comes first, which goes without saying: what is left breaks ties.
 */
export function bindOrderBy(
  keys: readonly SortKey[],
  sources: readonly Source[],
  binder: Binder,
): readonly SortColumn[] {
  const columns = keys.flatMap((key) => bindKey(key, binder) ?? []);
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

function bindKey({ expression, descending, nulls }: SortKey, binder: Binder): SortColumn | null {
  const bound = binder.bind(expression);
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
  if (expression.kind !== 'column') return false;
  const { name, streams } = expression;
  return sources.every(
    ({ stream, schema }) => (streams !== null && !streams.includes(stream)) || schema.eventTime === name,
  );
}
