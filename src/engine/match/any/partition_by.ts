import { toJson } from '../../../event/format.js';
import type { JsonValue } from '../../../event/json.js';
import type { Row } from '../../../event/row.js';
import type { Value } from '../../../event/value.js';
import type { MatchPlan, OutputColumn } from '../../../language/plan.js';
import { compile, type Evaluator, type Scope } from '../../expression/compile.js';
import type { Faults } from '../../expression/faults.js';
import { keyText } from '../../key.js';
import { setOwn } from '../../output.js';

/** PARTITION BY, compiled. */
export class PartitionBy {
  readonly #columns: readonly {
    readonly name: string;
    readonly evaluate: Evaluator<Scope>;
    readonly type: OutputColumn['type'];
  }[];

  constructor(
    { partitionBy }: MatchPlan,
    private readonly faults: Faults,
  ) {
    this.#columns = partitionBy.map(({ name, expression }) => ({
      name,
      type: expression.type,
      evaluate: compile<Scope>(expression, () => {
        throw new Error('PARTITION BY reads rows, not matches');
      }),
    }));
  }

  /** The row's key, by which partial matches are kept. */
  keyOf(row: Row): string {
    return keyText(this.#values(row));
  }

  /** The key's columns as an alert shows them. */
  columnsOf(row: Row): Readonly<Record<string, JsonValue>> {
    const values = this.#values(row);
    const columns: Record<string, JsonValue> = {};
    for (const [i, { name, type }] of this.#columns.entries())
      setOwn(columns, name, toJson(values[i]!, type));
    return columns;
  }

  #values(row: Row): readonly Value[] {
    const scope = { row, faults: this.faults };
    return this.#columns.map(({ evaluate }) => evaluate(scope));
  }
}
