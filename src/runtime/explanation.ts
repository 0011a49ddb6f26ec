import { type Explanation, explain } from '../engine/explain/explanation.js';
import type { RulePlan } from '../language/plan.js';
import { warningReason } from '../language/warning_reason.js';
import type { Warning } from './change.js';

/** How a rule runs, and what its author should know. */
export interface RuleExplanation extends Explanation {
  readonly warnings: readonly (Warning & {
    /** At more length than the message; null where that says it all. */
    readonly why: string | null;
  })[];
}

/** Explains a plan as it runs on a stream, or on input that is read to its end. Throws RangeError when its pattern is too large. */
export function explainRule(
  plan: RulePlan,
  warnings: readonly Warning[],
  input: 'stream' | 'bounded' = 'stream',
): RuleExplanation {
  return {
    ...explain(plan, input),
    warnings: warnings.map((warning) => ({ ...warning, why: warningReason(warning.code) })),
  };
}
