import type { Call, Identifier, PathStep, Reference } from '../ast.js';
import type { Bound, NamedExpression } from '../plan.js';
import type { Binder, Scope } from './binder.js';
import { findNamed, isCalled } from './names.js';
import { bindPath } from './path.js';

/** A scope in which the columns of the select list are known too, and come first: ORDER BY, and WHERE without MEASURES. */
export class AliasScope implements Scope {
  constructor(
    private readonly columns: readonly NamedExpression[],
    private readonly below: Scope,
    /** Behind MATCH_RECOGNIZE (...): `m.probes` is the column probes. Null: there is none. */
    private readonly alias: Identifier | null = null,
  ) {}

  reference(reference: Reference, binder: Binder): Bound | null {
    const [first, second, ...rest] = reference.path;
    if (first?.kind !== 'identifier') return null;
    if (this.alias !== null && second?.kind === 'identifier' && isCalled(first, this.alias.name)) {
      const column = this.#column(second);
      return column === undefined ? this.below.reference(reference, binder) : bindPath(column, rest, binder);
    }
    const column = this.#column(first);
    const steps = reference.path.slice(1);
    return column === undefined || !isWithin(column, steps)
      ? this.below.reference(reference, binder)
      : bindPath(column, steps, binder);
  }

  matchCall(call: Call, binder: Binder): Bound | null | undefined {
    return this.below.matchCall(call, binder);
  }

  #column(name: Identifier): Bound | undefined {
    return findNamed(name, this.columns, (each) => each.name)?.expression;
  }
}

/** Whether a path can go on from a column: `a.x` is of the variable a, also where a column is called a. */
function isWithin({ type }: Bound, [step]: readonly PathStep[]): boolean {
  return step === undefined || step.kind === 'subscript' || type.kind === 'ROW';
}
