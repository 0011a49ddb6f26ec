import type { Bound } from '../../language/plan.js';
import { compile, type MatchNode, type Scope } from '../expression/compile.js';

/** Whether a kind of node that reads a match stands anywhere in an expression, inside a navigation or an aggregate too. */
export function mentions(bound: Bound, kind: MatchNode['kind']): boolean {
  let found = false;
  compile<Scope>(bound, (node) => {
    if (node.kind === kind) found = true;
    else if ((node.kind === 'navigation' || node.kind === 'aggregate') && node.operand !== null)
      found ||= mentions(node.operand, kind);
    return () => null;
  });
  return found;
}
