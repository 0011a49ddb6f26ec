import { aggregateNames } from '../aggregates.js';
import type { Call, Expression } from '../ast.js';
import { checkArgument, explainCall, functionNamed, functionNames, resolveFunction } from '../functions.js';
import { NILADIC } from '../keywords.js';
import type { Bound } from '../plan.js';
import type { Binder } from './binder.js';
import { constantNumber } from './constant_number.js';
import { promoted } from './promote.js';

/** Functions that read a match: `matchCall` of the scope knows them. */
export const MATCH_FUNCTIONS: readonly string[] = [
  ...['PREV', 'NEXT', 'FIRST', 'LAST'],
  ...['CLASSIFIER', 'MATCH_NUMBER', 'MATCH_ROWTIME', 'MATCH_STATUS'],
];

/** What would make a replay differ (language.md 24). */
const UNREPEATABLE: ReadonlySet<string> = new Set([
  ...[...NILADIC, 'NOW', 'UNIX_TIMESTAMP', 'SYSDATE', 'GETDATE', 'PROCTIME'],
  ...['RANDOM', 'RAND', 'UUID', 'GEN_RANDOM_UUID', 'RAND_INTEGER', 'SHUFFLE'],
]);

/** Functions of other engines, and what is written here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  IFNULL: 'write COALESCE(x, y)',
  ISNULL: 'write x IS NULL',
  MATCH_PROCTIME: 'there is no time but that of events: MATCH_ROWTIME() is that of the last row',
  NVL: 'write COALESCE(x, y)',
};

/** A function, aggregate or navigation; null when a problem was noted. */
export function bindCall(call: Call, binder: Binder): Bound | null {
  const { name, span } = call;
  const { problems } = binder;
  const upper = name.name.toUpperCase();
  if (UNREPEATABLE.has(upper) && functionNamed(upper) === null) {
    return problems.error(
      'not_repeatable',
      span,
      `${upper} gives another value each time, and a replay must give the same alerts`,
      'use the time of an event, such as MATCH_ROWTIME() or the event-time column',
    );
  }
  const ofMatch = binder.scope.matchCall(call, binder);
  if (ofMatch !== undefined) return ofMatch;
  if (call.semantics !== null) {
    const message = `${call.semantics} belongs to FIRST, LAST and aggregates, not to ${upper}`;
    return problems.error('misplaced_semantics', span, message);
  }
  const expressions = call.arguments.filter((each): each is Expression => each.kind !== 'star');
  if (expressions.length < call.arguments.length || call.distinct) {
    const message = `${upper} takes no ${call.distinct ? 'DISTINCT' : '*'}: only an aggregate does`;
    return problems.error('wrong_argument', span, message);
  }
  const bound = binder.bindAll(expressions);
  if (functionNamed(upper) === null) {
    const hint =
      ELSEWHERE[upper] ?? problems.suggest(upper, [...functionNames, ...aggregateNames, ...MATCH_FUNCTIONS]);
    return problems.error('unknown_function', name.span, `there is no function ${upper}`, hint);
  }
  if (bound === null) return null;
  const types = bound.map(({ type }) => type);
  const resolved = resolveFunction(upper, types);
  if (resolved === null) {
    return problems.error(
      'wrong_argument',
      span,
      explainCall(upper, types) ?? `${upper} does not take these arguments`,
    );
  }
  if (!checkConstants(resolved.name, bound, expressions, binder)) return null;
  const operands = bound.map((each, i) => promoted(each, resolved.parameterTypes[i]!));
  return { kind: 'call', type: resolved.type, name: resolved.name, arguments: operands };
}

/** Constant arguments that are certain to fail are refused (language.md 5). */
function checkConstants(
  name: string,
  bound: readonly Bound[],
  expressions: readonly Expression[],
  { problems }: Binder,
): boolean {
  let isFine = true;
  for (const [i, each] of bound.entries()) {
    const { span } = expressions[i]!;
    if (name === 'MOD' && i === 1 && constantNumber(each)?.unscaled === 0n) {
      problems.error('division_by_zero', span, 'this divides by zero');
      isFine = false;
    }
    const problem = each.kind === 'constant' ? checkArgument(name, i, each.value) : null;
    if (problem === null) continue;
    problems.error('wrong_argument', span, problem);
    isFine = false;
  }
  return isFine;
}
