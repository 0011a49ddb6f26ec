import { toJson } from '../../event/format.js';
import type { JsonValue } from '../../event/json.js';
import type { Type } from '../../event/value.js';
import type { MatchPlan } from '../../language/plan.js';
import type { Evaluator } from '../expression/compile.js';
import { Faults } from '../expression/faults.js';
import type { Place } from '../match/observer.js';
import { type CandidateScope, Conditions } from '../match/registers.js';
import type { Thread } from '../match/thread.js';
import { setOwn } from '../output.js';
import { type ColumnNode, type EarlierNode, readingsOf } from './readings.js';
import { type Names, nameOf, sqlOf } from './sql.js';

/** How a row did as a variable. */
export interface Verdict {
  readonly held: boolean;
  /** What the condition reads, as SQL, and what that was. */
  readonly values: Readonly<Record<string, JsonValue>>;
}

/** What was asked for, of one variable. */
export interface Asked {
  readonly variable: string;
  /** Only rows of this stream can be it; null: any. */
  readonly stream: string | null;
  /** As SQL; null: every row can be it. */
  readonly condition: string | null;
}

interface Question extends Asked {
  readonly columns: readonly (ColumnNode & { readonly text: string })[];
  readonly earlier: readonly {
    readonly text: string;
    readonly type: Type;
    readonly evaluate: Evaluator<CandidateScope>;
  }[];
}

/** Asks the conditions of a rule again, for a person: what they read, and what came of it. Changes nothing, counts nothing. */
export class Candidates {
  readonly #plan: MatchPlan;
  readonly #conditions: Conditions;
  readonly #names: Names;
  readonly #questions: (Question | undefined)[] = [];

  constructor(plan: MatchPlan, conditions: Conditions, names: Names) {
    this.#plan = plan;
    this.#conditions = conditions;
    this.#names = names;
  }

  asked(variable: number): Asked {
    const { variable: name, stream, condition } = this.#question(variable);
    return { variable: name, stream, condition };
  }

  /** How a row did as a variable, for a thread that stood before it. `matchNumber`: of the next match. */
  judge(variable: number, { registers, path }: Thread, at: Place, matchNumber: number): Verdict {
    const question = this.#question(variable);
    const { row, position } = at;
    const values: Record<string, JsonValue> = {};
    if (question.stream !== null && question.stream !== row.stream) return { held: false, values };
    const scope: CandidateScope = {
      ...{ row, faults: new Faults(), position, current: position, variable, path, registers, matchNumber },
      rowAt: (other) => at.rowAt(other),
    };
    const updated = this.#conditions.update(registers, scope);
    scope.registers = updated;
    const evaluate = this.#conditions.evaluators[variable]!;
    const held = evaluate === null || evaluate(scope) === true;
    for (const { name, text, type } of question.columns) {
      const value = Object.hasOwn(row.values, name) ? row.values[name] : null;
      setOwn(values, text, toJson(value ?? null, type));
    }
    for (const { text, type, evaluate: read } of question.earlier)
      setOwn(values, text, toJson(read(scope), type));
    return { held, values };
  }

  #question(variable: number): Question {
    this.#questions[variable] ??= this.#pose(variable);
    return this.#questions[variable];
  }

  #pose(variable: number): Question {
    const { name, stream, condition } = this.#plan.variables[variable]!;
    const readings = readingsOf(condition, variable);
    return {
      ...{ variable: nameOf(name), stream },
      columns: readings.columns.map((column) => ({ ...column, text: nameOf(column.name) })),
      condition: condition === null ? null : sqlOf(condition, this.#names),
      earlier: readings.earlier.map((node) => ({
        text: sqlOf(node, this.#names),
        type: node.type,
        evaluate: this.#evaluatorOf(node, variable),
      })),
    };
  }

  #evaluatorOf(node: EarlierNode, variable: number): Evaluator<CandidateScope> {
    const index = this.#conditions.registerOf(node);
    if (index !== null) {
      const register = this.#conditions.registers[index]!;
      return ({ registers }) => register.read(registers[index]);
    }
    // What reads rows of the partition, or the number of the match, needs no register.
    const alone = this.#plan.variables.map((_, each) => (each === variable ? node : null));
    return new Conditions(alone, this.#names.variables).evaluators[variable]!;
  }
}
