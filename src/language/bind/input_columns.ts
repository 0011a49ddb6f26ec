import type { Span } from '../diagnostic.js';
import type { Bound, NamedExpression, Source } from '../plan.js';
import { Problems } from './problems.js';
import { bindColumn } from './sources.js';

/** What `*` gives of the rows of some sources. */
export interface InputColumns {
  readonly columns: readonly NamedExpression[];
  /** Columns that have two types, so that `*` cannot give them. */
  readonly ambiguous: readonly string[];
}

const NOWHERE: Span = { start: 0, end: 0 };

/**
 * The declared columns of sources in their order, each once, without those in `except`; where one is not declared, also every
 * other field that a row has.
 */
export function inputColumns(
  readable: readonly Source[],
  all: readonly Source[],
  except: readonly string[],
): InputColumns {
  const names = [...new Set(readable.flatMap(({ schema }) => schema.columns.map(({ name }) => name)))];
  const columns: NamedExpression[] = [];
  const ambiguous: string[] = [];
  for (const name of names) {
    if (except.includes(name)) continue;
    const bound = columnNamed(name, readable, all);
    if (bound === null) ambiguous.push(name);
    else columns.push({ name, expression: bound });
  }
  if (readable.some(({ schema }) => !schema.declared)) columns.push(spreadFields([...except, ...names]));
  return { columns, ambiguous };
}

/** A column by its exact name, or null where its types differ. */
export function columnNamed(name: string, readable: readonly Source[], all: readonly Source[]): Bound | null {
  return bindColumn({ kind: 'identifier', name, quoted: true, span: NOWHERE }, readable, all, new Problems());
}

function spreadFields(except: readonly string[]): NamedExpression {
  const expression: Bound = { kind: 'fields', type: { kind: 'ANY' }, except: [...new Set(except)] };
  return { name: '*', expression, spread: true };
}
