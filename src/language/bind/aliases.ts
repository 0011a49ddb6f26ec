import type { Call, Reference } from '../ast.js';
import type { Bound, NamedExpression } from '../plan.js';
import type { Binder, Scope } from './binder.js';
import { findNamed } from './names.js';

/** A scope in which the columns of the select list are known too, and come first: ORDER BY, and WHERE without MEASURES. */
export class AliasScope implements Scope {
  constructor(
    private readonly columns: readonly NamedExpression[],
    private readonly below: Scope,
  ) {}

  reference(reference: Reference, binder: Binder): Bound | null {
    const [name] = reference.path;
    const column =
      reference.path.length === 1 && name?.kind === 'identifier'
        ? findNamed(name, this.columns, (each) => each.name)
        : undefined;
    return column?.expression ?? this.below.reference(reference, binder);
  }

  matchCall(call: Call, binder: Binder): Bound | null | undefined {
    return this.below.matchCall(call, binder);
  }
}
