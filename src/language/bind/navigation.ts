import type { Call, Expression } from '../ast.js';
import type { Bound, NavigationNode } from '../plan.js';
import { MAX_BOUND } from '../quantifiers.js';
import type { Binder } from './binder.js';
import type { MatchReader } from './match_reader.js';
import { PointedRow } from './pointed_row.js';

/**
 * PREV, NEXT, FIRST and LAST (ISO 6.26): FIRST and LAST choose among the labelled rows, PREV and NEXT go on in the partition
 * from the last one, or from what a FIRST or LAST inside of them chose.
 */
export function bindNavigation(call: Call, match: MatchReader, binder: Binder): Bound | null {
  const upper = call.name.name.toUpperCase();
  const { problems } = binder;
  const [argument, offset, ...others] = call.arguments;
  if (argument === undefined || argument.kind === 'star' || others.length > 0 || call.distinct) {
    const message = `${upper} takes an expression and perhaps a number of rows, as in ${upper}(price, 2)`;
    return problems.error('wrong_argument', call.span, message);
  }
  const isLogical = upper === 'FIRST' || upper === 'LAST';
  const steps = offset === undefined ? (isLogical ? 0 : 1) : bindOffset(upper, offset as Expression, binder);
  if (isLogical) {
    if (!checkSemantics(call, match, binder)) return null;
    const chosen = choose(upper, argument, match, binder);
    return chosen === null || steps === null
      ? null
      : { ...chosen, logical: steps, semantics: semanticsOf(call) };
  }
  if (call.semantics !== null) {
    const message = `${call.semantics} belongs to FIRST, LAST and aggregates, not to ${upper}`;
    return problems.error('misplaced_semantics', call.span, message);
  }
  if (upper === 'NEXT' && binder.environment.input === 'stream') {
    const message = 'NEXT would read rows that have not come yet: on a stream it cannot be known';
    return problems.error(
      'next_on_stream',
      call.span,
      message,
      'name the next row in PATTERN, or look back with PREV',
    );
  }
  const inner = innerNavigation(argument);
  const chosen =
    inner === null ? choose(upper, argument, match, binder) : bindNavigation(inner, match, binder);
  if (chosen === null || steps === null || chosen.kind !== 'navigation') return null;
  return { ...chosen, physical: upper === 'PREV' ? -steps || 0 : steps };
}

function semanticsOf({ semantics }: Call): 'running' | 'final' {
  return semantics === 'FINAL' ? 'final' : 'running';
}

/** FINAL is for MEASURES: while DEFINE is asked, the match is not over (language.md 5). */
export function checkSemantics(
  { semantics, span }: Call,
  { isDefine }: MatchReader,
  { problems }: Binder,
): boolean {
  if (semantics !== 'FINAL' || !isDefine) return true;
  problems.error(
    'final_in_define',
    span,
    'FINAL reads the whole match, which is not over while DEFINE is asked',
  );
  return false;
}

function innerNavigation(argument: Expression): Call | null {
  if (argument.kind !== 'call') return null;
  const upper = argument.name.name.toUpperCase();
  return upper === 'FIRST' || upper === 'LAST' ? argument : null;
}

/** The row that a navigation starts from, and what is read of it. */
function choose(
  upper: string,
  argument: Expression,
  match: MatchReader,
  binder: Binder,
): NavigationNode | null {
  const row = new PointedRow(match, match.parts.variables, match.parts.sources, upper, match.isDefine);
  const operand = binder.within(row).bind(argument);
  if (operand === null) return null;
  if (!row.isRead) {
    const message = `${upper} reads a row: it needs a column or CLASSIFIER()`;
    return binder.problems.error('navigation_without_column', argument.span, message);
  }
  return {
    kind: 'navigation',
    type: operand.type,
    set: row.set,
    from: upper === 'FIRST' ? 'first' : 'last',
    logical: 0,
    physical: 0,
    semantics: 'running',
    operand,
  };
}

/** A number of rows: a constant, 0 or more. */
function bindOffset(upper: string, offset: Expression, binder: Binder): number | null {
  const bound = binder.bind(offset);
  if (bound === null) return null;
  if (bound.kind === 'constant' && bound.type.kind === 'BIGINT' && typeof bound.value === 'number') {
    if (bound.value >= 0 && bound.value <= MAX_BOUND) return bound.value;
  }
  const message = `how many rows ${upper} goes is a constant from 0 to ${MAX_BOUND}`;
  return binder.problems.error('bad_offset', offset.span, message);
}
