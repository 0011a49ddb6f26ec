import type { Span } from './diagnostic.js';

/** Every node of the tree carries its place in the source text. */
export interface Node {
  readonly span: Span;
}

/** A name as written. `quoted` names match exactly, others without regard to case. */
export interface Identifier extends Node {
  readonly kind: 'identifier';
  readonly name: string;
  readonly quoted: boolean;
}

// ---------------------------------------------------------------- statements

export type Statement = CreateStream | CreateRule | Select;

export interface CreateStream extends Node {
  readonly kind: 'create_stream';
  readonly name: Identifier;
  readonly columns: readonly ColumnDefinition[];
  readonly watermark: WatermarkDefinition | null;
  readonly options: readonly Option[];
}

export interface ColumnDefinition extends Node {
  readonly kind: 'column_definition';
  readonly name: Identifier;
  readonly type: TypeName;
  readonly notNull: boolean;
}

/** A type as written: the name upper-cased with single spaces, its numbers, its element type or fields. */
export interface TypeName extends Node {
  readonly kind: 'type_name';
  readonly name: string;
  readonly parameters: readonly number[];
  readonly element: TypeName | null;
  readonly fields: readonly ColumnDefinition[];
}

/** `WATERMARK FOR column AS column [- INTERVAL ...]`. */
export interface WatermarkDefinition extends Node {
  readonly kind: 'watermark_definition';
  readonly column: Identifier;
  readonly expression: Expression;
}

/** `key = value` in a WITH list. */
export interface Option extends Node {
  readonly kind: 'option';
  readonly name: Identifier;
  readonly value: Literal | Parameter;
}

export interface CreateRule extends Node {
  readonly kind: 'create_rule';
  readonly name: Identifier;
  readonly options: readonly Option[];
  readonly query: Select;
}

/** SELECT ... FROM ... [WHERE ...]. `groupBy` and what else is not built is refused by the binder, by name. */
export interface Select extends Node {
  readonly kind: 'select';
  readonly items: readonly SelectItem[];
  readonly from: From;
  readonly where: Expression | null;
  readonly orderBy: readonly SortKey[];
  readonly unsupported: readonly UnsupportedClause[];
}

/** A clause of SQL that parses but is not built: GROUP BY, HAVING, JOIN, LIMIT, DISTINCT, ... named for the error. */
export interface UnsupportedClause extends Node {
  readonly kind: 'unsupported_clause';
  readonly name: string;
}

export interface SelectItem extends Node {
  readonly kind: 'select_item';
  readonly expression: Expression | Star;
  readonly alias: Identifier | null;
}

/** `*` or `v.*`. */
export interface Star extends Node {
  readonly kind: 'star';
  readonly qualifier: Identifier | null;
}

export interface SortKey extends Node {
  readonly kind: 'sort_key';
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | null;
}

export interface From extends Node {
  readonly kind: 'from';
  readonly streams: readonly StreamReference[];
  readonly matchRecognize: MatchRecognize | null;
  /** The alias behind MATCH_RECOGNIZE ( ... ). */
  readonly alias: Identifier | null;
}

export interface StreamReference extends Node {
  readonly kind: 'stream_reference';
  readonly name: Identifier;
  readonly alias: Identifier | null;
}

// ---------------------------------------------------------------- MATCH_RECOGNIZE (ISO/IEC 9075-2:2016, 7.7)

export interface MatchRecognize extends Node {
  readonly kind: 'match_recognize';
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly measures: readonly Measure[];
  readonly rowsPerMatch: RowsPerMatch | null;
  readonly skip: Skip | null;
  readonly pattern: Pattern;
  readonly within: Expression | null;
  readonly emitEarliest: boolean;
  readonly subsets: readonly Subset[];
  readonly define: readonly Definition[];
}

export interface Measure extends Node {
  readonly kind: 'measure';
  readonly expression: Expression;
  readonly alias: Identifier;
}

export interface RowsPerMatch extends Node {
  readonly kind: 'rows_per_match';
  readonly mode:
    | 'one'
    | 'one_with_timed_out'
    | 'all'
    | 'all_show_empty'
    | 'all_omit_empty'
    | 'all_with_unmatched';
}

/** AFTER MATCH ... ; `no_skip` is the extension AFTER MATCH NO SKIP. */
export interface Skip extends Node {
  readonly kind: 'skip';
  readonly mode: 'past_last_row' | 'to_next_row' | 'to_first' | 'to_last' | 'no_skip';
  readonly variable: Identifier | null;
}

export interface Subset extends Node {
  readonly kind: 'subset';
  readonly name: Identifier;
  readonly members: readonly Identifier[];
}

/** `v AS condition`, or `v AS stream [WHERE condition]`: the parser cannot tell a stream from a column, the binder does. */
export interface Definition extends Node {
  readonly kind: 'definition';
  readonly variable: Identifier;
  readonly condition: Expression;
  /** The condition behind `AS stream WHERE`; null where WHERE was not written. */
  readonly where: Expression | null;
}

export type Pattern =
  | PatternVariable
  | PatternConcatenation
  | PatternAlternation
  | PatternQuantified
  | PatternGroup
  | PatternEmpty
  | PatternAnchor
  | PatternExclusion
  | PatternPermute
  | PatternGap
  | PatternNot;

export interface PatternVariable extends Node {
  readonly kind: 'pattern_variable';
  readonly name: Identifier;
}

/** Elements in order; a gap `->` and a NOT are elements like any other. At least two. */
export interface PatternConcatenation extends Node {
  readonly kind: 'pattern_concatenation';
  readonly elements: readonly Pattern[];
}

export interface PatternAlternation extends Node {
  readonly kind: 'pattern_alternation';
  readonly branches: readonly Pattern[];
}

export interface PatternQuantified extends Node {
  readonly kind: 'pattern_quantified';
  readonly body: Pattern;
  readonly quantifier: Quantifier;
}

/** `*` is {0,}, `+` {1,}, `?` {0,1}; max null: no bound. `form` keeps how it was written. */
export interface Quantifier extends Node {
  readonly kind: 'quantifier';
  readonly min: number;
  readonly max: number | null;
  readonly greedy: boolean;
  readonly form: '*' | '+' | '?' | '{n}' | '{n,}' | '{,m}' | '{n,m}';
}

export interface PatternGroup extends Node {
  readonly kind: 'pattern_group';
  readonly body: Pattern;
}

/** `()`. */
export interface PatternEmpty extends Node {
  readonly kind: 'pattern_empty';
}

export interface PatternAnchor extends Node {
  readonly kind: 'pattern_anchor';
  readonly at: 'start' | 'end';
}

export interface PatternExclusion extends Node {
  readonly kind: 'pattern_exclusion';
  readonly body: Pattern;
}

export interface PatternPermute extends Node {
  readonly kind: 'pattern_permute';
  readonly elements: readonly Pattern[];
}

/** `->`: zero or more rows that are not mapped. */
export interface PatternGap extends Node {
  readonly kind: 'pattern_gap';
}

/** `NOT v` or `NOT (v | w)`. */
export interface PatternNot extends Node {
  readonly kind: 'pattern_not';
  readonly variables: readonly Identifier[];
}

// ---------------------------------------------------------------- expressions

export type Expression =
  | Literal
  | Parameter
  | Reference
  | Unary
  | Binary
  | Between
  | InList
  | Like
  | IsTest
  | Case
  | Cast
  | Extract
  | Call;

export type Literal =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | NullLiteral
  | TimestampLiteral
  | IntervalLiteral;

/** `text` as written: whether it is a BIGINT, DECIMAL or DOUBLE is the binder's. */
export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly text: string;
}

export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}

export interface BooleanLiteral extends Node {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface NullLiteral extends Node {
  readonly kind: 'null';
}

/** `TIMESTAMP '2026-11-23 21:05:00'`. */
export interface TimestampLiteral extends Node {
  readonly kind: 'timestamp';
  readonly text: string;
}

/** `INTERVAL '10' MINUTE`, `INTERVAL '1 02:03' DAY TO MINUTE`. `negative` is a sign before the quote. */
export interface IntervalLiteral extends Node {
  readonly kind: 'interval';
  readonly text: string;
  readonly from: string;
  readonly to: string | null;
  readonly negative: boolean;
}

/** `:name`. */
export interface Parameter extends Node {
  readonly kind: 'parameter';
  readonly name: string;
}

/** A column, a variable's column or a nested path: `amount`, `A.amount`, `payload.device.id`, `tags[1]`. */
export interface Reference extends Node {
  readonly kind: 'reference';
  readonly path: readonly PathStep[];
}

/** The first step is always an identifier; a subscript counts from 1, as in ISO. */
export type PathStep = Identifier | Subscript;

export interface Subscript extends Node {
  readonly kind: 'subscript';
  readonly index: Expression;
}

export interface Unary extends Node {
  readonly kind: 'unary';
  readonly operator: 'NOT' | '-' | '+';
  readonly operand: Expression;
}

export type BinaryOperator =
  | 'AND'
  | 'OR'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||';

export interface Binary extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Between extends Node {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
}

export interface InList extends Node {
  readonly kind: 'in';
  readonly operand: Expression;
  readonly list: readonly Expression[];
  readonly negated: boolean;
}

export interface Like extends Node {
  readonly kind: 'like';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | null;
  readonly negated: boolean;
}

/** `IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM x`. */
export interface IsTest extends Node {
  readonly kind: 'is';
  readonly operand: Expression;
  readonly test: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN' | 'DISTINCT FROM';
  readonly other: Expression | null;
  readonly negated: boolean;
}

export interface Case extends Node {
  readonly kind: 'case';
  readonly operand: Expression | null;
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression | null;
}

export interface Cast extends Node {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: TypeName;
  /** TRY_CAST is taken too; both give NULL on failure. */
  readonly form: 'CAST' | 'TRY_CAST';
}

export interface Extract extends Node {
  readonly kind: 'extract';
  readonly field: string;
  readonly operand: Expression;
}

/**
 * A function, aggregate or navigation: `COUNT(*)`, `COUNT(DISTINCT A.x)`, `FINAL LAST(A.x, 1)`, `CLASSIFIER()`,
 * `CURRENT_TIMESTAMP` (no parentheses). The name keeps its spelling; the binder folds its case.
 */
export interface Call extends Node {
  readonly kind: 'call';
  readonly name: Identifier;
  readonly arguments: readonly (Expression | Star)[];
  readonly distinct: boolean;
  readonly semantics: 'RUNNING' | 'FINAL' | null;
}
