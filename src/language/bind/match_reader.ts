import type { Source } from '../plan.js';
import type { RowReader } from './row_reader.js';
import type { Variables } from './variables.js';

/** The match that navigations and aggregates read. */
export interface MatchReader extends RowReader {
  readonly isDefine: boolean;
  readonly parts: { readonly variables: Variables; readonly sources: readonly Source[] };
}
