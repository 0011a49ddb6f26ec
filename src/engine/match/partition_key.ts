import { toJson } from '../../event/format.js';
import type { JsonValue } from '../../event/json.js';
import type { Row } from '../../event/row.js';
import type { Type } from '../../event/value.js';
import type { MatchPlan } from '../../language/plan.js';
import { compile, type Evaluator, type Scope } from '../expression/compile.js';
import type { Faults } from '../expression/faults.js';
import { keyText } from '../key.js';
import { setOwn } from '../output.js';

/** PARTITION BY of one rule, compiled. */
export class PartitionKey {
  readonly #columns: readonly {
    readonly name: string;
    readonly type: Type;
    readonly evaluate: Evaluator<Scope>;
  }[];
  readonly #scope: Scope;

  constructor(partitionBy: MatchPlan['partitionBy'], faults: Faults) {
    this.#scope = { row: null, faults };
    this.#columns = partitionBy.map(({ name, expression }) => ({
      name,
      type: expression.type,
      evaluate: compile<Scope>(expression, () => {
        throw new Error('PARTITION BY reads rows, not matches');
      }),
    }));
  }

  /** Equal texts for rows of one key, different texts for others. */
  textOf(row: Row): string {
    const scope = this.#scope;
    scope.row = row;
    const columns = this.#columns;
    if (columns.length !== 1) return keyText(columns.map(({ evaluate }) => evaluate(scope)));
    const value = columns[0]!.evaluate(scope);
    return typeof value === 'string' ? value : keyText([value]);
  }

  /** Output name to value, as an alert shows them. */
  columnsOf(row: Row): Readonly<Record<string, JsonValue>> {
    const scope = this.#scope;
    scope.row = row;
    const columns: Record<string, JsonValue> = {};
    for (const { name, evaluate, type } of this.#columns)
      setOwn(columns, name, toJson(evaluate(scope), type));
    return columns;
  }
}
