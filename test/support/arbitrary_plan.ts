import fc from 'fast-check';
import type { Row } from '../../src/event/row.js';
import type { StreamSchema } from '../../src/event/schema.js';
import type { MatchPlan, RulePlan, SkipPlan, Source } from '../../src/language/plan.js';
import {
  column,
  compare,
  condition,
  measures,
  number,
  outputCondition,
  type PlanOptions,
  valueOfRow,
  withStreams,
} from './arbitrary_bound.js';
import { arbitraryPattern } from './arbitrary_pattern.js';

const NAMES = ['A', 'B', 'C', 'D', 'E'];
/** The first of the two variables that must be absent. */
const WATCHED = 3;

export const schema: StreamSchema = {
  name: 's',
  declared: true,
  columns: [
    { name: 'k', type: { kind: 'VARCHAR' }, nullable: false },
    { name: 'v', type: { kind: 'BIGINT' }, nullable: true },
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

/** A second stream, with a column of its own. */
export const secondSchema: StreamSchema = {
  ...schema,
  name: 'r',
  columns: [...schema.columns, { name: 'w', type: { kind: 'BIGINT' }, nullable: true }],
};

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

const hasEnd = (part: unknown) => JSON.stringify(part).includes('"at":"end"');
const readsNumber = (part: unknown) => JSON.stringify(part).includes('match_number');
const rarely = (of: number) => fc.integer({ min: 0, max: of }).map((n) => n === 0);

/** Rules of every shape that the language has. */
export function arbitraryPlan(options: PlanOptions): fc.Arbitrary<RulePlan & { operator: MatchPlan }> {
  const ofOne = planOf({ ...options, several: false });
  return options.several === true ? fc.oneof(ofOne, planOf(options)) : ofOne;
}

function planOf(options: PlanOptions): fc.Arbitrary<RulePlan & { operator: MatchPlan }> {
  const isSeveral = options.several === true;
  return fc
    .record({
      conditions: fc.array(condition(options), { minLength: NAMES.length, maxLength: NAMES.length }),
      pattern: arbitraryPattern(options),
      within: fc.option(fc.nat(8), { nil: null }),
      emitEarliest: rarely(3),
      rowsPerMatch: fc.constantFrom('one' as const, 'all' as const),
      timedOut: fc.boolean(),
      emptyMatches: fc.constantFrom('show' as const, 'omit' as const),
      unmatchedRows: rarely(3),
      absence: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'none', 'after', 'before', 'both'),
      /** How many variables must be absent there. */
      absent: fc.constantFrom(1, 1, 2),
      skip,
      measures: measures(options),
      streams: fc.array(fc.constantFrom(null, null, 's', 'r'), { minLength: 5, maxLength: 5 }),
      breaksTies: rarely(5),
      descending: fc.boolean(),
      where: fc.option(fc.nat(2), { nil: null, freq: 6 }),
    })
    .map(({ conditions: anyConditions, absence, absent, streams: anyStreams, ...given }) => {
      const streams = anyStreams.map((each) => (isSeveral ? each : null));
      const isBefore = absence === 'before' || absence === 'both';
      const isAfter = absence === 'after' || absence === 'both';
      const watched = absent === 1 ? [WATCHED] : [WATCHED, WATCHED + 1];
      // Under NO SKIP a gap and `$` can complete again what was complete before: known, and left out here.
      const isAnyToEnd = given.skip.mode === 'no_skip' && hasEnd(given.pattern);
      const rest = isAnyToEnd ? { ...given, skip: { mode: 'past_last_row' } satisfies SkipPlan } : given;
      const isAny = rest.skip.mode === 'no_skip';
      // The number of a match that others run beside is not known beforehand: refused with NO SKIP and EMIT EARLIEST.
      const isNumbered = !isAny && !rest.emitEarliest;
      const measures = rest.measures
        .filter(({ expression }) => !isAny || !readsNumber(expression))
        .map(({ name, expression }) => ({ name, expression: withStreams(expression, streams) }));
      const isAll = rest.rowsPerMatch === 'all';
      const isUnmatched = rest.unmatchedRows && isAll && !isAny;
      const within = absence === 'none' ? rest.within : (rest.within ?? 4);
      const variables = NAMES.map((name, i) => {
        const own = anyConditions[i] ?? null;
        const allowed = isNumbered || !readsNumber(own) ? own : null;
        // What must be absent has a condition; before a match it reads its own row only.
        const isOwnRow = i >= WATCHED && (isBefore || allowed === null);
        return {
          name,
          stream: streams[i] ?? null,
          condition: isOwnRow
            ? compare('=', valueOfRow, number(i))
            : allowed && withStreams(allowed, streams),
          span: { start: 0, end: 0 },
        };
      });
      const operator: MatchPlan = {
        kind: 'match',
        partitionBy: [{ name: 'k', expression: column('k') }],
        orderBy: rest.breaksTies ? orderBy(options, rest.descending) : [],
        variables,
        pattern: rest.pattern,
        absentBefore: isBefore ? watched : [],
        absentAfter: isAfter ? watched : [],
        within,
        // What `$` completes behind a gap is known at the last row only: which row that counts for is left open.
        emitEarliest: rest.emitEarliest && !isAny && !hasEnd(rest.pattern),
        rowsPerMatch: rest.rowsPerMatch,
        timedOut: rest.timedOut && within !== null && !isAll,
        emptyMatches: isAll && !isUnmatched ? rest.emptyMatches : 'show',
        unmatchedRows: isUnmatched,
        skip: rest.skip,
        measures,
        where: rest.where === null ? null : outputCondition(measures, rest.where),
        project: null,
        outputOrder: [],
      };
      const sources: Source[] = [{ stream: 's', alias: null, schema }];
      if (isSeveral) sources.push({ stream: 'r', alias: null, schema: secondSchema });
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
        sources,
        operator,
        columns: measures.map(({ name, expression }) => ({ name, type: expression.type })),
        warnings: [],
      } satisfies RulePlan;
    });
}

/** Further columns break ties of the event time, which input that ends names first. */
function orderBy({ input }: PlanOptions, descending: boolean): MatchPlan['orderBy'] {
  const time = { expression: column('at', { kind: 'TIMESTAMP' }), descending: false, nullsFirst: false };
  const tie = { expression: valueOfRow, descending, nullsFirst: false };
  return input === 'bounded' ? [time, tie] : [tie];
}

/** Up to `maxLength` rows of one or two keys in order of event time, with ties and NULLs; `several`: of two streams. */
export function arbitraryRows(maxLength: number, several = false): fc.Arbitrary<Row[]> {
  const value = fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.constant(null) });
  const row = fc.record({
    stream: several ? fc.constantFrom('s', 's', 'r') : fc.constant('s'),
    k: fc.constantFrom('x', 'x', 'y'),
    v: value,
    w: several ? value : fc.constant(null),
    step: fc.constantFrom(0, 1, 1, 2, 5),
  });
  return fc.array(row, { maxLength }).map((list) => {
    let time = 1_000;
    return list.map(({ stream, k, v, w, step }, offset) => {
      time += step;
      const own = stream === 'r' ? { w } : {};
      return { stream, offset, time, arrival: time, values: { k, v, at: time, ...own } };
    });
  });
}
