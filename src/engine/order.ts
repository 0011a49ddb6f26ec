import type { Row } from '../event/row.js';
import type { Value } from '../event/value.js';
import type { SortColumn } from '../language/plan.js';
import { compareValues } from './expression/compare.js';
import { compile, type Scope } from './expression/compile.js';
import { Faults } from './expression/faults.js';

/** Negative when `a` comes before `b`. Never 0 for two rows: offsets differ. */
export type RowOrder = (a: Row, b: Row) => number;

/** Event time, then log offset: rows with equal event time keep their arrival order (`language.md` 18). */
export const byTime: RowOrder = (a, b) => a.time - b.time || a.offset - b.offset;

/** ORDER BY, then log offset. NULLs come where the sort column puts them. */
export function bySortColumns(columns: readonly SortColumn[]): RowOrder {
  const faults = new Faults();
  const compiled = columns.map((column) => {
    const evaluate = compile<Scope>(column.expression, () => {
      throw new Error('ORDER BY reads rows, not matches');
    });
    return { value: (row: Row) => evaluate({ row, faults }), column };
  });
  return (a, b) => {
    for (const { value, column } of compiled) {
      const order = compareBy(value(a), value(b), column);
      if (order !== 0) return order;
    }
    return a.offset - b.offset;
  };
}

/** The order of two lists of sort keys; 0 when they sort alike. */
export function compareKeys(
  a: readonly Value[],
  b: readonly Value[],
  columns: readonly SortColumn[],
): number {
  for (const [i, column] of columns.entries()) {
    const order = compareBy(a[i] ?? null, b[i] ?? null, column);
    if (order !== 0) return order;
  }
  return 0;
}

function compareBy(left: Value, right: Value, { expression, descending, nullsFirst }: SortColumn): number {
  if (left === null || right === null) {
    if (left === right) return 0;
    return (left === null) === nullsFirst ? -1 : 1;
  }
  const order = compareValues(left, right, expression.type);
  return descending ? -order : order;
}

/** Event time first, further columns break ties, the offset comes last: ORDER BY on a stream. */
export function byTimeThen(columns: readonly SortColumn[]): RowOrder {
  const ties = bySortColumns(columns);
  return (a, b) => a.time - b.time || ties(a, b);
}
