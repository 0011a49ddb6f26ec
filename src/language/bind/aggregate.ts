import { explainAggregate, resolveAggregate } from '../aggregates.js';
import type { Call, Star } from '../ast.js';
import type { Bound } from '../plan.js';
import type { Binder } from './binder.js';
import type { MatchReader } from './match_reader.js';
import { checkSemantics } from './navigation.js';
import { PointedRow } from './pointed_row.js';
import { promoted } from './promote.js';

/** An aggregate over the rows of the match, or of a variable: `COUNT(*)`, `COUNT(a.*)`, `SUM(DISTINCT a.x)` (ISO 6.4). */
export function bindAggregate(call: Call, match: MatchReader, binder: Binder): Bound | null {
  const upper = call.name.name.toUpperCase();
  const { problems } = binder;
  if (!checkSemantics(call, match, binder)) return null;
  const semantics = call.semantics === 'FINAL' ? 'final' : 'running';
  const [argument, second] = call.arguments;
  if (argument === undefined || second !== undefined) {
    const example = upper === 'COUNT' ? 'COUNT(*)' : `${upper}(price)`;
    return problems.error('wrong_argument', call.span, `${upper} takes one argument, as in ${example}`);
  }
  const row = new PointedRow(match, match.parts.variables, match.parts.sources, upper, match.isDefine);
  if (argument.kind === 'star') {
    if (!nameRows(argument, row, match, binder)) return null;
    const resolved = resolveAggregate(upper, null);
    if (resolved === null)
      return problems.error(
        'wrong_argument',
        call.span,
        explainAggregate(upper, null) ?? `${upper} takes no *`,
      );
    return {
      kind: 'aggregate',
      type: resolved.type,
      name: resolved.name,
      set: row.set,
      distinct: false,
      semantics,
      operand: null,
    };
  }
  const operand = binder.within(row).bind(argument);
  if (operand === null) return null;
  const resolved = resolveAggregate(upper, operand.type);
  if (resolved === null) {
    return problems.error(
      'wrong_argument',
      call.span,
      explainAggregate(upper, operand.type) ?? `${upper} does not take this`,
    );
  }
  return {
    kind: 'aggregate',
    type: resolved.type,
    name: resolved.name,
    set: row.set,
    distinct: call.distinct,
    semantics,
    operand: promoted(operand, resolved.parameterType ?? operand.type),
  };
}

function nameRows({ qualifier }: Star, row: PointedRow, match: MatchReader, { problems }: Binder): boolean {
  if (qualifier === null) return row.name(null, { start: 0, end: 0 }, problems);
  const rows = match.find(qualifier);
  if (rows === undefined) {
    problems.error('unknown_variable', qualifier.span, `PATTERN has no variable ${qualifier.name}`);
    return false;
  }
  return match.checkReadable(rows, qualifier.span, problems) && row.name(rows, qualifier.span, problems);
}
