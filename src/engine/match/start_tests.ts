import type { MatchPlan } from '../../language/plan.js';
import { type ColumnTest, indexableTests } from '../predicate/column_test.js';
import type { State } from './automaton.js';

/** Tests of which a row of the stream must pass one to be taken by one of these states. Null: it cannot be told of every row. */
export function startTests(
  starts: readonly State[],
  variables: MatchPlan['variables'],
  stream: string,
): readonly ColumnTest[] | null {
  const tests: ColumnTest[] = [];
  for (const { instruction } of starts) {
    if (instruction.op !== 'label') continue;
    const { stream: own, condition } = variables[instruction.variable]!;
    if (own !== null && own !== stream) continue;
    const indexable = condition === null ? null : indexableTests(condition, instruction.variable);
    if (indexable === null) return null;
    tests.push(...indexable);
  }
  return tests;
}
