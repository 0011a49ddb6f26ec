import type { StreamSchema } from '../event/schema.js';
import type { Type, Value } from '../event/value.js';
import type { Diagnostic, Span } from './diagnostic.js';

/** A bound, typed rule: everything that the engine needs, nothing of the text but spans for messages. */
export interface RulePlan {
  readonly name: string;
  readonly options: RuleOptions;
  /** The streams read, in FROM's order, as they were known when the rule was bound. */
  readonly sources: readonly Source[];
  readonly operator: MatchPlan | FilterPlan;
  /** The output columns in order: names are unique. */
  readonly columns: readonly OutputColumn[];
  readonly warnings: readonly Diagnostic[];
}

export interface RuleOptions {
  readonly severity: AlertSeverity;
  readonly notify: readonly string[];
  readonly suppressBy: readonly string[];
  /** Milliseconds; null: no suppression. */
  readonly suppressFor: number | null;
  readonly onUpdate: 'reset' | 'keep' | 'replay';
  readonly enabled: boolean;
}

export type AlertSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export interface Source {
  readonly stream: string;
  readonly alias: string | null;
  readonly schema: StreamSchema;
}

export interface OutputColumn {
  readonly name: string;
  readonly type: Type;
  /** `*` over a stream that is not declared: the value is an object, and each of its fields is a column of its own. */
  readonly spread?: true;
}

/** Plain SELECT: one output row for each input row that WHERE takes. */
export interface FilterPlan {
  readonly kind: 'filter';
  readonly where: Bound | null;
  readonly select: readonly NamedExpression[];
  /** ORDER BY on bounded input; empty on a stream. */
  readonly orderBy: readonly SortColumn[];
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: Bound;
  /** As of `OutputColumn`. */
  readonly spread?: true;
}

export interface SortColumn {
  readonly expression: Bound;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** MATCH_RECOGNIZE (ISO/IEC 9075-2:2016, 7.7) with what follows it. */
export interface MatchPlan {
  readonly kind: 'match';
  /** PARTITION BY: output name and expression over the row. Empty: one partition. */
  readonly partitionBy: readonly NamedExpression[];
  /** Tie breakers behind the event time on a stream; the full order on bounded input. Empty: event time, offset. */
  readonly orderBy: readonly SortColumn[];
  /** The primary pattern variables, in order of first appearance in PATTERN; then watched (NOT) variables. */
  readonly variables: readonly VariablePlan[];
  readonly pattern: PatternPlan;
  /** `NOT B -> A` at the start: variables that must not have come in the WITHIN before. */
  readonly absentBefore: readonly number[];
  /** `A -> NOT B` at the end: variables that must not come until WITHIN has passed. */
  readonly absentAfter: readonly number[];
  /** Milliseconds from the first row, inclusive; null: no limit. */
  readonly within: number | null;
  readonly emitEarliest: boolean;
  readonly rowsPerMatch: 'one' | 'all';
  /** WITH TIMED OUT MATCHES. */
  readonly timedOut: boolean;
  /** What an empty match gives: ONE ROW and SHOW 'show', OMIT 'omit', UNMATCHED 'show' with `unmatchedRows`. */
  readonly emptyMatches: 'show' | 'omit';
  readonly unmatchedRows: boolean;
  readonly skip: SkipPlan;
  /**
   * What MATCH_RECOGNIZE gives, in order (partition columns, measures, under ALL ROWS the order and remaining input
   * columns); evaluated over the match. Without MEASURES this is the select list itself and `project` is null.
   */
  readonly measures: readonly NamedExpression[];
  /** WHERE over the measures; without MEASURES it may read the match as well. */
  readonly where: Bound | null;
  /** The select list over the measures (`output` nodes only), or null where the measures are the output. */
  readonly project: readonly NamedExpression[] | null;
  /** The outer ORDER BY, over the measures: on bounded input only, else empty. */
  readonly outputOrder: readonly SortColumn[];
}

export interface VariablePlan {
  readonly name: string;
  /** Only rows of this stream can take the label; null: any. */
  readonly stream: string | null;
  /** DEFINE, or null: always true. Column nodes read the candidate row, match nodes read what was labelled before it (and the candidate, which already counts). */
  readonly condition: Bound | null;
  readonly span: Span;
}

export type SkipPlan =
  | { readonly mode: 'past_last_row' | 'to_next_row' | 'no_skip' }
  /** `set`: the variable, or the members of the SUBSET. */
  | { readonly mode: 'to_first' | 'to_last'; readonly set: readonly number[] };

export type PatternPlan =
  | { readonly kind: 'variable'; readonly variable: number }
  | { readonly kind: 'concatenation'; readonly elements: readonly PatternPlan[] }
  | { readonly kind: 'alternation'; readonly branches: readonly PatternPlan[] }
  | {
      readonly kind: 'quantified';
      readonly body: PatternPlan;
      readonly min: number;
      readonly max: number | null;
      readonly greedy: boolean;
    }
  | { readonly kind: 'empty' }
  | { readonly kind: 'anchor'; readonly at: 'start' | 'end' }
  | { readonly kind: 'exclusion'; readonly body: PatternPlan }
  | { readonly kind: 'permute'; readonly elements: readonly PatternPlan[] }
  /** Zero or more unmapped rows, as few as possible; none of them may satisfy a variable of `absent`. */
  | { readonly kind: 'gap'; readonly absent: readonly number[] };

/**
 * A bound expression. `type` is its static type. Three-valued logic: BOOLEAN nodes give true, false or null.
 *
 * Two contexts: over a row (WHERE, PARTITION BY, DEFINE's candidate) and over a match (DEFINE, MEASURES), where
 * navigation, aggregate and classifier nodes may stand too.
 */
export type Bound =
  | { readonly kind: 'constant'; readonly type: Type; readonly value: Value }
  /** A column of the current row. `streams` null: every source; else the sources whose rows have it (others read NULL). */
  | {
      readonly kind: 'column';
      readonly type: Type;
      readonly name: string;
      readonly streams: readonly string[] | null;
    }
  /** Every field of the current row but those named, as an object: `*` over a stream that is not declared. */
  | { readonly kind: 'fields'; readonly type: Type; readonly except: readonly string[] }
  /** A measure, by index, in WHERE and the select list behind MATCH_RECOGNIZE. */
  | { readonly kind: 'output'; readonly type: Type; readonly index: number }
  /** `operand.field` (string) or `operand[index]` (an expression, from 1). */
  | { readonly kind: 'field'; readonly type: Type; readonly operand: Bound; readonly name: string }
  | { readonly kind: 'element'; readonly type: Type; readonly operand: Bound; readonly index: Bound }
  /** An operator or scalar function of `engine/expression`, by the name in the function table (`language/functions.ts`). */
  | {
      readonly kind: 'call';
      readonly type: Type;
      readonly name: string;
      readonly arguments: readonly Bound[];
    }
  | { readonly kind: 'and' | 'or'; readonly type: Type; readonly operands: readonly Bound[] }
  | { readonly kind: 'not'; readonly type: Type; readonly operand: Bound }
  | { readonly kind: 'is_null'; readonly type: Type; readonly operand: Bound }
  | {
      readonly kind: 'case';
      readonly type: Type;
      readonly branches: readonly { readonly when: Bound; readonly then: Bound }[];
      readonly otherwise: Bound;
    }
  | { readonly kind: 'cast'; readonly type: Type; readonly operand: Bound }
  | NavigationNode
  | AggregateNode
  | ClassifierNode
  | { readonly kind: 'match_number' | 'match_rowtime' | 'match_status'; readonly type: Type };

/**
 * PREV/NEXT around FIRST/LAST. The row: from the rows labelled with a variable of `set` (null: every labelled row, the
 * universal variable), the `logical`-th from the first or last; then `physical` rows on in the partition (negative: back,
 * PREV). The operand is evaluated with that row as current row; NULL where there is no such row.
 */
export interface NavigationNode {
  readonly kind: 'navigation';
  readonly type: Type;
  readonly set: readonly number[] | null;
  readonly from: 'first' | 'last';
  readonly logical: number;
  readonly physical: number;
  readonly semantics: 'running' | 'final';
  readonly operand: Bound;
}

/** An aggregate over the rows labelled with a variable of `set` (null: every labelled row). `operand` null: COUNT(*). */
export interface AggregateNode {
  readonly kind: 'aggregate';
  readonly type: Type;
  readonly name:
    | 'COUNT'
    | 'SUM'
    | 'AVG'
    | 'MIN'
    | 'MAX'
    | 'STDDEV'
    | 'STDDEV_POP'
    | 'VARIANCE'
    | 'VAR_POP'
    | 'ARRAY_AGG'
    | 'ANY_VALUE';
  readonly set: readonly number[] | null;
  readonly distinct: boolean;
  readonly semantics: 'running' | 'final';
  readonly operand: Bound | null;
}

/** CLASSIFIER([set]): the label of the last row (of the set); inside a navigation's operand, of the row it points to. */
export interface ClassifierNode {
  readonly kind: 'classifier';
  readonly type: Type;
  readonly set: readonly number[] | null;
  readonly semantics: 'running' | 'final';
}

/** The most elements of a PERMUTE whose elements are taken in one way only, */
export const MAX_PERMUTED = 30;
/** and of one whose elements can be taken in several ways: all its orders are written out, 720 at most. */
export const MAX_PERMUTED_WAYS = 6;

/** True when the pattern takes a sequence of labels that is given beforehand: there is one way to take it. */
export function isFixed(pattern: PatternPlan): boolean {
  switch (pattern.kind) {
    case 'variable':
    case 'empty':
    case 'anchor':
      return true;
    case 'concatenation':
      return pattern.elements.every(isFixed);
    case 'exclusion':
      return isFixed(pattern.body);
    case 'quantified':
      return pattern.min === pattern.max && isFixed(pattern.body);
    default:
      return false;
  }
}
