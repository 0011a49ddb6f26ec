import { aggregateNames } from '../aggregates.js';
import type { Call, Identifier, Reference } from '../ast.js';
import type { Bound, NamedExpression } from '../plan.js';
import type { Binder, Scope } from './binder.js';
import { MATCH_FUNCTIONS } from './call.js';
import { enumerated, isCalled } from './names.js';
import { bindPath } from './path.js';

export interface OutputScopeParts {
  /** The alias behind MATCH_RECOGNIZE (...), or null. */
  readonly alias: Identifier | null;
  /** What MATCH_RECOGNIZE gives. Grows where `open` adds a column. */
  readonly outputs: NamedExpression[];
  /** ALL ROWS over a stream that is not declared: any other name is a column of the row. */
  readonly open: ((name: Identifier) => Bound) | null;
  /** Names of pattern variables: they are not seen here, which is worth saying. */
  readonly variables: readonly string[];
}

/** The output columns of MATCH_RECOGNIZE, which is all that the outer select list and WHERE see (ISO 7.6, 7.7). */
export class OutputScope implements Scope {
  constructor(private readonly parts: OutputScopeParts) {}

  reference({ path }: Reference, binder: Binder): Bound | null {
    const { alias, variables } = this.parts;
    const [first, second, ...rest] = path;
    if (first?.kind !== 'identifier') return null;
    if (alias !== null && second?.kind === 'identifier' && isCalled(first, alias.name)) {
      return bindPath(this.#column(second, binder), rest, binder);
    }
    if (
      second?.kind === 'identifier' &&
      !this.#has(first) &&
      variables.some((name) => isCalled(first, name))
    ) {
      const message = `with MEASURES the select list sees only the output columns, and ${first.name}.${second.name} is none`;
      return binder.problems.error(
        'variable_outside_match',
        first.span,
        message,
        `add ${first.name}.${second.name} AS ${second.name} to MEASURES`,
      );
    }
    return bindPath(this.#column(first, binder), path.slice(1), binder);
  }

  matchCall({ name, span }: Call, { problems }: Binder): null | undefined {
    const upper = name.name.toUpperCase();
    if (!aggregateNames.includes(upper) && !MATCH_FUNCTIONS.includes(upper)) return undefined;
    const message = `${upper} reads the match, and with MEASURES the select list sees only the output columns`;
    return problems.error(
      'match_function_outside',
      span,
      message,
      `put it into MEASURES: ${upper}(...) AS ${upper.toLowerCase()}`,
    );
  }

  #has(name: Identifier): boolean {
    return this.parts.outputs.some((output) => isCalled(name, output.name));
  }

  #column(name: Identifier, { problems }: Binder): Bound | null {
    const { outputs, open } = this.parts;
    const exact = indexes(outputs, (each) => each === name.name);
    const found = exact.length > 0 ? exact : indexes(outputs, (each) => isCalled(name, each));
    const [index, another] = found;
    if (another !== undefined) {
      const message = `MATCH_RECOGNIZE gives two columns named ${name.name}`;
      return problems.error('ambiguous_column', name.span, message, 'name the measure otherwise');
    }
    if (index !== undefined) return { kind: 'output', type: outputs[index]!.expression.type, index };
    if (open !== null) {
      const expression = open(name);
      outputs.push({ name: name.name, expression });
      return { kind: 'output', type: expression.type, index: outputs.length - 1 };
    }
    const names = outputs.filter(({ spread }) => spread !== true).map((output) => output.name);
    const hint = problems.suggest(name.name, names) ?? enumerated('it gives', names);
    return problems.error('unknown_column', name.span, `MATCH_RECOGNIZE gives no column ${name.name}`, hint);
  }
}

function indexes(outputs: readonly NamedExpression[], test: (name: string) => boolean): number[] {
  return outputs.flatMap(({ name, spread }, i) => (spread !== true && test(name) ? [i] : []));
}
