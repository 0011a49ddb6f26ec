import type {
  BinaryOperator,
  Call,
  Case,
  ColumnDefinition,
  CreateRule,
  CreateStream,
  Definition,
  Expression,
  From,
  Identifier,
  IntervalLiteral,
  MatchRecognize,
  Option,
  Pattern,
  Quantifier,
  Reference,
  RowsPerMatch,
  Select,
  Skip,
  SortKey,
  Star,
  Statement,
  TypeName,
} from './ast.js';
import { NILADIC } from './keywords.js';

// The canonical text of a tree: what it parses to is the same tree again, but for places (test/language/print.test.ts).

/** A statement, a clause a line, without a `;` at its end. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'create_stream':
      return printStream(statement);
    case 'create_rule':
      return printRule(statement);
    case 'select':
      return printSelect(statement);
  }
}

/** An expression on one line, with the parentheses that it needs and no other. */
export function printExpression(expression: Expression): string {
  return print(expression, LOOSEST);
}

/** What stands between the parentheses of PATTERN. */
export function printPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'pattern_variable':
      return printName(pattern.name);
    case 'pattern_concatenation':
      return pattern.elements.map(printPattern).join(' ');
    case 'pattern_alternation':
      return pattern.branches.map(printPattern).join(' | ');
    case 'pattern_quantified':
      return printPattern(pattern.body) + printQuantifier(pattern.quantifier);
    case 'pattern_group':
      return `(${printPattern(pattern.body)})`;
    case 'pattern_empty':
      return '()';
    case 'pattern_anchor':
      return pattern.at === 'start' ? '^' : '$';
    case 'pattern_exclusion':
      return `{- ${printPattern(pattern.body)} -}`;
    case 'pattern_permute':
      return `PERMUTE(${pattern.elements.map(printPattern).join(', ')})`;
    case 'pattern_gap':
      return '->';
    case 'pattern_not': {
      const names = pattern.variables.map(printName).join(' | ');
      return pattern.variables.length === 1 ? `NOT ${names}` : `NOT (${names})`;
    }
  }
}

function printQuantifier({ form, min, max, greedy }: Quantifier): string {
  const forms = { '{n}': `{${min}}`, '{n,}': `{${min},}`, '{,m}': `{,${max}}`, '{n,m}': `{${min},${max}}` };
  return (form.length === 1 ? form : forms[form as keyof typeof forms]) + (greedy ? '' : '?');
}

// ---------------------------------------------------------------- statements

function printStream({ name, columns, watermark, options }: CreateStream): string {
  const lines = columns.map((column) => `  ${printColumn(column)}`);
  if (watermark !== null) {
    lines.push(`  WATERMARK FOR ${printName(watermark.column)} AS ${printExpression(watermark.expression)}`);
  }
  const head = `CREATE STREAM ${printName(name)} (\n${lines.join(',\n')}\n)`;
  return options.length === 0 ? head : `${head} ${printOptions(options)}`;
}

function printRule({ name, options, query }: CreateRule): string {
  const head = `CREATE RULE ${printName(name)}`;
  const middle = options.length === 0 ? ' AS' : `\n  ${printOptions(options)}\nAS`;
  return `${head}${middle}\n${printSelect(query)}`;
}

function printOptions(options: readonly Option[]): string {
  return `WITH (${options.map(({ name, value }) => `${printName(name)} = ${printExpression(value)}`).join(', ')})`;
}

function printColumn({ name, type, notNull }: ColumnDefinition): string {
  return `${printName(name)} ${printType(type)}${notNull ? ' NOT NULL' : ''}`;
}

function printType({ name, parameters, element, fields }: TypeName): string {
  if (element !== null) return `ARRAY<${printType(element)}>`;
  if (fields.length > 0) return `ROW(${fields.map(printColumn).join(', ')})`;
  if (parameters.length === 0) return name;
  const numbers = `(${parameters.join(', ')})`;
  return name.startsWith('TIMESTAMP ') ? name.replace(' ', `${numbers} `) : name + numbers;
}

// ---------------------------------------------------------------- SELECT

function printSelect({ items, from, where, orderBy, unsupported }: Select): string {
  const columns = items.map(({ expression, alias }) => `${printItem(expression)}${printAlias(alias)}`);
  const lines = [`SELECT ${columns.join(', ')}`, `FROM ${printFrom(from)}`];
  if (where !== null) lines.push(`WHERE ${printExpression(where)}`);
  if (orderBy.length > 0) lines.push(`ORDER BY ${orderBy.map(printSortKey).join(', ')}`);
  // The tree keeps no more of these than their names.
  for (const { name } of unsupported) lines.push(`/* ${name} */`);
  return lines.join('\n');
}

function printFrom({ streams, matchRecognize, alias }: From): string {
  const names = streams.map((stream) => `${printName(stream.name)}${printAlias(stream.alias)}`).join(', ');
  return matchRecognize === null ? names : `${names} ${printMatch(matchRecognize)}${printAlias(alias)}`;
}

function printMatch(match: MatchRecognize): string {
  const lines: string[] = [];
  const { partitionBy, orderBy, measures, rowsPerMatch, skip, subsets, define } = match;
  if (partitionBy.length > 0) lines.push(`PARTITION BY ${partitionBy.map(printExpression).join(', ')}`);
  if (orderBy.length > 0) lines.push(`ORDER BY ${orderBy.map(printSortKey).join(', ')}`);
  if (measures.length > 0) {
    const each = measures.map(
      ({ expression, alias }) => `  ${printExpression(expression)} AS ${printName(alias)}`,
    );
    lines.push('MEASURES', ...each.map(comma(each.length)));
  }
  if (rowsPerMatch !== null) lines.push(ROWS_PER_MATCH[rowsPerMatch.mode]);
  if (skip !== null) lines.push(printSkip(skip));
  lines.push(printPatternClause(match));
  if (subsets.length > 0) {
    const each = subsets.map(
      ({ name, members }) => `${printName(name)} = (${members.map(printName).join(', ')})`,
    );
    lines.push(`SUBSET ${each.join(', ')}`);
  }
  if (define.length > 0) {
    const width = Math.min(24, Math.max(...define.map(({ variable }) => printName(variable).length)));
    lines.push('DEFINE', ...define.map((each) => printDefinition(each, width)).map(comma(define.length)));
  }
  return `MATCH_RECOGNIZE (\n${lines.map((line) => `  ${line}`).join('\n')}\n)`;
}

function printPatternClause({ pattern, within, emitEarliest }: MatchRecognize): string {
  const limit = within === null ? '' : ` WITHIN ${printExpression(within)}`;
  return `PATTERN (${printPattern(pattern)})${limit}${emitEarliest ? ' EMIT EARLIEST' : ''}`;
}

function printDefinition({ variable, condition, where }: Definition, width: number): string {
  const behind = where === null ? '' : ` WHERE ${printExpression(where)}`;
  return `  ${printName(variable).padEnd(width)} AS ${printExpression(condition)}${behind}`;
}

/** A comma behind every line of a list but the last. */
function comma(length: number): (line: string, i: number) => string {
  return (line, i) => (i + 1 < length ? `${line},` : line);
}

const ROWS_PER_MATCH: Readonly<Record<RowsPerMatch['mode'], string>> = {
  one: 'ONE ROW PER MATCH',
  one_with_timed_out: 'ONE ROW PER MATCH WITH TIMED OUT MATCHES',
  all: 'ALL ROWS PER MATCH',
  all_show_empty: 'ALL ROWS PER MATCH SHOW EMPTY MATCHES',
  all_omit_empty: 'ALL ROWS PER MATCH OMIT EMPTY MATCHES',
  all_with_unmatched: 'ALL ROWS PER MATCH WITH UNMATCHED ROWS',
};

function printSkip({ mode, variable }: Skip): string {
  const modes: Readonly<Record<Skip['mode'], string>> = {
    past_last_row: 'SKIP PAST LAST ROW',
    to_next_row: 'SKIP TO NEXT ROW',
    to_first: 'SKIP TO FIRST',
    to_last: 'SKIP TO LAST',
    no_skip: 'NO SKIP',
  };
  return `AFTER MATCH ${modes[mode]}${variable === null ? '' : ` ${printName(variable)}`}`;
}

function printSortKey({ expression, descending, nulls }: SortKey): string {
  const place = nulls === null ? '' : ` NULLS ${nulls.toUpperCase()}`;
  return `${printExpression(expression)}${descending ? ' DESC' : ''}${place}`;
}

function printAlias(alias: Identifier | null): string {
  return alias === null ? '' : ` AS ${printName(alias)}`;
}

function printItem(item: Expression | Star): string {
  if (item.kind !== 'star') return printExpression(item);
  return item.qualifier === null ? '*' : `${printName(item.qualifier)}.*`;
}

function printName({ name, quoted }: Identifier): string {
  return quoted ? `"${name.replaceAll('"', '""')}"` : name;
}

// ---------------------------------------------------------------- expressions

// The ladder of expression.ne, loosest first.
const LOOSEST = 0;
const OR = 0;
const AND = 1;
const NOT = 2;
const TEST = 3;
const COMPARISON = 4;
const CONCATENATION = 5;
const SUM = 6;
const PRODUCT = 7;
const SIGN = 8;
const PRIMARY = 9;

const BINARY: Readonly<Partial<Record<BinaryOperator, number>>> = {
  OR,
  AND,
  '||': CONCATENATION,
  '+': SUM,
  '-': SUM,
  '*': PRODUCT,
  '/': PRODUCT,
  '%': PRODUCT,
};

function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'binary':
      return BINARY[expression.operator] ?? COMPARISON;
    case 'unary':
      return expression.operator === 'NOT' ? NOT : SIGN;
    case 'is':
      return TEST;
    case 'between':
    case 'in':
    case 'like':
      return COMPARISON;
    default:
      return PRIMARY;
  }
}

/** The text where at least that level is needed; looser ones are put in parentheses. */
function print(expression: Expression, least: number): string {
  const text = write(expression);
  return levelOf(expression) < least ? `(${text})` : text;
}

function write(e: Expression): string {
  const negation = 'negated' in e && e.negated ? 'NOT ' : '';
  switch (e.kind) {
    case 'number':
      return e.text;
    case 'string':
      return quote(e.value);
    case 'boolean':
      return e.value ? 'TRUE' : 'FALSE';
    case 'null':
      return 'NULL';
    case 'timestamp':
      return `TIMESTAMP ${quote(e.text)}`;
    case 'interval':
      return printInterval(e);
    case 'parameter':
      return `:${e.name}`;
    case 'reference':
      return printReference(e);
    case 'unary': {
      if (e.operator === 'NOT') return `NOT ${print(e.operand, NOT)}`;
      const operand = print(e.operand, SIGN);
      // Two signs without a space would begin a comment.
      return `${e.operator}${operand.startsWith('-') ? ' ' : ''}${operand}`;
    }
    case 'binary': {
      const level = levelOf(e);
      const left = print(e.left, level === COMPARISON ? CONCATENATION : level);
      return `${left} ${e.operator} ${print(e.right, level + 1)}`;
    }
    case 'is': {
      const other = e.other === null ? '' : ` ${print(e.other, CONCATENATION)}`;
      return `${print(e.operand, TEST)} IS ${negation}${e.test}${other}`;
    }
    case 'between': {
      const [operand, low, high] = [e.operand, e.low, e.high].map((each) => print(each, CONCATENATION));
      return `${operand} ${negation}BETWEEN ${low} AND ${high}`;
    }
    case 'in':
      return `${print(e.operand, CONCATENATION)} ${negation}IN (${e.list.map(printExpression).join(', ')})`;
    case 'like': {
      const behind = e.escape === null ? '' : ` ESCAPE ${print(e.escape, CONCATENATION)}`;
      return `${print(e.operand, CONCATENATION)} ${negation}LIKE ${print(e.pattern, CONCATENATION)}${behind}`;
    }
    case 'case':
      return printCase(e);
    case 'cast':
      return `${e.form}(${printExpression(e.operand)} AS ${printType(e.type)})`;
    case 'extract':
      return `EXTRACT(${e.field} FROM ${printExpression(e.operand)})`;
    case 'call':
      return printCall(e);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function printInterval({ text, from, to, negative }: IntervalLiteral): string {
  return `INTERVAL ${negative ? '-' : ''}${quote(text)} ${from}${to === null ? '' : ` TO ${to}`}`;
}

function printReference({ path }: Reference): string {
  return path
    .map((step, i) => {
      if (step.kind === 'subscript') return `[${printExpression(step.index)}]`;
      return (i === 0 ? '' : '.') + printName(step);
    })
    .join('');
}

function printCase({ operand, branches, otherwise }: Case): string {
  const head = operand === null ? 'CASE' : `CASE ${printExpression(operand)}`;
  const each = branches.map(
    ({ when, then }) => ` WHEN ${printExpression(when)} THEN ${printExpression(then)}`,
  );
  const tail = otherwise === null ? '' : ` ELSE ${printExpression(otherwise)}`;
  return `${head}${each.join('')}${tail} END`;
}

function printCall({ name, arguments: list, distinct, semantics }: Call): string {
  const called = printName(name);
  if (list.length === 0 && NILADIC.has(called.toUpperCase())) return called;
  const order = semantics === null ? '' : `${semantics} `;
  return `${order}${called}(${distinct ? 'DISTINCT ' : ''}${list.map(printItem).join(', ')})`;
}
