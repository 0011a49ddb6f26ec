import { aggregateNames } from '../aggregates.js';
import type { Call, Reference } from '../ast.js';
import type { Bound, Source } from '../plan.js';
import type { Binder, Scope } from './binder.js';
import { MATCH_FUNCTIONS } from './call.js';
import { bindPath } from './path.js';
import { bindColumn, findSource } from './sources.js';

/** One row of the streams: WHERE and the select list of a plain SELECT, PARTITION BY, ORDER BY. */
export class RowScope implements Scope {
  constructor(
    private readonly sources: readonly Source[],
    /** How messages call the place: `WHERE`. */
    private readonly clause: string,
    /** GROUP BY or a window stands there, and that it is not built has been said: aggregates need not be told of too. */
    private readonly isGrouped = false,
  ) {}

  reference({ path }: Reference, binder: Binder): Bound | null {
    const [first, second, ...rest] = path;
    if (first?.kind !== 'identifier') return null;
    const { sources } = this;
    if (second?.kind === 'identifier') {
      const source = findSource(first, sources);
      if (source !== undefined)
        return bindPath(bindColumn(second, [source], sources, binder.problems), rest, binder);
    }
    return bindPath(bindColumn(first, sources, sources, binder.problems), path.slice(1), binder);
  }

  matchCall({ name, span }: Call, { problems }: Binder): null | undefined {
    const upper = name.name.toUpperCase();
    if (aggregateNames.includes(upper)) {
      if (this.isGrouped) return null;
      const message = `${upper} over rows of a stream (windows with GROUP BY) is not built yet`;
      return problems.error(
        'not_built',
        span,
        message,
        'inside MATCH_RECOGNIZE aggregates read the rows of the match',
      );
    }
    if (!MATCH_FUNCTIONS.includes(upper)) return undefined;
    const message = `${upper} reads a match, and ${this.clause} sees one row`;
    return problems.error(
      'match_function_outside',
      span,
      message,
      'it may stand in the MEASURES and DEFINE of MATCH_RECOGNIZE',
    );
  }
}
