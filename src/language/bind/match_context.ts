import type { Identifier, MatchRecognize } from '../ast.js';
import type { NamedExpression, Source } from '../plan.js';
import type { Environment } from './environment.js';
import type { Modes } from './match_modes.js';
import { MatchScope } from './match_scope.js';
import type { Problems } from './problems.js';
import type { Variables } from './variables.js';

/** What the output of one MATCH_RECOGNIZE is bound with. */
export interface MatchContext {
  readonly clause: MatchRecognize;
  /** Behind MATCH_RECOGNIZE (...), or null. */
  readonly alias: Identifier | null;
  readonly sources: readonly Source[];
  readonly variables: Variables;
  readonly partitionBy: readonly NamedExpression[];
  /** The columns of ORDER BY, as output columns of ALL ROWS. */
  readonly orderColumns: readonly NamedExpression[];
  readonly modes: Modes;
  readonly environment: Environment;
  readonly problems: Problems;
}

/** A scope over the match for MEASURES, or for the select list in their place. */
export function measureScope(context: MatchContext, clause: 'MEASURES' | 'the select list'): MatchScope {
  const { variables, sources, partitionBy, modes } = context;
  const alias = clause === 'the select list' ? context.alias : null;
  const bare = clause === 'the select list' && modes.rowsPerMatch === 'all' ? 'own' : 'last';
  return new MatchScope({ clause, variables, sources, alias, candidate: null, bare, partitionBy });
}
