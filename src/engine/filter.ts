import type { Row } from '../event/row.js';
import type { FilterPlan, OutputColumn } from '../language/plan.js';
import type { Match } from './emission.js';
import { compile, type Evaluator, type Scope } from './expression/compile.js';
import type { Faults } from './expression/faults.js';
import { outputRow } from './output.js';
import { type ColumnTest, indexableTests } from './predicate/column_test.js';

/** A plain SELECT as a running operator: one output row for each row that WHERE takes, at once. */
export class FilterOperator {
  readonly counts = { matches: 0, dropped: 0, degradedSkips: 0 };
  readonly #where: Evaluator<Scope> | null;
  readonly #select: readonly Evaluator<Scope>[];

  constructor(
    private readonly plan: FilterPlan,
    private readonly columns: readonly OutputColumn[],
    private readonly faults: Faults,
    private readonly emit: (match: Match) => void,
  ) {
    const compileRow = (bound: Parameters<typeof compile>[0]) =>
      compile<Scope>(bound, () => {
        throw new Error('a plain SELECT reads rows, not matches');
      });
    this.#where = plan.where === null ? null : compileRow(plan.where);
    this.#select = plan.select.map(({ expression }) => compileRow(expression));
  }

  /** Tests of which a row must pass one for WHERE to be true; null: every row has to be processed. */
  startTests(): readonly ColumnTest[] | null {
    return this.plan.where === null ? null : indexableTests(this.plan.where, null);
  }

  process(row: Row): void {
    const scope: Scope = { row, faults: this.faults };
    if (this.#where !== null && this.#where(scope) !== true) return;
    const output = outputRow(
      this.columns,
      this.#select.map((expression) => expression(scope)),
    );
    this.counts.matches++;
    this.emit({
      kind: 'row',
      key: {},
      number: 0,
      status: 'MATCHED',
      output: [output],
      events: [{ variable: null, row }],
      start: row,
      window: { start: row.time, end: row.time },
    });
  }
}
