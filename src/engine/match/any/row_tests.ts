import type { Row } from '../../../event/row.js';
import type { MatchPlan } from '../../../language/plan.js';
import type { Faults } from '../../expression/faults.js';
import type { CandidateScope, Conditions } from '../registers.js';
import type { Unambiguous } from './unambiguous.js';

/** Conditions that read the row alone. */
export class RowTests {
  /** On how many rows each variable held where it was asked, by variable. */
  readonly hits: number[];
  readonly #scope: CandidateScope;

  /** Of the row in hand: the variables that were tested, and those that hold, as bits. */
  #tested = 0;
  #holds = 0;

  constructor(
    private readonly automaton: Unambiguous,
    private readonly variables: MatchPlan['variables'],
    private readonly conditions: Conditions,
    faults: Faults,
  ) {
    this.hits = variables.map(() => 0);
    this.#scope = {
      row: null,
      faults,
      position: 0,
      current: 0,
      variable: 0,
      path: null,
      registers: conditions.initial,
      matchNumber: 0,
      rowAt: () => null,
    };
  }

  /** Which variables hold on the row, as bits, as far as partial matches in `states` (bits) or a beginning ask. NULL counts as no. */
  holds(row: Row, states: number): number {
    const { begins, reads } = this.automaton;
    this.#scope.row = row;
    this.#tested = 0;
    this.#holds = 0;
    for (let i = 0; i < begins.length; i++) this.#test(begins[i]!);
    for (let left = states; left !== 0; left &= left - 1) {
      const variables = reads[31 - Math.clz32(left & -left)]!;
      for (let i = 0; i < variables.length; i++) if (this.#test(variables[i]!)) break;
    }
    return this.#holds;
  }

  #test(variable: number): boolean {
    const bit = 1 << variable;
    if ((this.#tested & bit) === 0) {
      this.#tested |= bit;
      if (this.#evaluate(variable)) {
        this.#holds |= bit;
        this.hits[variable]!++;
      }
    }
    return (this.#holds & bit) !== 0;
  }

  #evaluate(variable: number): boolean {
    const scope = this.#scope;
    const { stream } = this.variables[variable]!;
    if (stream !== null && stream !== scope.row!.stream) return false;
    const evaluate = this.conditions.evaluators[variable]!;
    if (evaluate === null) return true;
    scope.variable = variable;
    return evaluate(scope) === true;
  }
}
