import type { MatchRecognize } from '../ast.js';
import type { Bound, MatchPlan } from '../plan.js';
import type { Problems } from './problems.js';
import { looksAround, operandsOf, readsEarlierRows } from './reads.js';

type Checked = Pick<MatchPlan, 'absentBefore' | 'variables' | 'skip' | 'emitEarliest' | 'measures'>;

/** What is wrong with a match as a whole, though each clause of it is right. */
export function checkMatch(plan: Checked, clause: MatchRecognize, problems: Problems): void {
  absenceBeforeReadsItsRow(plan, problems);
  numberIsKnown(plan, clause, problems);
}

/** `NOT b -> a` asks of b before there is a match: it can read its own row only (language.md 4). */
function absenceBeforeReadsItsRow({ absentBefore, variables }: Checked, problems: Problems): void {
  for (const index of absentBefore) {
    const variable = variables[index];
    if (variable === undefined || variable.condition === null) continue;
    if (!readsEarlierRows(variable.condition, index) && !looksAround(variable.condition)) continue;
    const message = `${variable.name} must be absent before the match: its condition can read its own row only`;
    problems.error('absent_reads_match', variable.span, message);
  }
}

/** Where matches run beside one another, the number of one is not known before it is out. */
function numberIsKnown(
  { variables, skip, emitEarliest, measures }: Checked,
  clause: MatchRecognize,
  problems: Problems,
): void {
  const isNoSkip = skip.mode === 'no_skip';
  if (!isNoSkip && !emitEarliest) return;
  const mode = isNoSkip ? 'AFTER MATCH NO SKIP' : 'EMIT EARLIEST';
  for (const { name, condition, span } of variables) {
    if (condition === null || !reads(condition, 'match_number')) continue;
    problems.error(
      'number_not_known',
      span,
      `the condition of ${name} reads MATCH_NUMBER(), which is not known under ${mode}`,
    );
  }
  if (!isNoSkip || !measures.some(({ expression }) => reads(expression, 'match_number'))) return;
  const message = 'MATCH_NUMBER() has no meaning under AFTER MATCH NO SKIP, where matches overlap at will';
  problems.error('number_not_known', clause.skip?.span ?? clause.span, message);
}

function reads(bound: Bound, kind: Bound['kind']): boolean {
  return bound.kind === kind || operandsOf(bound).some((operand) => reads(operand, kind));
}
