import type { Row } from '../../src/event/row.js';
import type { MatchPlan, RulePlan } from '../../src/language/plan.js';
import { planText, rowsText } from './plan_text.js';

/** A generated rule and its rows as a regression test writes them, for a failing property. */
export function describePlan(plan: RulePlan & { operator: MatchPlan }, rows: readonly Row[]): string {
  return `${planText(plan)}\n-- rows: ${rowsText(rows)}`;
}
