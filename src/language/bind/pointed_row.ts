import { aggregateNames } from '../aggregates.js';
import type { Call, Reference } from '../ast.js';
import type { Span } from '../diagnostic.js';
import type { Bound, Source } from '../plan.js';
import type { Binder, Scope } from './binder.js';
import { bindClassifier, bindMatchFact } from './classifier.js';
import { bindPath } from './path.js';
import type { Problems } from './problems.js';
import type { RowReader } from './row_reader.js';
import { bindColumn, findSource } from './sources.js';
import type { RowSet, Variables } from './variables.js';

const NAVIGATIONS: readonly string[] = ['PREV', 'NEXT', 'FIRST', 'LAST'];

/** What a navigation or aggregate is given: an expression over one row, of the variable that it names (ISO 6.26, 6.4). */
export class PointedRow implements Scope {
  /** The rows that were named: undefined none yet, null every row of the match. */
  #rows: RowSet | null | undefined = undefined;

  constructor(
    private readonly reader: RowReader,
    private readonly variables: Variables,
    private readonly sources: readonly Source[],
    /** The navigation or aggregate, for messages. */
    private readonly around: string,
    private readonly isDefine: boolean,
  ) {}

  /** Whether a column or CLASSIFIER was read at all. */
  get isRead(): boolean {
    return this.#rows !== undefined;
  }

  /** The variables named; null: every row of the match. */
  get set(): readonly number[] | null {
    return this.#rows?.set ?? null;
  }

  reference({ path }: Reference, binder: Binder): Bound | null {
    const [first, second, ...rest] = path;
    if (first?.kind !== 'identifier') return null;
    const { problems } = binder;
    const { sources, variables } = this;
    if (second?.kind === 'identifier') {
      const rows = variables.find(first);
      if (rows !== undefined) {
        if (!this.reader.checkReadable(rows, first.span, problems) || !this.name(rows, first.span, problems))
          return null;
        return bindPath(bindColumn(second, variables.sourcesOf(rows.set), sources, problems), rest, binder);
      }
      const source = findSource(first, sources);
      if (source !== undefined) {
        if (!this.name(null, first.span, problems)) return null;
        return bindPath(bindColumn(second, [source], sources, problems), rest, binder);
      }
      if (variables.isUnknown(first)) return variables.refuseUnknown(first, problems);
    } else if (variables.isAlone(first)) {
      return variables.refuseAlone(first, problems);
    }
    if (!this.name(null, first.span, problems)) return null;
    return bindPath(bindColumn(first, sources, sources, problems), path.slice(1), binder);
  }

  matchCall(call: Call, { problems }: Binder): Bound | null | undefined {
    const upper = call.name.name.toUpperCase();
    if (upper === 'CLASSIFIER') {
      const node = bindClassifier(call, this.reader, problems);
      if (node === null) return null;
      const named = node.set === null ? null : { name: upper, set: node.set };
      return this.name(named, call.span, problems) ? node : null;
    }
    if (upper === 'MATCH_NUMBER' || upper === 'MATCH_ROWTIME' || upper === 'MATCH_STATUS') {
      return bindMatchFact(call, upper, this.isDefine, problems);
    }
    if (!NAVIGATIONS.includes(upper) && !aggregateNames.includes(upper)) return undefined;
    const hint =
      ['PREV', 'NEXT'].includes(this.around) && ['FIRST', 'LAST'].includes(upper)
        ? `${upper} must be all that ${this.around} is given`
        : 'only FIRST and LAST may stand in PREV and NEXT';
    return problems.error(
      'nested_navigation',
      call.span,
      `${upper} cannot stand inside ${this.around}`,
      hint,
    );
  }

  /** Notes which rows are named: one navigation or aggregate names one variable (ISO 6.26, syntax rules). */
  name(rows: RowSet | null, span: Span, problems: Problems): boolean {
    const before = this.#rows;
    if (before === undefined) this.#rows = rows;
    else if (JSON.stringify(before?.set ?? null) !== JSON.stringify(rows?.set ?? null)) {
      const [a, b] = [before, rows].map((each) => each?.name ?? 'every row of the match');
      const message = `${this.around} reads rows of one variable, and this names ${a} and ${b}`;
      problems.error(
        'mixed_variables',
        span,
        message,
        `write ${this.around} once for each, and put the results together`,
      );
      return false;
    }
    return true;
  }
}
