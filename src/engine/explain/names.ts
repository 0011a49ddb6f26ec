import type { RulePlan } from '../../language/plan.js';
import type { Names } from './sql.js';

/** The names that stand in a rule's expressions. */
export function namesOf({ sources, operator }: RulePlan): Names {
  const isMatch = operator.kind === 'match';
  return {
    variables: isMatch ? operator.variables.map(({ name }) => name) : [],
    measures: isMatch ? operator.measures.map(({ name }) => name) : [],
    isSeveral: new Set(sources.map(({ stream }) => stream)).size > 1,
  };
}
