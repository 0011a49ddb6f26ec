import { formatDuration } from '../../event/duration.js';
import type { FilterPlan, MatchPlan, NamedExpression, RulePlan } from '../../language/plan.js';
import { Faults } from '../expression/faults.js';
import { BOUNDED_LIMITS, STREAM_LIMITS } from '../limits.js';
import { MatchOperator } from '../match/operator.js';
import { type Chart, chartOf } from './chart.js';
import { type Finality, finalityOf } from './finality.js';
import { filterIndexUse, type IndexUse, matchIndexUse } from './index_use.js';
import { type Keeping, keepingOf } from './keeping.js';
import { mermaidOf } from './mermaid.js';
import { namesOf } from './names.js';
import { patternOf } from './pattern.js';
import { type Predicate, predicatesOf } from './predicates.js';
import { intervalOf, type Names, nameOf, sqlOf } from './sql.js';

/** A rule's plan for a person: what is asked of which rows, what is kept, when a match is out. */
export interface Explanation {
  readonly rule: string;
  /** `bounded`: the input is read to its end and sorted before it is matched. */
  readonly input: 'stream' | 'bounded';
  readonly streams: readonly StreamUse[];
  readonly indexes: readonly IndexUse[];
  /** WHERE, as SQL; null without one. */
  readonly where: string | null;
  readonly output: readonly NamedText[];
  /** Null for a plain SELECT. */
  readonly match: MatchExplanation | null;
}

export interface StreamUse {
  readonly stream: string;
  readonly isDeclared: boolean;
  /** The column of the event time; null: the arrival. */
  readonly eventTime: string | null;
  /** Milliseconds that the watermark stays behind the latest event. */
  readonly delay: number;
  /** The columns that choose the partition of the log. */
  readonly key: readonly string[];
}

export interface NamedText {
  readonly name: string;
  readonly expression: string;
}

export interface MatchExplanation {
  readonly pattern: string;
  /** PARTITION BY. */
  readonly key: readonly NamedText[];
  /** MEASURES, which the output reads; empty where the output is the measures. */
  readonly measures: readonly NamedText[];
  /** On a stream what orders rows of one event time before their arrival does; on bounded input what orders all rows. */
  readonly orderBy: readonly string[];
  readonly predicates: readonly Predicate[];
  readonly automaton: Chart;
  readonly mermaid: string;
  readonly keeping: Keeping;
  readonly finality: Finality;
  readonly skip: { readonly clause: string; readonly sentence: string };
}

/**
 * Explains a plan as it runs on a stream, or on input that is read to its end. Throws RangeError when the pattern is too
 * large to run.
 */
export function explain(plan: RulePlan, input: 'stream' | 'bounded'): Explanation {
  const { operator } = plan;
  const isMatch = operator.kind === 'match';
  const names = namesOf(plan);
  const streams = [...new Map(plan.sources.map(({ schema }) => [schema.name, schema])).values()].map(
    (schema): StreamUse => ({
      stream: schema.name,
      isDeclared: schema.declared,
      eventTime: schema.eventTime,
      delay: schema.delay,
      key: schema.key,
    }),
  );
  const where = operator.where === null ? null : sqlOf(operator.where, names);
  const common = { rule: plan.name, input, streams, where, output: outputOf(operator, names) };
  if (!isMatch) return { ...common, indexes: filterIndexUse(plan, operator.where, names), match: null };
  const running = dryOperator(plan, operator, input);
  return {
    ...common,
    indexes: matchIndexUse(plan, running, names),
    match: explainMatch(operator, running, names, input),
  };
}

/** The operator as it would run, with nobody who listens. */
function dryOperator(plan: RulePlan, operator: MatchPlan, input: 'stream' | 'bounded'): MatchOperator {
  const limits = input === 'stream' ? STREAM_LIMITS : BOUNDED_LIMITS;
  const nothing = () => {};
  return new MatchOperator(operator, plan.columns, input, limits, new Faults(), nothing, nothing, nothing);
}

function explainMatch(
  plan: MatchPlan,
  operator: MatchOperator,
  names: Names,
  input: 'stream' | 'bounded',
): MatchExplanation {
  const within = plan.within === null ? null : formatDuration(plan.within).toLowerCase();
  const predicates = predicatesOf(operator, names);
  const automaton = chartOf(plan, operator.matcher.automaton);
  const conditions = new Map(
    predicates.flatMap(({ variable, condition }) =>
      condition === null ? [] : [[variable, condition] as const],
    ),
  );
  const earlier = [...new Set(predicates.flatMap((each) => each.earlier))];
  return {
    pattern: clauseOf(plan),
    key: plan.partitionBy.map((each) => namedText(each, names)),
    measures: plan.project === null ? [] : plan.measures.map((each) => namedText(each, names)),
    orderBy: plan.orderBy.map(
      ({ expression, descending }) => `${sqlOf(expression, names)}${descending ? ' DESC' : ''}`,
    ),
    predicates,
    automaton,
    mermaid: mermaidOf(automaton, conditions),
    keeping: keepingOf(operator, input === 'stream' ? STREAM_LIMITS : BOUNDED_LIMITS, earlier, within),
    finality: finalityOf(operator, within),
    skip: skipOf(plan, names),
  };
}

function clauseOf(plan: MatchPlan): string {
  const within = plan.within === null ? '' : ` WITHIN ${intervalOf(plan.within)}`;
  return `(${patternOf(plan)})${within}${plan.emitEarliest ? ' EMIT EARLIEST' : ''}`;
}

function outputOf(operator: MatchPlan | FilterPlan, names: Names): readonly NamedText[] {
  const columns = operator.kind === 'filter' ? operator.select : (operator.project ?? operator.measures);
  return columns.map((each) => namedText(each, names));
}

function namedText({ name, expression }: NamedExpression, names: Names): NamedText {
  return { name, expression: sqlOf(expression, names) };
}

function skipOf({ skip, emitEarliest }: MatchPlan, names: Names): MatchExplanation['skip'] {
  const earlier = emitEarliest ? ', those before it too' : '';
  switch (skip.mode) {
    case 'past_last_row':
      return {
        clause: 'AFTER MATCH SKIP PAST LAST ROW',
        sentence: `After a match the search goes on behind its last row: starts of its key up to there end${earlier}.`,
      };
    case 'to_next_row':
      return {
        clause: 'AFTER MATCH SKIP TO NEXT ROW',
        sentence:
          'After a match the search goes on at the row behind its first: every start can give a match.',
      };
    case 'no_skip':
      return {
        clause: 'AFTER MATCH NO SKIP',
        sentence: 'A match ends nothing: every set of rows that fits is given out.',
      };
    default: {
      const first = skip.mode === 'to_first';
      const members = skip.set.map((each) => nameOf(names.variables[each] ?? '?')).join(' or ');
      return {
        clause: `AFTER MATCH SKIP TO ${first ? 'FIRST' : 'LAST'} ${members}`,
        sentence: `After a match the search goes on at its ${first ? 'first' : 'last'} row labelled ${members}; where there is none, or it is the first row of the match, behind the last row, which is counted.`,
      };
    }
  }
}
