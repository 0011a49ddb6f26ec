import type { Call, Expression, Reference } from '../ast.js';
import type { Bound } from '../plan.js';
import type { Environment } from './environment.js';
import type { Problems } from './problems.js';

/** What names and match functions mean where an expression stands. Null always means that a problem was noted. */
export interface Scope {
  /** What a name or path means. */
  reference(reference: Reference, binder: Binder): Bound | null;
  /** A navigation, an aggregate, CLASSIFIER and the like; undefined: the call is none of them. */
  matchCall(call: Call, binder: Binder): Bound | null | undefined;
}

/** Binds expressions of one place in a statement. Null always means that a problem was noted. */
export interface Binder {
  readonly problems: Problems;
  readonly environment: Environment;
  readonly scope: Scope;
  bind(expression: Expression): Bound | null;
  /** All of them, or null when one has a problem; each is looked at. */
  bindAll(expressions: readonly Expression[]): readonly Bound[] | null;
  /** A condition: BOOLEAN, or of an undeclared stream. `what` begins the message: `WHERE`, `the condition of a`. */
  bindCondition(expression: Expression, what: string): Bound | null;
  /** The same for expressions that stand in another scope. */
  within(scope: Scope): Binder;
}
