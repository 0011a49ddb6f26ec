import fc from 'fast-check';
import type { Type } from '../../src/event/value.js';
import type { AggregateNode, Bound, NamedExpression } from '../../src/language/plan.js';

export interface PlanOptions {
  /** `bounded` allows NEXT and `$`. */
  readonly input: 'stream' | 'bounded';
  /** Patterns over two streams too. */
  readonly several?: boolean;
}

const BIGINT: Type = { kind: 'BIGINT' };
const BOOLEAN: Type = { kind: 'BOOLEAN' };
const DOUBLE: Type = { kind: 'DOUBLE' };
const VARCHAR: Type = { kind: 'VARCHAR' };
const TIMESTAMP: Type = { kind: 'TIMESTAMP' };
const BIGINTS: Type = { kind: 'ARRAY', element: BIGINT };

type Semantics = 'running' | 'final';

/** A column that every stream has, */
const v: Bound = { kind: 'column', type: BIGINT, name: 'v', streams: null };
/** and one of the second stream alone. */
const w: Bound = { kind: 'column', type: BIGINT, name: 'w', streams: ['r'] };

export const number = (value: number): Bound => ({ kind: 'constant', type: BIGINT, value });
const label = (value: string): Bound => ({ kind: 'constant', type: VARCHAR, value });
const call = (name: string, type: Type, ...args: readonly Bound[]): Bound => ({
  kind: 'call',
  type,
  name,
  arguments: args,
});
export const compare = (name: string, left: Bound, right: Bound): Bound => call(name, BOOLEAN, left, right);
export const column = (name: string, type: Type = VARCHAR): Bound => ({
  ...{ kind: 'column', type, name },
  streams: null,
});
export const valueOfRow: Bound = v;

/** No variable is the universal one; two are a SUBSET. */
const variableSet = fc.option(fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }), { nil: null });

const ofColumn = ({ several }: PlanOptions) =>
  several === true ? fc.constantFrom(v, v, v, w) : fc.constant(v);

/** What a navigation or an aggregate reads of its row. */
const operandOf = (options: PlanOptions) =>
  ofColumn(options).chain((read) =>
    fc.constantFrom(
      read,
      read,
      read,
      read,
      read,
      call('+', BIGINT, call('*', BIGINT, read, number(2)), number(1)),
    ),
  );

function navigation(options: PlanOptions, semantics: Semantics): fc.Arbitrary<Bound> {
  return fc
    .record({
      set: variableSet,
      from: fc.constantFrom('first' as const, 'last' as const),
      logical: fc.constantFrom(0, 0, 0, 1, 2),
      physical: fc.constantFrom(...(options.input === 'bounded' ? [0, 0, 0, -1, -2, 1] : [0, 0, 0, -1, -2])),
      isLabel: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      operand: operandOf(options),
    })
    .map(
      ({ set, from, logical, physical, isLabel, operand }): Bound => ({
        kind: 'navigation',
        type: isLabel ? VARCHAR : BIGINT,
        set,
        from,
        logical,
        physical,
        semantics,
        operand: isLabel ? { kind: 'classifier', type: VARCHAR, set, semantics: 'running' } : operand,
      }),
    );
}

const RESULTS: Readonly<Partial<Record<AggregateNode['name'], Type>>> = {
  ...{ AVG: DOUBLE, STDDEV: DOUBLE, STDDEV_POP: DOUBLE, VARIANCE: DOUBLE, VAR_POP: DOUBLE },
  ARRAY_AGG: BIGINTS,
};

function aggregate(options: PlanOptions, semantics: Semantics): fc.Arbitrary<Bound> {
  const name = fc.constantFrom<AggregateNode['name']>(
    ...(['COUNT', 'COUNT', 'SUM', 'SUM', 'MIN', 'MAX', 'AVG', 'ARRAY_AGG', 'ANY_VALUE'] as const),
    ...(['STDDEV', 'STDDEV_POP', 'VARIANCE', 'VAR_POP'] as const),
  );
  return fc
    .record({
      name,
      set: variableSet,
      isStar: fc.boolean(),
      distinct: fc.boolean(),
      operand: operandOf(options),
    })
    .map(({ name, set, isStar, distinct, operand }): Bound => {
      const ofRows = isStar && name === 'COUNT';
      return {
        kind: 'aggregate',
        type: RESULTS[name] ?? BIGINT,
        name,
        set,
        distinct: distinct && !ofRows,
        semantics,
        operand: ofRows ? null : operand,
      };
    });
}

const classifier = variableSet.map(
  (set): Bound => ({ kind: 'classifier', type: VARCHAR, set, semantics: 'running' }),
);

/** A value as a number to compare: a list by its length, a number that may have a fraction by itself. */
function measured(value: Bound): Bound {
  return value.type.kind === 'ARRAY' ? call('CARDINALITY', BIGINT, value) : value;
}

const against = (value: Bound, k: number): Bound =>
  value.type.kind === 'DOUBLE' ? { kind: 'cast', type: DOUBLE, operand: number(k) } : number(k);

/** What DEFINE asks of a row: of itself, of the rows before it, of both. Null: nothing. */
export function condition(options: PlanOptions): fc.Arbitrary<Bound | null> {
  const comparison = fc.constantFrom('=', '<', '>', '<=', '>=', '<>');
  const ofRow = fc
    .tuple(comparison, ofColumn(options), fc.nat(3))
    .map(([name, read, k]): Bound => compare(name, read, number(k)));
  const ofPast = fc
    .tuple(comparison, navigation(options, 'running'), fc.constantFrom('A', 'B', 'C'))
    .map(
      ([name, right, spelled]): Bound =>
        right.type.kind === 'VARCHAR' ? compare('=', right, label(spelled)) : compare(name, v, right),
    );
  const ofAggregate = fc
    .tuple(fc.constantFrom('<=', '<=', '>'), aggregate(options, 'running'), fc.integer({ min: 1, max: 6 }))
    .map(([name, value, k]): Bound => compare(name, measured(value), against(value, k)));
  const ofLabel = fc
    .tuple(classifier, fc.constantFrom('A', 'B', 'C'))
    .map(([value, spelled]): Bound => compare('=', value, label(spelled)));
  const ofNumber = fc
    .nat(2)
    .map((k): Bound => compare('<=', { kind: 'match_number', type: BIGINT }, number(k + 1)));
  const isMissing = navigation(options, 'running').map(
    (operand): Bound => ({ kind: 'is_null', type: BOOLEAN, operand }),
  );
  const single = fc.oneof(
    { weight: 6, arbitrary: ofRow },
    { weight: 3, arbitrary: ofPast },
    { weight: 2, arbitrary: ofAggregate },
    { weight: 1, arbitrary: isMissing },
    { weight: 1, arbitrary: ofLabel },
    { weight: 1, arbitrary: ofNumber },
  );
  const joined = fc
    .tuple(fc.constantFrom('and' as const, 'or' as const), single, single)
    .map(([kind, ...operands]): Bound => ({ kind, type: BOOLEAN, operands }));
  const negated = single.map((operand): Bound => ({ kind: 'not', type: BOOLEAN, operand }));
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 20, arbitrary: single },
    { weight: 4, arbitrary: joined },
    { weight: 2, arbitrary: negated },
  );
}

const named = (name: string, expression: Bound): NamedExpression => ({ name, expression });

/** PARTITION BY's column and up to three measures of any kind. */
export function measures(options: PlanOptions): fc.Arbitrary<readonly NamedExpression[]> {
  const semantics = fc.constantFrom<Semantics>('running', 'final');
  const one = fc.oneof(
    { weight: 6, arbitrary: semantics.chain((each) => navigation(options, each)) },
    { weight: 6, arbitrary: semantics.chain((each) => aggregate(options, each)) },
    { weight: 2, arbitrary: fc.constant<Bound>({ kind: 'match_number', type: BIGINT }) },
    { weight: 2, arbitrary: classifier },
    { weight: 1, arbitrary: fc.constant<Bound>({ kind: 'match_rowtime', type: TIMESTAMP }) },
    { weight: 1, arbitrary: fc.constant<Bound>({ kind: 'match_status', type: VARCHAR }) },
  );
  return fc
    .array(one, { maxLength: 3 })
    .map((list) => [named('k', column('k')), ...list.map((expression, i) => named(`m${i}`, expression))]);
}

/** WHERE over what comes out, where a measure is a number; null: none. */
export function outputCondition(list: readonly NamedExpression[], least: number): Bound | null {
  const index = list.findIndex(({ expression }) => expression.type.kind === 'BIGINT');
  const type = list[index]?.expression.type;
  return type === undefined ? null : compare('>', { kind: 'output', type, index }, number(least));
}

/**
 * The same with columns as the binder reads them: behind variables that are all bound to streams those of these streams alone,
 * so that PREV and NEXT find NULL on a row of another one. `streams`: by variable, null where it takes rows of any.
 */
export function withStreams(bound: Bound, streams: readonly (string | null)[]): Bound {
  switch (bound.kind) {
    case 'call':
      return { ...bound, arguments: bound.arguments.map((each) => withStreams(each, streams)) };
    case 'and':
    case 'or':
      return { ...bound, operands: bound.operands.map((each) => withStreams(each, streams)) };
    case 'not':
    case 'is_null':
    case 'cast':
      return { ...bound, operand: withStreams(bound.operand, streams) };
    case 'navigation':
      return { ...bound, operand: readOf(bound.operand, bound.set, streams) };
    case 'aggregate':
      return bound.operand === null
        ? bound
        : { ...bound, operand: readOf(bound.operand, bound.set, streams) };
    default:
      return bound;
  }
}

function readOf(bound: Bound, set: readonly number[] | null, streams: readonly (string | null)[]): Bound {
  if (bound.kind === 'call')
    return { ...bound, arguments: bound.arguments.map((each) => readOf(each, set, streams)) };
  if (bound.kind !== 'column' || bound.name === 'w' || set === null) return bound;
  const of = new Set(set.map((variable) => streams[variable] ?? null));
  const [only] = of;
  return of.size === 1 && only != null ? { ...bound, streams: [only] } : bound;
}
