import type { Expression, SelectItem } from '../ast.js';
import type { Span } from '../diagnostic.js';
import type { Bound, NamedExpression } from '../plan.js';
import type { Binder } from './binder.js';
import { listed } from './names.js';
import type { Problems } from './problems.js';

/** The columns of a select list as they come, with where each was written. */
export class OutputColumns {
  readonly #columns: { readonly column: NamedExpression; readonly span: Span }[] = [];

  constructor(private readonly problems: Problems) {}

  add(column: NamedExpression, span: Span): void {
    this.#columns.push({ column, span });
  }

  /** An item that is no star: named by its alias, its column, or its function. */
  addItem(
    { expression, alias, span }: SelectItem,
    binder: Binder,
    nameOf: (bound: Bound) => string | null,
  ): void {
    if (expression.kind === 'star') throw new Error('a star is no single column');
    const bound = binder.bind(expression);
    const place = (alias ?? expression).span ?? span;
    if (bound === null) {
      // Its name is known, so that what reads it is not wrong as well.
      const name = alias?.name ?? lastNameOf(expression);
      if (name !== null && !this.#has(name)) this.add({ name, expression: UNKNOWN }, place);
      return;
    }
    const name =
      alias?.name ?? nameOf(bound) ?? nameOfExpression(expression) ?? `_col${this.#columns.length}`;
    this.add({ name, expression: bound }, place);
  }

  #has(name: string): boolean {
    return this.#columns.some(({ column }) => column.name === name);
  }

  /** All of them; names that stand twice are noted. `items`: the select list. */
  finish(items: readonly SelectItem[]): readonly NamedExpression[] {
    const seen = new Set<string>();
    // By place: a star that repeats many columns is one mistake.
    const twice = new Map<Span, string[]>();
    for (const { column, span } of this.#columns) {
      if (seen.has(column.name)) twice.set(span, [...(twice.get(span) ?? []), column.name]);
      else seen.add(column.name);
    }
    for (const [span, names] of twice) {
      const isSpread = names.length === 1 && names[0] === '*';
      const message = isSpread
        ? 'two stars of the output give the same columns'
        : `two columns of the output are named ${listed(names)}`;
      const hint =
        isSpread || names.length > 1 ? 'name the columns that you want' : 'give one another name with AS';
      this.problems.error('duplicate_column', span, message, hint);
    }
    if (this.#columns.length === 0 && !this.problems.hasErrors) {
      this.problems.error(
        'no_columns',
        { start: items[0]!.span.start, end: items.at(-1)!.span.end },
        'the select list gives no column',
        'name what the output should show',
      );
    }
    return this.#columns.map(({ column }) => column);
  }
}

const UNKNOWN: Bound = { kind: 'constant', type: { kind: 'NULL' }, value: null };

function lastNameOf(expression: Expression): string | null {
  if (expression.kind !== 'reference') return nameOfExpression(expression);
  const last = expression.path.findLast((step) => step.kind === 'identifier');
  return last?.kind === 'identifier' ? last.name : null;
}

/** The name of a column by the last part of its path, as it is declared; null for what is no path. */
export function nameOfPath(bound: Bound, outputs: readonly NamedExpression[]): string | null {
  switch (bound.kind) {
    case 'column':
    case 'field':
      return bound.name;
    case 'element':
      return nameOfPath(bound.operand, outputs);
    case 'output':
      return outputs[bound.index]?.name ?? null;
    case 'navigation':
      return nameOfPath(bound.operand, outputs);
    default:
      return null;
  }
}

/** A function's name in lower case; null for operators and constants. */
function nameOfExpression(expression: Expression): string | null {
  switch (expression.kind) {
    case 'call':
      return expression.name.name.toLowerCase();
    case 'cast':
    case 'case':
    case 'extract':
      return expression.kind;
    default:
      return null;
  }
}

/** Whether an expression is written as a path, so that it is named by its column. */
export function isPath(expression: Expression): boolean {
  return expression.kind === 'reference';
}
