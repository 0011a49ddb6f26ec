import type { Row } from '../../event/row.js';
import type { Type, Value } from '../../event/value.js';
import type { Faults } from './faults.js';

/** What an expression is evaluated over. */
export interface Scope {
  /** The row that column nodes read; null: they are NULL. */
  row: Row | null;
  readonly faults: Faults;
}

/** A compiled expression. */
export type Evaluator<S extends Scope = Scope> = (scope: S) => Value;

/** A compiled operand with its value where that is the same for every scope and made no fault. */
export interface Operand<S extends Scope = Scope> {
  readonly evaluate: Evaluator<S>;
  readonly constant: { readonly value: Value } | null;
}

/** What a call computes of values that are not NULL (where one is NULL, so is the call). */
export type Body = (values: readonly Value[], faults: Faults) => Value;

/** Scalar functions by the names of `language/functions.ts`, with the static types of the arguments and of the result. */
export type FunctionBodies = Readonly<
  Record<string, (values: readonly Value[], faults: Faults, types: readonly Type[], result: Type) => Value>
>;
