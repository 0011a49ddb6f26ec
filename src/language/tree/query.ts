import type {
  Definition,
  Expression,
  From,
  Identifier,
  MatchRecognize,
  Measure,
  Node,
  Pattern,
  RowsPerMatch,
  Select,
  SelectItem,
  Skip,
  SortKey,
  Star,
  StreamReference,
  Subset,
  UnsupportedClause,
} from '../ast.js';
import type { Token } from '../token.js';
import { over } from './span.js';

// What the rules of select.ne, from.ne, order_by.ne, unbuilt.ne and match_recognize.ne build: the parameter is the rule's
// right side.

export function select(
  parts: readonly [
    Select,
    readonly UnsupportedClause[],
    readonly SortKey[] | null,
    readonly UnsupportedClause[],
  ],
): Select {
  const [body, sets, orderBy, limits] = parts;
  return {
    ...body,
    orderBy: orderBy ?? [],
    unsupported: [...body.unsupported, ...sets, ...limits],
    span: over(parts),
  };
}

type WindowFrom = From & { readonly unsupported: readonly UnsupportedClause[] };

export function selectBody(
  parts: readonly [
    Token,
    UnsupportedClause | null,
    SelectItem,
    readonly SelectItem[],
    Token,
    From | WindowFrom,
    readonly UnsupportedClause[],
    Expression | null,
    readonly UnsupportedClause[],
  ],
): Select {
  const [, distinct, one, others, , source, joins, where, groupings] = parts;
  const { unsupported, ...from } = { unsupported: [], ...source };
  return {
    kind: 'select',
    items: [one, ...others],
    from,
    where,
    orderBy: [],
    unsupported: [...(distinct === null ? [] : [distinct]), ...unsupported, ...joins, ...groupings],
    span: over(parts),
  };
}

export function selectItem(parts: readonly [Expression | Star, Identifier?]): SelectItem {
  const [expression, alias] = parts;
  return { kind: 'select_item', expression, alias: alias ?? null, span: over(parts) };
}

export function star(parts: readonly [Token]): Star {
  return { kind: 'star', qualifier: null, span: over(parts) };
}

export function qualifiedStar(parts: readonly [Identifier, Token, Token]): Star {
  return { kind: 'star', qualifier: parts[0], span: over(parts) };
}

export function from(parts: readonly [StreamReference, readonly StreamReference[]]): From {
  const [one, others] = parts;
  return { kind: 'from', streams: [one, ...others], matchRecognize: null, alias: null, span: over(parts) };
}

export function fromMatch(
  parts: readonly [StreamReference, readonly StreamReference[], MatchRecognize, Identifier | null],
): From {
  const [one, others, matchRecognize, alias] = parts;
  return { kind: 'from', streams: [one, ...others], matchRecognize, alias, span: over(parts) };
}

interface WindowCall extends Node {
  readonly table: Identifier;
  readonly unsupported: UnsupportedClause;
}

/** The stream of a window is taken as the one that is read, so that its name is checked as well. */
export function fromWindow(parts: readonly [WindowCall, Identifier | null]): WindowFrom {
  const [{ table, unsupported }, alias] = parts;
  const stream: StreamReference = { kind: 'stream_reference', name: table, alias, span: table.span };
  return {
    kind: 'from',
    streams: [stream],
    matchRecognize: null,
    alias: null,
    unsupported: [unsupported],
    span: over(parts),
  };
}

export function windowCall(
  parts: readonly [readonly [Token], Token, Identifier | Expression, readonly unknown[], Token],
): WindowCall {
  const [[form], , table] = parts;
  const read = table.kind === 'reference' ? table.path[0] : table;
  const span = over(parts);
  return {
    table:
      read?.kind === 'identifier'
        ? read
        : { kind: 'identifier', name: form.value, quoted: false, span: form.span },
    unsupported: { kind: 'unsupported_clause', name: form.text, span },
    span,
  };
}

export function unsupported(name: string): (parts: readonly unknown[]) => UnsupportedClause {
  return (parts) => ({ kind: 'unsupported_clause', name, span: over(parts) });
}

export function setOperation(parts: readonly [readonly [Token], ...unknown[]]): UnsupportedClause {
  return unsupported(parts[0][0].text)(parts);
}

export function streamReference(parts: readonly [Identifier, Identifier | null]): StreamReference {
  const [name, alias] = parts;
  return { kind: 'stream_reference', name, alias, span: over(parts) };
}

export function sortKey(
  parts: readonly [Expression, readonly [Token] | null, readonly [Token, readonly [Token]] | null],
): SortKey {
  const [expression, direction, nulls] = parts;
  const place = nulls?.[1][0].text;
  return {
    kind: 'sort_key',
    expression,
    descending: direction?.[0].text === 'DESC',
    nulls: place === undefined ? null : place === 'FIRST' ? 'first' : 'last',
    span: over(parts),
  };
}

/** A list behind one key word. */
export function listBehindOne<T>([, one, others]: readonly [Token, T, readonly T[]]): readonly T[] {
  return [one, ...others];
}

/** A list behind two key words. */
export function listBehindTwo<T>([, , one, others]: readonly [Token, Token, T, readonly T[]]): readonly T[] {
  return [one, ...others];
}

export function matchRecognize(
  parts: readonly [
    Token,
    Token,
    readonly Expression[] | null,
    readonly SortKey[] | null,
    readonly Measure[] | null,
    RowsPerMatch | null,
    Skip | null,
    Token,
    Token,
    Pattern,
    Token,
    Expression | null,
    Token | null,
    readonly Subset[] | null,
    readonly Definition[] | null,
    Token,
  ],
): MatchRecognize {
  const [
    ,
    ,
    partitionBy,
    orderBy,
    measures,
    rowsPerMatch,
    after,
    ,
    ,
    pattern,
    ,
    within,
    emit,
    subsets,
    define,
  ] = parts;
  return {
    kind: 'match_recognize',
    partitionBy: partitionBy ?? [],
    orderBy: orderBy ?? [],
    measures: measures ?? [],
    rowsPerMatch,
    skip: after,
    pattern,
    within,
    emitEarliest: emit !== null,
    subsets: subsets ?? [],
    define: define ?? [],
    span: over(parts),
  };
}

export function measure(parts: readonly [Expression, Token, Identifier]): Measure {
  const [expression, , alias] = parts;
  return { kind: 'measure', expression, alias, span: over(parts) };
}

export function rowsPerMatch(mode: RowsPerMatch['mode']): (parts: readonly Token[]) => RowsPerMatch {
  return (parts) => ({ kind: 'rows_per_match', mode, span: over(parts) });
}

/** The variable, where the mode names one, comes last. */
export function skip(mode: Skip['mode']): (parts: readonly (Token | Identifier)[]) => Skip {
  return (parts) => {
    const last = parts.at(-1);
    const variable = last !== undefined && 'kind' in last ? last : null;
    return { kind: 'skip', mode, variable, span: over(parts) };
  };
}

export function subset(
  parts: readonly [Identifier, Token, Token, Identifier, readonly Identifier[], Token],
): Subset {
  const [name, , , one, others] = parts;
  return { kind: 'subset', name, members: [one, ...others], span: over(parts) };
}

export function definition(parts: readonly [Identifier, Token, Expression, Expression | null]): Definition {
  const [variable, , condition, where] = parts;
  return { kind: 'definition', variable, condition, where, span: over(parts) };
}
