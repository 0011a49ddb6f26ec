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
  /** `#columns` as a list, its names with whether they stand on Object.prototype too: those are read as own properties only. */
  #list: readonly { readonly name: string; readonly column: ColumnIndex<T>; readonly isOdd: boolean }[] = [];

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
        this.#relist();
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
      if (!column?.isEmpty) continue;
      this.#columns.delete(test.column);
      this.#relist();
    }
  }

  /** Calls `found` for every item of which the row may pass a test, for some more than once. */
  visit(row: Row, found: (item: T) => void): void {
    if (this.#everyRow.size > 0) for (const item of this.#everyRow) found(item);
    const { values } = row;
    const list = this.#list;
    for (let i = 0; i < list.length; i++) {
      const { name, column, isOdd } = list[i]!;
      column.visit(isOdd && !Object.hasOwn(values, name) ? null : values[name], found);
    }
  }

  #relist(): void {
    this.#list = [...this.#columns].map(([name, column]) => ({
      name,
      column,
      isOdd: name in Object.prototype,
    }));
  }

  #isRead({ streams }: ColumnTest): boolean {
    return streams === null || streams.includes(this.stream);
  }
}
