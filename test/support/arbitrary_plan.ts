import fc from 'fast-check';
import type { Row } from '../../src/event/row.js';
import type { StreamSchema } from '../../src/event/schema.js';
import type { Type } from '../../src/event/value.js';
import type {
  Bound,
  MatchPlan,
  NamedExpression,
  PatternPlan,
  RulePlan,
  SkipPlan,
} from '../../src/language/plan.js';

const BIGINT: Type = { kind: 'BIGINT' };
const BOOLEAN: Type = { kind: 'BOOLEAN' };
const VARCHAR: Type = { kind: 'VARCHAR' };
const NAMES = ['A', 'B', 'C', 'D'];

export const schema: StreamSchema = {
  name: 's',
  declared: true,
  columns: [
    { name: 'k', type: VARCHAR, nullable: false },
    { name: 'v', type: BIGINT, nullable: true },
    { name: 'at', type: { kind: 'TIMESTAMP' }, nullable: false },
  ],
  eventTime: 'at',
  delay: 0,
  key: [],
  id: null,
  idleTimeout: null,
  liveWithin: 300_000,
  maxAhead: 300_000,
  retention: null,
};

const v: Bound = { kind: 'column', type: BIGINT, name: 'v', streams: null };
const number = (value: number): Bound => ({ kind: 'constant', type: BIGINT, value });
const compare = (name: string, left: Bound, right: Bound): Bound => ({
  kind: 'call',
  type: BOOLEAN,
  name,
  arguments: [left, right],
});

export interface PlanOptions {
  /** `bounded` allows NEXT and `$`. */
  readonly input: 'stream' | 'bounded';
}

const variableSet = fc.option(fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }), { nil: null });

function navigation(options: PlanOptions, semantics: 'running' | 'final') {
  return fc
    .record({
      set: variableSet,
      from: fc.constantFrom('first' as const, 'last' as const),
      logical: fc.constantFrom(0, 0, 0, 1, 2),
      physical: fc.constantFrom(...(options.input === 'bounded' ? [0, 0, 0, -1, -2, 1] : [0, 0, 0, -1, -2])),
      label: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    })
    .map(
      ({ set, from, logical, physical, label }): Bound => ({
        kind: 'navigation',
        type: label ? VARCHAR : BIGINT,
        set,
        from,
        logical,
        physical,
        semantics,
        operand: label ? { kind: 'classifier', type: VARCHAR, set: null, semantics: 'running' } : v,
      }),
    );
}

function aggregate(semantics: 'running' | 'final') {
  return fc
    .record({
      name: fc.constantFrom('COUNT' as const, 'SUM' as const, 'MIN' as const, 'MAX' as const),
      set: variableSet,
      star: fc.boolean(),
      distinct: fc.boolean(),
    })
    .map(({ name, set, star, distinct }): Bound => {
      const isStar = star && name === 'COUNT';
      return {
        kind: 'aggregate',
        type: BIGINT,
        name,
        set,
        distinct: distinct && !isStar,
        semantics,
        operand: isStar ? null : v,
      };
    });
}

function condition(options: PlanOptions): fc.Arbitrary<Bound | null> {
  const comparison = fc.constantFrom('=', '<', '>', '<=', '>=', '<>');
  const ofRow = fc.tuple(comparison, fc.nat(3)).map(([name, k]): Bound => compare(name, v, number(k)));
  const ofPast = fc
    .tuple(comparison, navigation(options, 'running'))
    .map(
      ([name, right]): Bound =>
        right.type.kind === 'VARCHAR'
          ? compare('=', right, { kind: 'constant', type: VARCHAR, value: 'A' })
          : compare(name, v, right),
    );
  const ofAggregate = fc
    .tuple(aggregate('running'), fc.integer({ min: 1, max: 6 }))
    .map(([left, k]): Bound => compare('<=', left, number(k)));
  const ofNumber = fc
    .nat(2)
    .map((k): Bound => compare('<=', { kind: 'match_number', type: BIGINT }, number(k + 1)));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 6, arbitrary: ofRow },
    { weight: 3, arbitrary: ofPast },
    { weight: 2, arbitrary: ofAggregate },
    { weight: 1, arbitrary: ofNumber },
  );
}

/** Patterns over variables 0..2; 3 is kept for NOT. */
function pattern(options: PlanOptions): fc.Arbitrary<PatternPlan> {
  const variable = fc.nat(2).map((index): PatternPlan => ({ kind: 'variable', variable: index }));
  const gap = fc.constantFrom<PatternPlan>(
    { kind: 'gap', absent: [] },
    { kind: 'gap', absent: [] },
    { kind: 'gap', absent: [3] },
  );
  const rare = fc.constantFrom<PatternPlan>(
    { kind: 'empty' },
    { kind: 'anchor', at: 'start' },
    ...(options.input === 'bounded' ? [{ kind: 'anchor', at: 'end' } as const] : []),
  );
  const { pattern: whole } = fc.letrec<{ pattern: PatternPlan; body: PatternPlan }>((tie) => ({
    body: fc.oneof(
      { weight: 8, arbitrary: variable },
      { weight: 3, arbitrary: tie('pattern') },
      { weight: 1, arbitrary: rare },
    ),
    pattern: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 2, arbitrary: variable },
      {
        weight: 6,
        arbitrary: fc
          .array(fc.tuple(tie('body'), fc.option(gap, { freq: 2, nil: null })), {
            minLength: 2,
            maxLength: 3,
          })
          .map(
            (parts): PatternPlan => ({
              kind: 'concatenation',
              elements: parts.flatMap(([body, after]) => (after === null ? [body] : [body, after])),
            }),
          ),
      },
      {
        weight: 2,
        arbitrary: fc
          .array(tie('body'), { minLength: 2, maxLength: 3 })
          .map((branches): PatternPlan => ({ kind: 'alternation', branches })),
      },
      {
        weight: 4,
        arbitrary: fc
          .record({
            body: tie('body'),
            min: fc.nat(2),
            extra: fc.option(fc.nat(2), { nil: null }),
            greedy: fc.boolean(),
          })
          .map(
            ({ body, min, extra, greedy }): PatternPlan => ({
              kind: 'quantified',
              body,
              min,
              max: extra === null ? null : Math.max(1, min + extra),
              greedy,
            }),
          ),
      },
      {
        weight: 1,
        arbitrary: fc
          .array(tie('body'), { minLength: 2, maxLength: 3 })
          .map((elements): PatternPlan => ({ kind: 'permute', elements })),
      },
      { weight: 1, arbitrary: tie('body').map((body): PatternPlan => ({ kind: 'exclusion', body })) },
    ),
  }));
  return whole;
}

const skip: fc.Arbitrary<SkipPlan> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<SkipPlan>({ mode: 'past_last_row' }) },
  { weight: 3, arbitrary: fc.constant<SkipPlan>({ mode: 'to_next_row' }) },
  { weight: 1, arbitrary: fc.constant<SkipPlan>({ mode: 'no_skip' }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('to_first' as const, 'to_last' as const),
        fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }),
      )
      .map(([mode, set]): SkipPlan => ({ mode, set })),
  },
);

const named = (name: string, expression: Bound): NamedExpression => ({ name, expression });

function measures(options: PlanOptions): fc.Arbitrary<readonly NamedExpression[]> {
  const semantics = fc.constantFrom('running' as const, 'final' as const);
  const one = fc.oneof(
    { weight: 3, arbitrary: semantics.chain((each) => navigation(options, each)) },
    { weight: 3, arbitrary: semantics.chain((each) => aggregate(each)) },
    { weight: 1, arbitrary: fc.constant<Bound>({ kind: 'match_number', type: BIGINT }) },
    {
      weight: 1,
      arbitrary: semantics.map(
        (each): Bound => ({ kind: 'classifier', type: VARCHAR, set: null, semantics: each }),
      ),
    },
  );
  return fc
    .array(one, { maxLength: 3 })
    .map((list) => [
      named('k', { kind: 'column', type: VARCHAR, name: 'k', streams: null }),
      ...list.map((expression, i) => named(`m${i}`, expression)),
    ]);
}

const hasEnd = (pattern: PatternPlan) => JSON.stringify(pattern).includes('"at":"end"');

const readsNumber = (bound: Bound | null) => bound !== null && JSON.stringify(bound).includes('match_number');

/** Rules of every shape that the language has. */
export function arbitraryPlan(options: PlanOptions): fc.Arbitrary<RulePlan & { operator: MatchPlan }> {
  return fc
    .record({
      conditions: fc.array(condition(options), { minLength: 4, maxLength: 4 }),
      pattern: pattern(options),
      within: fc.option(fc.nat(8), { nil: null }),
      emitEarliest: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
      rowsPerMatch: fc.constantFrom('one' as const, 'all' as const),
      timedOut: fc.boolean(),
      emptyMatches: fc.constantFrom('show' as const, 'omit' as const),
      unmatchedRows: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
      absence: fc.constantFrom('none', 'none', 'none', 'none', 'after', 'before'),
      skip,
      measures: measures(options),
    })
    .map(({ conditions: anyConditions, absence, ...given }) => {
      // Under NO SKIP a gap and `$` can complete again what was complete before: known, and left out here.
      const isAnyToEnd = given.skip.mode === 'no_skip' && hasEnd(given.pattern);
      const rest = isAnyToEnd ? { ...given, skip: { mode: 'past_last_row' } satisfies SkipPlan } : given;
      // The number of a match that others run beside is not known beforehand: refused with NO SKIP and EMIT EARLIEST.
      const isNumbered = rest.skip.mode !== 'no_skip' && !rest.emitEarliest;
      const isAny = rest.skip.mode === 'no_skip';
      const measures = rest.measures.filter(({ expression }) => !isAny || expression.kind !== 'match_number');
      const conditions = anyConditions.map((each) => (isNumbered || !readsNumber(each) ? each : null));
      const within = absence === 'none' ? rest.within : (rest.within ?? 4);
      // What must be absent before a match reads its own row only; the rest may read all that was labelled.
      const watched =
        absence === 'before' || conditions[3] === null ? compare('=', v, number(3)) : conditions[3]!;
      const operator: MatchPlan = {
        kind: 'match',
        partitionBy: [named('k', { kind: 'column', type: VARCHAR, name: 'k', streams: null })],
        orderBy: [],
        variables: NAMES.map((name, i) => ({
          name,
          stream: null,
          condition: i === 3 ? watched : conditions[i]!,
          span: { start: 0, end: 0 },
        })),
        pattern: rest.pattern,
        absentBefore: absence === 'before' ? [3] : [],
        absentAfter: absence === 'after' ? [3] : [],
        within,
        // What `$` completes behind a gap is known at the last row only: which row that counts for is left open.
        emitEarliest: rest.emitEarliest && rest.skip.mode !== 'no_skip' && !hasEnd(rest.pattern),
        rowsPerMatch: rest.rowsPerMatch,
        timedOut: rest.timedOut && within !== null && rest.rowsPerMatch === 'one',
        emptyMatches: rest.emptyMatches,
        unmatchedRows: rest.unmatchedRows && rest.rowsPerMatch === 'all' && rest.skip.mode !== 'no_skip',
        skip: rest.skip,
        measures,
        where: null,
        project: null,
        outputOrder: [],
      };
      return {
        name: 'r',
        options: {
          severity: 'medium',
          notify: [],
          suppressBy: [],
          suppressFor: null,
          onUpdate: 'reset',
          enabled: true,
        },
        sources: [{ stream: 's', alias: null, schema }],
        operator,
        columns: measures.map(({ name, expression }) => ({ name, type: expression.type })),
        warnings: [],
      } satisfies RulePlan;
    });
}

/** Up to `maxLength` rows of one or two keys in order of event time, with ties and NULLs. */
export function arbitraryRows(maxLength: number): fc.Arbitrary<Row[]> {
  return fc
    .array(
      fc.record({
        k: fc.constantFrom('x', 'x', 'y'),
        v: fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.constant(null) }),
        step: fc.constantFrom(0, 1, 1, 2, 5),
      }),
      {
        maxLength,
      },
    )
    .map((list) => {
      let time = 1_000;
      return list.map(({ k, v: value, step }, offset) => {
        time += step;
        return { stream: 's', offset, time, arrival: time, values: { k, v: value, at: time } };
      });
    });
}
