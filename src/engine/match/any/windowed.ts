import type { MatchPlan } from '../../../language/plan.js';
import { Automaton } from '../automaton.js';
import { Measures } from '../measures.js';
import { compileProgram } from '../program.js';
import { Conditions } from '../registers.js';
import { MOST_STATES, Unambiguous } from './unambiguous.js';

/** What is compiled of a rule of AFTER MATCH NO SKIP that is matched over windows of rows. */
export interface Windowed {
  readonly automaton: Unambiguous;
  readonly general: Automaton;
  readonly conditions: Conditions;
  readonly measures: Measures;
}

/** Throws RangeError when the pattern is too large. Null where a window of rows does not say all that the rule has to know. */
export function compileWindowed(plan: MatchPlan, input: 'stream' | 'bounded'): Windowed | null {
  if (plan.skip.mode !== 'no_skip' || plan.timedOut || plan.absentBefore.length > 0) return null;
  if (plan.absentAfter.length > 0 || plan.variables.length > MOST_STATES) return null;
  // Where event time does not go on from row to row, WITHIN ends other starts than the first.
  if (input === 'bounded' && plan.orderBy.length > 0 && plan.within !== null) return null;
  const names = plan.variables.map(({ name }) => name);
  const conditions = new Conditions(
    plan.variables.map(({ condition }) => condition),
    names,
  );
  const { rowOnly, registers, readsMatchNumber } = conditions;
  if (!rowOnly.every(Boolean) || registers.length > 0 || readsMatchNumber) return null;
  const measures = new Measures(plan, names);
  if (measures.readsPartition || measures.lookback > 0) return null;
  const general = new Automaton(compileProgram(plan.pattern, []));
  const automaton = Unambiguous.of(general);
  return automaton === null ? null : { automaton, general, conditions, measures };
}
