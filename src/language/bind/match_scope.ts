import { aggregateNames } from '../aggregates.js';
import type { Call, Identifier, Reference } from '../ast.js';
import type { Span } from '../diagnostic.js';
import type { Bound, NamedExpression, Source } from '../plan.js';
import { bindAggregate } from './aggregate.js';
import type { Binder, Scope } from './binder.js';
import { bindClassifier, bindMatchFact } from './classifier.js';
import { fingerprint } from './fingerprint.js';
import { isCalled } from './names.js';
import { bindNavigation } from './navigation.js';
import { bindPath } from './path.js';
import type { Problems } from './problems.js';
import type { RowReader } from './row_reader.js';
import { bindColumn, findSource } from './sources.js';
import type { RowSet, Variable, Variables } from './variables.js';

export interface MatchScopeParts {
  readonly clause: 'DEFINE' | 'MEASURES' | 'the select list';
  readonly variables: Variables;
  readonly sources: readonly Source[];
  /** Behind MATCH_RECOGNIZE (...), for the select list in place of MEASURES: `m.amount` is `amount` there. Else null. */
  readonly alias: Identifier | null;
  /** DEFINE: the variable whose condition it is. */
  readonly candidate: Variable | null;
  /**
   * What a bare column is: of the candidate row (DEFINE), of the last row of the match (MEASURES, ISO: RUNNING LAST), of the
   * row that is given out (ALL ROWS without MEASURES).
   */
  readonly bare: 'candidate' | 'last' | 'own';
  /** PARTITION BY: a column of it is the same on every row, and there where no row has a label. */
  readonly partitionBy: readonly NamedExpression[];
}

/** A match: DEFINE, MEASURES, and the select list where MEASURES is left out (ISO 4.16, 7.7). */
export class MatchScope implements Scope, RowReader {
  constructor(readonly parts: MatchScopeParts) {}

  get isDefine(): boolean {
    return this.parts.clause === 'DEFINE';
  }

  reference(reference: Reference, binder: Binder): Bound | null {
    const { path } = reference;
    const [first, second, ...rest] = path;
    if (first?.kind !== 'identifier') return null;
    const { sources, variables, alias } = this.parts;
    const { problems } = binder;
    if (second?.kind === 'identifier') {
      const rows = variables.find(first);
      if (rows !== undefined) {
        if (!this.checkReadable(rows, first.span, problems)) return null;
        const operand = bindColumn(second, variables.sourcesOf(rows.set), sources, problems);
        return operand === null ? null : bindPath(last(rows.set, operand), rest, binder);
      }
      if (alias !== null && isCalled(first, alias.name))
        return bindPath(this.#bare(second, this.#bareSources(), problems), rest, binder);
      const source = findSource(first, sources);
      if (source !== undefined) return bindPath(this.#bare(second, [source], problems), rest, binder);
      if (variables.isUnknown(first)) return variables.refuseUnknown(first, problems);
    } else if (variables.isAlone(first)) {
      return variables.refuseAlone(first, problems);
    }
    return bindPath(this.#bare(first, this.#bareSources(), problems), path.slice(1), binder);
  }

  matchCall(call: Call, binder: Binder): Bound | null | undefined {
    const upper = call.name.name.toUpperCase();
    if (aggregateNames.includes(upper)) return bindAggregate(call, this, binder);
    switch (upper) {
      case 'PREV':
      case 'NEXT':
      case 'FIRST':
      case 'LAST':
        return bindNavigation(call, this, binder);
      case 'CLASSIFIER':
        return bindClassifier(call, this, binder.problems);
      case 'MATCH_NUMBER':
      case 'MATCH_ROWTIME':
      case 'MATCH_STATUS':
        return bindMatchFact(call, upper, this.isDefine, binder.problems);
      default:
        return undefined;
    }
  }

  find(identifier: Identifier): RowSet | undefined {
    return this.parts.variables.find(identifier);
  }

  /** Notes a problem where no row can have a label of the set (NOT); in its own DEFINE the candidate has it. */
  checkReadable({ name, set }: RowSet, span: Span, problems: Problems): boolean {
    const { variables, candidate } = this.parts;
    const isReadable = set.some(
      (index) => variables.list[index]?.isLabelled === true || index === candidate?.index,
    );
    if (isReadable) return true;
    problems.error(
      'absent_variable',
      span,
      `${name} must be absent from the match: there is no row of it to read`,
    );
    return false;
  }

  #bareSources(): readonly Source[] {
    const { variables, candidate, sources } = this.parts;
    return candidate === null ? sources : variables.sourcesOf([candidate.index]);
  }

  #bare(name: Identifier, readable: readonly Source[], problems: Problems): Bound | null {
    const { bare, partitionBy, sources } = this.parts;
    const column = bindColumn(name, readable, sources, problems);
    if (column === null || bare !== 'last') return column;
    const text = fingerprint(column);
    if (partitionBy.some(({ expression }) => fingerprint(expression) === text)) return column;
    return last(null, column);
  }
}

/** RUNNING LAST(set.column). */
function last(set: readonly number[] | null, operand: Bound): Bound {
  return {
    kind: 'navigation',
    type: operand.type,
    set,
    from: 'last',
    logical: 0,
    physical: 0,
    semantics: 'running',
    operand,
  };
}
