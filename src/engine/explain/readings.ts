import type { AggregateNode, Bound, ClassifierNode, NavigationNode } from '../../language/plan.js';

export type ColumnNode = Extract<Bound, { kind: 'column' }>;
/** What reads more than the row that is being tried. */
export type EarlierNode =
  | NavigationNode
  | AggregateNode
  | ClassifierNode
  | Extract<Bound, { kind: 'match_number' | 'match_rowtime' | 'match_status' }>;

/** What a condition of DEFINE reads, each once. */
export interface Readings {
  /** Columns of the row itself. */
  readonly columns: readonly ColumnNode[];
  readonly earlier: readonly EarlierNode[];
}

/** What a condition reads; `candidate`: the variable whose condition it is, null for WHERE. */
export function readingsOf(condition: Bound | null, candidate: number | null): Readings {
  const columns = new Map<string, ColumnNode>();
  const earlier = new Map<string, EarlierNode>();
  const work: Bound[] = condition === null ? [] : [condition];
  for (let bound = work.pop(); bound !== undefined; bound = work.pop()) {
    const node = earlierNode(bound, candidate);
    if (bound.kind === 'column') columns.set(bound.name, bound);
    else if (node !== null) earlier.set(textOf(node), node);
    else work.push(...operandsOf(bound).toReversed());
  }
  return { columns: [...columns.values()], earlier: [...earlier.values()] };
}

/** The node where it reads more than the candidate: LAST of what the candidate is labelled with is the candidate itself. */
function earlierNode(bound: Bound, candidate: number | null): EarlierNode | null {
  const isOwn = (set: readonly number[] | null) =>
    set === null || candidate === null || set.includes(candidate);
  switch (bound.kind) {
    case 'aggregate':
    case 'match_number':
      return bound;
    case 'classifier':
      return isOwn(bound.set) ? null : bound;
    case 'navigation': {
      const { from, logical, physical, set } = bound;
      return from === 'last' && logical === 0 && physical === 0 && isOwn(set) ? null : bound;
    }
    default:
      return null;
  }
}

/** Equal nodes have equal texts. */
function textOf(bound: Bound): string {
  return JSON.stringify(bound, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

function operandsOf(bound: Bound): readonly Bound[] {
  switch (bound.kind) {
    case 'field':
    case 'not':
    case 'is_null':
    case 'cast':
    case 'navigation':
      return [bound.operand];
    case 'element':
      return [bound.operand, bound.index];
    case 'call':
      return bound.arguments;
    case 'and':
    case 'or':
      return bound.operands;
    case 'case':
      return [...bound.branches.flatMap(({ when, then }) => [when, then]), bound.otherwise];
    default:
      return [];
  }
}
