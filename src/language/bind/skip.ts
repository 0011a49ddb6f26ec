import type { Skip } from '../ast.js';
import type { PatternPlan, SkipPlan } from '../plan.js';
import { didYouMean } from './names.js';
import type { Problems } from './problems.js';
import type { Variables } from './variables.js';

/** AFTER MATCH (ISO 7.7). What is certain to lead nowhere is refused (language.md 12). */
export function bindSkip(
  skip: Skip | null,
  pattern: PatternPlan,
  variables: Variables,
  problems: Problems,
): SkipPlan | null {
  if (skip === null || skip.mode === 'past_last_row') return { mode: 'past_last_row' };
  if (skip.mode === 'to_next_row' || skip.mode === 'no_skip') return { mode: skip.mode };
  const { mode, variable, span } = skip;
  if (variable === null) throw new Error(`SKIP ${mode} without a variable`);
  const { name } = variable;
  const rows = variables.find(variable);
  if (rows === undefined) {
    const hint = didYouMean(name, variables.names);
    return problems.error('unknown_variable', variable.span, `PATTERN has no variable ${name}`, hint);
  }
  const labelled = rows.set.filter((index) => variables.list[index]?.isLabelled);
  if (labelled.length === 0) {
    const message = `no row has the label ${name}: the search cannot go on there`;
    return problems.error('bad_skip', span, message, 'AFTER MATCH SKIP PAST LAST ROW is the default');
  }
  if (isCertainlyFirst(labelled, mode, pattern)) {
    const message = `${name} is the first row of every match: the search would find the same match again`;
    return problems.error(
      'bad_skip',
      span,
      message,
      'write AFTER MATCH SKIP TO NEXT ROW to try each later row',
    );
  }
  return { mode, set: labelled };
}

/** Whether the row skipped to is the first one in every match. */
function isCertainlyFirst(
  set: readonly number[],
  mode: 'to_first' | 'to_last',
  pattern: PatternPlan,
): boolean {
  const [head, ...rest] = flat(pattern);
  const isIn = (plan: PatternPlan): boolean => plan.kind === 'variable' && set.includes(plan.variable);
  if (head === undefined) return false;
  const first = head.kind === 'quantified' && head.min > 0 ? head.body : head;
  if (!isIn(first)) return false;
  if (mode === 'to_first') return true;
  const isOnce = head.kind !== 'quantified' || head.max === 1;
  return isOnce && !rest.some((plan) => mentions(plan, set));
}

function flat(pattern: PatternPlan): readonly PatternPlan[] {
  return pattern.kind === 'concatenation' ? pattern.elements.flatMap(flat) : [pattern];
}

function mentions(pattern: PatternPlan, set: readonly number[]): boolean {
  switch (pattern.kind) {
    case 'variable':
      return set.includes(pattern.variable);
    case 'concatenation':
    case 'permute':
      return pattern.elements.some((each) => mentions(each, set));
    case 'alternation':
      return pattern.branches.some((each) => mentions(each, set));
    case 'quantified':
    case 'exclusion':
      return mentions(pattern.body, set);
    default:
      return false;
  }
}
