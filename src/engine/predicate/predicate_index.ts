import type { Row } from '../../event/row.js';
import { ColumnIndex } from './column_index.js';
import type { ColumnTest } from './column_test.js';

/**
 * Finds, for a row of one stream, the items whose tests it may pass, without looking at the others (Le Subscribe, BE-Tree):
 * equality and membership by a lookup, ranges by an interval tree, a column at a time.
 */
export class PredicateIndex<T> {
  readonly #columns = new Map<string, ColumnIndex<T>>();
  readonly #everyRow = new Set<T>();

  constructor(readonly stream: string) {}

  /** `tests`: alternatives, of which a row must pass one. */
  add(tests: readonly ColumnTest[], item: T): void {
    for (const test of tests) {
      if (!this.#isRead(test)) {
        // NULL on every row.
        if (test.nullMatters) this.#everyRow.add(item);
        continue;
      }
      let column = this.#columns.get(test.column);
      if (column === undefined) {
        column = new ColumnIndex();
        this.#columns.set(test.column, column);
      }
      column.add(test, item);
    }
  }

  /** `tests`: those that it was added with. */
  remove(tests: readonly ColumnTest[], item: T): void {
    this.#everyRow.delete(item);
    for (const test of tests) {
      const column = this.#columns.get(test.column);
      column?.remove(test, item);
      if (column?.isEmpty) this.#columns.delete(test.column);
    }
  }

  /** Calls `found` for every item of which the row may pass a test, for some more than once. */
  visit(row: Row, found: (item: T) => void): void {
    for (const item of this.#everyRow) found(item);
    for (const [name, column] of this.#columns) {
      column.visit(Object.hasOwn(row.values, name) ? row.values[name] : null, found);
    }
  }

  #isRead({ streams }: ColumnTest): boolean {
    return streams === null || streams.includes(this.stream);
  }
}
