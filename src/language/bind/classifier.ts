import type { Call } from '../ast.js';
import type { Bound, ClassifierNode } from '../plan.js';
import type { Problems } from './problems.js';
import type { RowReader } from './row_reader.js';

/** CLASSIFIER([v]), ISO 6.x: the label of the last row, or of the last row of a variable. */
export function bindClassifier(call: Call, rows: RowReader, problems: Problems): ClassifierNode | null {
  const { arguments: list, semantics, distinct, span } = call;
  if (semantics !== null || distinct) {
    return problems.error(
      'misplaced_semantics',
      span,
      `CLASSIFIER takes no ${semantics ?? 'DISTINCT'}`,
      `write ${semantics ?? 'FINAL'} LAST(CLASSIFIER())`,
    );
  }
  const node = (set: readonly number[] | null): ClassifierNode => ({
    kind: 'classifier',
    type: { kind: 'VARCHAR' },
    set,
    semantics: 'running',
  });
  const [argument, second] = list;
  if (argument === undefined) return node(null);
  const name = argument.kind === 'reference' && argument.path.length === 1 ? argument.path[0] : undefined;
  if (name?.kind !== 'identifier' || second !== undefined) {
    return problems.error('wrong_argument', span, 'CLASSIFIER takes one pattern variable, or nothing');
  }
  const found = rows.find(name);
  if (found === undefined)
    return problems.error('unknown_variable', name.span, `PATTERN has no variable ${name.name}`);
  return rows.checkReadable(found, name.span, problems) ? node(found.set) : null;
}

const FACTS = {
  MATCH_NUMBER: { kind: 'match_number', type: { kind: 'BIGINT' } },
  MATCH_ROWTIME: { kind: 'match_rowtime', type: { kind: 'TIMESTAMP' } },
  MATCH_STATUS: { kind: 'match_status', type: { kind: 'VARCHAR' } },
} as const;

/** MATCH_NUMBER(), MATCH_ROWTIME(), MATCH_STATUS(). */
export function bindMatchFact(
  call: Call,
  name: keyof typeof FACTS,
  isDefine: boolean,
  problems: Problems,
): Bound | null {
  const { arguments: list, semantics, distinct, span } = call;
  if (semantics !== null) {
    const message = `${semantics} belongs to FIRST, LAST and aggregates, not to ${name}`;
    return problems.error('misplaced_semantics', span, message);
  }
  if (list.length > 0 || distinct) {
    return problems.error('wrong_argument', span, `${name} takes nothing: write ${name}()`);
  }
  if (isDefine && name === 'MATCH_STATUS') {
    return problems.error(
      'wrong_argument',
      span,
      'MATCH_STATUS() is known when the match is over: DEFINE cannot read it',
    );
  }
  return FACTS[name];
}
