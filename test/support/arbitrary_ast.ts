import fc, { type Arbitrary } from 'fast-check';
import type {
  ColumnDefinition,
  CreateRule,
  CreateStream,
  Expression,
  Identifier,
  MatchRecognize,
  Option,
  Pattern,
  Quantifier,
  Reference,
  Select,
  SortKey,
  Star,
  Statement,
  TypeName,
} from '../../src/language/ast.js';
import { CLAUSE, FORM, NILADIC, RESERVED } from '../../src/language/keywords.js';

// Whole trees as the parser makes them, for round trips. Every place is 0 to 0. What a tree cannot be (a concatenation right
// within a concatenation, a gap with a quantifier) is not made.

const span = { start: 0, end: 0 };

/** A tree without its places: what two texts of one meaning have in common. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'span');
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutSpans(child)]));
}

const letters = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,5}$/);
const wordName = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'amount', 'at', 'A', 'B') },
    { weight: 2, arbitrary: letters },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...[
          'type',
          'user',
          'time',
          'key',
          'value',
          'level',
          'status',
          'count',
          'first',
          'last',
          'prev',
          'next',
          'define',
        ],
        ...[
          'pattern',
          'measures',
          'one',
          'all',
          'after',
          'skip',
          'to',
          'row',
          'rows',
          'match',
          'timestamp',
          'date',
          'nulls',
        ],
        ...[
          'asc',
          'desc',
          'within',
          'emit',
          'subset',
          'partition',
          'by',
          'running',
          'final',
          'array',
          'hour',
          'unknown',
        ],
        ...[
          'create',
          'stream',
          'rule',
          'watermark',
          'trim',
          'substring',
          'tumble',
          'table',
          'over',
          'größe',
          '_',
          'no',
        ],
      ),
    },
  )
  .filter((word) => ![RESERVED, CLAUSE, FORM].some((words) => words.has(word.toUpperCase())));
const clauseName = fc.constantFrom(...CLAUSE).map((word) => word.toLowerCase());
const formName = fc.constantFrom(...FORM).map((word) => word.toLowerCase());
const reservedName = fc.constantFrom(...RESERVED).map((word) => word.toLowerCase());

const plain = (name: string): Identifier => ({ kind: 'identifier', name, quoted: false, span });
const quoted: Arbitrary<Identifier> = fc
  .oneof(
    fc.constantFrom('From', 'a b', '"', '--', 'x"y', 'a;b'),
    fc.string({ minLength: 1, maxLength: 6, unit: 'binary' }),
  )
  .map((name) => ({ kind: 'identifier', name, quoted: true, span }));
const unquoted = fc.oneof({ weight: 6, arbitrary: wordName }, clauseName, formName).map(plain);
const identifier = fc.oneof({ weight: 5, arbitrary: unquoted }, quoted);
const step = fc.oneof({ weight: 4, arbitrary: identifier }, reservedName.map(plain));

const text = fc.oneof(
  fc.constantFrom('', "it's", "''", '10', '--', '/*', 'a;b', '1 02:03'),
  fc.string({ maxLength: 6, unit: 'binary' }),
);
const unit = fc.constantFrom('YEAR', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND');
const number = fc
  .oneof(fc.nat().map(String), fc.constantFrom('0', '007', '1.5', '.5', '1e3', '2.50E-7', '9'.repeat(40)))
  .map((digits) => ({ kind: 'number', text: digits, span }) as const);
const literal = fc.oneof(
  number,
  text.map((value) => ({ kind: 'string', value, span }) as const),
  fc.boolean().map((value) => ({ kind: 'boolean', value, span }) as const),
  fc.constant({ kind: 'null', span } as const),
  text.map((value) => ({ kind: 'timestamp', text: value, span }) as const),
  fc.record({
    kind: fc.constant('interval' as const),
    text,
    from: unit,
    to: fc.option(unit),
    negative: fc.boolean(),
    span: fc.constant(span),
  }),
);
const parameter = fc
  .oneof(wordName, reservedName, formName)
  .map((name) => ({ kind: 'parameter', name, span }) as const);

const type: Arbitrary<TypeName> = fc.letrec<{ type: TypeName }>((tie) => {
  const named = (name: Arbitrary<string>, parameters: Arbitrary<readonly number[]>) =>
    fc
      .record({ name, parameters })
      .map((each): TypeName => ({ kind: 'type_name', ...each, element: null, fields: [], span }));
  const numbers = fc.array(fc.nat({ max: 99 }), { maxLength: 2 });
  const bare = { kind: 'type_name', parameters: [], element: null, fields: [], span } as const;
  return {
    type: fc.oneof(
      { maxDepth: 2, depthIdentifier: 'type' },
      named(
        fc.constantFrom('VARCHAR', 'DECIMAL', 'BIGINT', 'TIMESTAMP', 'DOUBLE', 'ARRAY', 'ROW', 'XYZ'),
        numbers,
      ),
      named(
        fc.constantFrom('TIMESTAMP WITH TIME ZONE', 'TIMESTAMP WITHOUT TIME ZONE', 'CHARACTER VARYING'),
        numbers,
      ),
      named(fc.constant('TIMESTAMP WITH LOCAL TIME ZONE'), numbers),
      named(
        fc.constantFrom('DOUBLE PRECISION', 'INTERVAL', 'INTERVAL DAY', 'INTERVAL DAY TO SECOND'),
        fc.constant([]),
      ),
      tie('type').map((element) => ({ ...bare, name: 'ARRAY', element })),
      fc
        .array(columnOf(tie('type')), { minLength: 1, maxLength: 3 })
        .map((fields) => ({ ...bare, name: 'ROW', fields })),
    ),
  };
}).type;

function columnOf(columnType: Arbitrary<TypeName>): Arbitrary<ColumnDefinition> {
  return fc
    .record({ name: identifier, type: columnType, notNull: fc.boolean() })
    .map((each) => ({ kind: 'column_definition', ...each, span }));
}

// ---------------------------------------------------------------- expressions

interface Expressions {
  readonly expression: Expression;
  readonly operator: Expression;
  readonly reference: Reference;
  readonly call: Expression;
}

/** An expression, of every kind and at most some four levels deep. */
export const expression: Arbitrary<Expression> = fc.letrec<Expressions>((tie) => {
  const inner = tie('expression') as Arbitrary<Expression>;
  const list = fc.array(inner, { minLength: 1, maxLength: 3 });
  const node = <K extends string, F extends object>(kind: K, fields: { [P in keyof F]: Arbitrary<F[P]> }) =>
    fc.record(fields).map((each) => ({ kind, ...each, span }));
  const star = fc.option(identifier).map((qualifier): Star => ({ kind: 'star', qualifier, span }));
  const called = fc.record({
    name: fc
      .oneof(fc.constantFrom('COUNT', 'Sum', 'PREV', 'Trim', 'SUBSTRING', 'Left', 'RIGHT'), wordName)
      .map(plain),
    semantics: fc.constantFrom(null, 'RUNNING' as const, 'FINAL' as const),
  });
  const special = (names: ReadonlySet<string>) => fc.constantFrom(...names).map(plain);
  const call = (
    name: Identifier,
    args: readonly (Expression | Star)[],
    more: { distinct?: boolean; semantics?: 'RUNNING' | 'FINAL' | null } = {},
  ) => ({ kind: 'call', name, arguments: args, distinct: false, semantics: null, ...more, span }) as const;
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'expression' },
      { weight: 2, arbitrary: tie('reference') },
      literal,
      parameter,
      { weight: 6, arbitrary: tie('operator') },
      { weight: 2, arbitrary: tie('call') },
      node('case', {
        operand: fc.option(inner),
        branches: fc.array(
          fc.tuple(inner, inner).map(([when, then]) => ({ when, then })),
          { minLength: 1, maxLength: 2 },
        ),
        otherwise: fc.option(inner),
      }),
      node('cast', { operand: inner, type, form: fc.constantFrom('CAST' as const, 'TRY_CAST' as const) }),
      node('extract', { field: fc.constantFrom('HOUR', 'DAY', 'DOW', 'FROM', 'EPOCH'), operand: inner }),
    ) as Arbitrary<Expression>,
    operator: fc.oneof(
      {
        weight: 4,
        arbitrary: node('binary', {
          operator: fc.constantFrom(
            ...(['AND', 'OR', '=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '||'] as const),
          ),
          left: inner,
          right: inner,
        }),
      },
      {
        weight: 2,
        arbitrary: node('unary', {
          operator: fc.constantFrom('NOT' as const, '-' as const, '+' as const),
          operand: inner,
        }),
      },
      node('between', { operand: inner, low: inner, high: inner, negated: fc.boolean() }),
      node('in', { operand: inner, list, negated: fc.boolean() }),
      node('like', { operand: inner, pattern: inner, escape: fc.option(inner), negated: fc.boolean() }),
      node('is', {
        operand: inner,
        test: fc.constantFrom('NULL' as const, 'TRUE' as const, 'FALSE' as const, 'UNKNOWN' as const),
        other: fc.constant(null),
        negated: fc.boolean(),
      }),
      node('is', {
        operand: inner,
        test: fc.constant('DISTINCT FROM' as const),
        other: inner,
        negated: fc.boolean(),
      }),
    ) as Arbitrary<Expression>,
    reference: fc
      .tuple(
        identifier,
        fc.array(
          fc.oneof(
            { weight: 3, arbitrary: step },
            inner.map((index) => ({ kind: 'subscript', index, span }) as const),
          ),
          {
            maxLength: 2,
          },
        ),
      )
      .map(([head, others]): Reference => ({ kind: 'reference', path: [head, ...others], span })),
    call: fc.oneof(
      fc
        .tuple(called, fc.array(inner, { maxLength: 3 }))
        .map(([{ name, semantics }, args]) => call(name, args, { semantics })),
      fc
        .tuple(called, list)
        .map(([{ name, semantics }, args]) => call(name, args, { semantics, distinct: true })),
      fc.tuple(called, star).map(([{ name, semantics }, only]) => call(name, [only], { semantics })),
      fc.tuple(inner, inner).map((args) => call(plain('Position'), args)),
      fc.tuple(special(NILADIC), fc.array(inner, { maxLength: 2 })).map(([name, args]) => call(name, args)),
    ) as Arbitrary<Expression>,
  };
}).expression;

// ---------------------------------------------------------------- patterns

const small = fc.integer({ min: 1, max: 3 });
const quantifier: Arbitrary<Quantifier> = fc
  .tuple(
    fc.constantFrom('*', '+', '?', '{n}', '{n,}', '{,m}', '{n,m}'),
    small,
    fc.nat({ max: 2 }),
    fc.boolean(),
  )
  .map(([form, n, more, greedy]): Quantifier => {
    const bounds = {
      '*': [0, null],
      '+': [1, null],
      '?': [0, 1],
      '{n}': [n, n],
      '{n,}': [n, null],
      '{,m}': [0, n],
      '{n,m}': [n, n + more],
    } as const;
    const [min, max] = bounds[form];
    return { kind: 'quantifier', min, max, greedy, form, span };
  });

interface Patterns {
  readonly pattern: Pattern;
  readonly sequence: Pattern;
  readonly element: Pattern;
  readonly primary: Pattern;
}

/** A pattern of every kind of element. */
export const pattern: Arbitrary<Pattern> = fc.letrec<Patterns>((tie) => {
  const inner = tie('pattern') as Arbitrary<Pattern>;
  const sequence = tie('sequence') as Arbitrary<Pattern>;
  const element = tie('element') as Arbitrary<Pattern>;
  const primary = tie('primary') as Arbitrary<Pattern>;
  return {
    pattern: fc.oneof(
      { weight: 3, arbitrary: sequence },
      fc
        .array(sequence, { minLength: 2, maxLength: 3 })
        .map((branches) => ({ kind: 'pattern_alternation', branches, span }) as const),
    ),
    sequence: fc.oneof(
      element,
      fc
        .array(element, { minLength: 2, maxLength: 4 })
        .map((elements) => ({ kind: 'pattern_concatenation', elements, span }) as const),
    ),
    element: fc.oneof(
      { weight: 4, arbitrary: primary },
      {
        weight: 3,
        arbitrary: fc
          .tuple(primary, quantifier)
          .map(([body, repeat]) => ({ kind: 'pattern_quantified', body, quantifier: repeat, span }) as const),
      },
      fc.constant({ kind: 'pattern_gap', span } as const),
      fc
        .array(identifier, { minLength: 1, maxLength: 3 })
        .map((variables) => ({ kind: 'pattern_not', variables, span }) as const),
    ),
    primary: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'pattern' },
      { weight: 5, arbitrary: identifier.map((name) => ({ kind: 'pattern_variable', name, span }) as const) },
      fc.constant({ kind: 'pattern_empty', span } as const),
      fc
        .constantFrom('start' as const, 'end' as const)
        .map((at) => ({ kind: 'pattern_anchor', at, span }) as const),
      {
        weight: 3,
        arbitrary: inner.map((body) => ({ kind: 'pattern_group', body, span }) as const),
      },
      inner.map((body) => ({ kind: 'pattern_exclusion', body, span }) as const),
      fc
        .array(inner, { minLength: 1, maxLength: 3 })
        .map((elements) => ({ kind: 'pattern_permute', elements, span }) as const),
    ),
  };
}).pattern;

// ---------------------------------------------------------------- statements

const sortKey: Arbitrary<SortKey> = fc
  .record({
    expression,
    descending: fc.boolean(),
    nulls: fc.constantFrom(null, 'first' as const, 'last' as const),
  })
  .map((each) => ({ kind: 'sort_key', ...each, span }));
const orderBy = fc.array(sortKey, { maxLength: 2 });

const rowsPerMatch = fc
  .constantFrom(
    ...([
      'one',
      'one_with_timed_out',
      'all',
      'all_show_empty',
      'all_omit_empty',
      'all_with_unmatched',
    ] as const),
  )
  .map((mode) => ({ kind: 'rows_per_match', mode, span }) as const);
const skip = fc.oneof(
  fc
    .constantFrom('past_last_row' as const, 'to_next_row' as const, 'no_skip' as const)
    .map((mode) => ({ kind: 'skip', mode, variable: null, span }) as const),
  fc
    .tuple(fc.constantFrom('to_first' as const, 'to_last' as const), identifier)
    .map(([mode, variable]) => ({ kind: 'skip', mode, variable, span }) as const),
);

const matchRecognize: Arbitrary<MatchRecognize> = fc
  .record({
    partitionBy: fc.array(expression, { maxLength: 2 }),
    orderBy,
    measures: fc.array(
      fc
        .record({ expression, alias: identifier })
        .map((each) => ({ kind: 'measure', ...each, span }) as const),
      { maxLength: 2 },
    ),
    rowsPerMatch: fc.option(rowsPerMatch),
    skip: fc.option(skip),
    pattern,
    within: fc.option(expression),
    emitEarliest: fc.boolean(),
    subsets: fc.array(
      fc
        .record({ name: identifier, members: fc.array(identifier, { minLength: 1, maxLength: 3 }) })
        .map((each) => ({ kind: 'subset', ...each, span }) as const),
      { maxLength: 2 },
    ),
    define: fc.array(
      fc
        .record({ variable: identifier, condition: expression, where: fc.option(expression, { freq: 2 }) })
        .map((each) => ({ kind: 'definition', ...each, span }) as const),
      { maxLength: 3 },
    ),
  })
  .map((each) => ({ kind: 'match_recognize', ...each, span }));

const from = fc
  .record({
    streams: fc.array(
      fc
        .record({ name: identifier, alias: fc.option(identifier) })
        .map((each) => ({ kind: 'stream_reference', ...each, span }) as const),
      { minLength: 1, maxLength: 2 },
    ),
    matchRecognize: fc.option(matchRecognize, { freq: 4 }),
    alias: fc.option(identifier),
  })
  .map(
    (each) =>
      ({ kind: 'from', ...each, alias: each.matchRecognize === null ? null : each.alias, span }) as const,
  );

const selectItem = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ expression, alias: fc.option(identifier) })
      .map((each) => ({ kind: 'select_item', ...each, span }) as const),
  },
  fc.option(identifier).map((qualifier) => {
    return { kind: 'select_item', expression: { kind: 'star', qualifier, span }, alias: null, span } as const;
  }),
);

const select: Arbitrary<Select> = fc
  .record({
    items: fc.array(selectItem, { minLength: 1, maxLength: 3 }),
    from,
    where: fc.option(expression),
    orderBy,
  })
  .map((each) => ({ kind: 'select', ...each, unsupported: [], span }));

const option: Arbitrary<Option> = fc
  .record({
    name: identifier,
    value: fc.oneof(
      literal,
      parameter,
      number.map((each) => ({ ...each, text: `-${each.text}` })),
    ),
  })
  .map((each) => ({ kind: 'option', ...each, span }));
const options = fc.array(option, { maxLength: 3 });

const createRule: Arbitrary<CreateRule> = fc
  .record({ name: identifier, options, query: select })
  .map((each) => ({ kind: 'create_rule', ...each, span }));

const createStream: Arbitrary<CreateStream> = fc
  .record({
    name: identifier,
    columns: fc.array(columnOf(type), { minLength: 1, maxLength: 3 }),
    watermark: fc.option(
      fc
        .record({ column: identifier, expression })
        .map((each) => ({ kind: 'watermark_definition', ...each, span }) as const),
    ),
    options,
  })
  .map((each) => ({ kind: 'create_stream', ...each, span }));

/** A whole statement. */
export const statement: Arbitrary<Statement> = fc.oneof(
  { weight: 3, arbitrary: select },
  createRule,
  createStream,
);
