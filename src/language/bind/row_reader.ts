import type { Identifier } from '../ast.js';
import type { Span } from '../diagnostic.js';
import type { Problems } from './problems.js';
import type { RowSet } from './variables.js';

/** Who knows the variables and subsets whose rows may be read. */
export interface RowReader {
  find(identifier: Identifier): RowSet | undefined;
  /** Notes a problem and gives false where no row can have a label of the set. */
  checkReadable(rows: RowSet, span: Span, problems: Problems): boolean;
}
