import { Decimal } from '../../event/decimal.js';
import { formatDuration } from '../../event/duration.js';
import { formatTimestamp, isTimestamp } from '../../event/timestamp.js';
import type { Type, Value } from '../../event/value.js';
import type { AggregateNode, Bound, NavigationNode } from '../../language/plan.js';

/** What the names in an expression are, by their indexes. */
export interface Names {
  /** The pattern variables. */
  readonly variables: readonly string[];
  /** MEASURES: what stands behind MATCH_RECOGNIZE reads them. */
  readonly measures: readonly string[];
  /** More than one stream is read: a column says which it is of. */
  readonly isSeveral: boolean;
}

interface Place extends Names {
  /** Before a column: the variable that a navigation or an aggregate is about; null: none. */
  readonly qualifier: string | null;
  readonly depth: number;
}

// How tightly a form binds, as `language/print.ts` has it.
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

const BINARY: Readonly<Record<string, number>> = {
  ...{
    '=': COMPARISON,
    '<>': COMPARISON,
    '<': COMPARISON,
    '<=': COMPARISON,
    '>': COMPARISON,
    '>=': COMPARISON,
  },
  ...{ 'IS DISTINCT FROM': COMPARISON, '||': CONCATENATION },
  ...{ '+': SUM, '-': SUM, '*': PRODUCT, '/': PRODUCT, '%': PRODUCT },
};
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);
/** What is nested deeper is left out: a chain of a thousand sums would not be read anyway. */
const DEEPEST = 100;

interface Text {
  readonly text: string;
  readonly level: number;
}

/**
 * A bound expression as SQL on one line. Casts that the binder put in to widen a number are left out; a SUBSET, whose name
 * the plan does not keep, is written as its members: `MAX((a | b).price)`.
 */
export function sqlOf(bound: Bound, names: Names): string {
  return write(bound, { ...names, qualifier: null, depth: 0 }).text;
}

/** A name as it may stand in a text. */
export function nameOf(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A span of time as a literal. Milliseconds. */
export function intervalOf(milliseconds: number): string {
  const [count = '0', unit = 'SECONDS'] = formatDuration(Math.abs(milliseconds)).split(' ');
  return `INTERVAL ${milliseconds < 0 ? '-' : ''}'${count}' ${unit.replace(/S$/, '')}`;
}

/** The text, in parentheses where it binds less tightly than is needed. */
function at(bound: Bound, place: Place, least: number): string {
  const { text, level } = write(bound, place);
  return level < least ? `(${text})` : text;
}

function write(bound: Bound, outer: Place): Text {
  if (outer.depth > DEEPEST) return primary('...');
  const place = { ...outer, depth: outer.depth + 1 };
  switch (bound.kind) {
    case 'constant':
      return constant(bound.value, bound.type);
    case 'column':
      return primary(columnOf(bound.name, bound.streams, place));
    case 'fields':
      return primary(place.qualifier === null ? '*' : `${place.qualifier}.*`);
    case 'output':
      return primary(nameOf(place.measures[bound.index] ?? `output ${bound.index}`));
    case 'field':
      return primary(`${at(bound.operand, place, PRIMARY)}.${nameOf(bound.name)}`);
    case 'element':
      return primary(`${at(bound.operand, place, PRIMARY)}[${write(bound.index, place).text}]`);
    case 'and':
    case 'or': {
      const level = bound.kind === 'and' ? AND : OR;
      const parts = bound.operands.map((operand) => at(operand, place, level + 1));
      return { text: parts.join(bound.kind === 'and' ? ' AND ' : ' OR '), level };
    }
    case 'not':
      return negated(bound.operand, place);
    case 'is_null':
      return { text: `${at(bound.operand, place, TEST)} IS NULL`, level: TEST };
    case 'case':
      return primary(choice(bound, place));
    case 'cast':
      return primary(`CAST(${write(bound.operand, place).text} AS ${typeOf(bound.type)})`);
    case 'call':
      return call(bound, place, '');
    case 'navigation':
      return primary(navigation(bound, place));
    case 'aggregate':
      return primary(aggregate(bound, place));
    case 'classifier': {
      const of = bound.set === null ? '' : setName(bound.set, place);
      return primary(`CLASSIFIER(${of})`);
    }
    case 'match_number':
      return primary('MATCH_NUMBER()');
    case 'match_rowtime':
      return primary('MATCH_ROWTIME()');
    case 'match_status':
      return primary('MATCH_STATUS()');
  }
}

function primary(text: string): Text {
  return { text, level: PRIMARY };
}

function constant(value: Value, type: Type): Text {
  if (value === null) return primary('NULL');
  if (type.kind === 'TIMESTAMP' && typeof value === 'number' && isTimestamp(value))
    return primary(`TIMESTAMP '${formatTimestamp(value)}'`);
  if (type.kind === 'INTERVAL' && typeof value === 'number') return primary(intervalOf(value));
  switch (typeof value) {
    case 'boolean':
      return primary(value ? 'TRUE' : 'FALSE');
    case 'string':
      return primary(`'${value.replaceAll("'", "''")}'`);
    case 'number':
    case 'bigint': {
      const text = String(value);
      // Without an exponent it would be another type, and divide otherwise.
      const isPlain = type.kind !== 'DOUBLE' || text.includes('e');
      return { text: isPlain ? text : `${text}e0`, level: value < 0 ? SIGN : PRIMARY };
    }
    default:
      return primary(value instanceof Decimal ? value.toString() : String(value));
  }
}

function columnOf(name: string, streams: readonly string[] | null, { qualifier, isSeveral }: Place): string {
  const [only] = streams ?? [];
  if (qualifier !== null) return `${qualifier}.${nameOf(name)}`;
  return isSeveral && only !== undefined && streams?.length === 1
    ? `${nameOf(only)}.${nameOf(name)}`
    : nameOf(name);
}

/** NOT before a test is written within it. */
function negated(operand: Bound, place: Place): Text {
  if (operand.kind === 'is_null')
    return { text: `${at(operand.operand, place, TEST)} IS NOT NULL`, level: TEST };
  if (operand.kind === 'call' && /^(IN|LIKE|IS .*)$/.test(operand.name)) return call(operand, place, 'NOT ');
  return { text: `NOT ${at(operand, place, NOT)}`, level: NOT };
}

function call(
  { name, type, arguments: all }: Extract<Bound, { kind: 'call' }>,
  place: Place,
  not: string,
): Text {
  const [first, second, third] = all;
  const list = (from: number) =>
    all.slice(from).map((each) => write(bare(each, type, name, all), place).text);
  const level = BINARY[name];
  if (level !== undefined && first !== undefined && second !== undefined) {
    const operator = name === 'IS DISTINCT FROM' ? `IS ${not}DISTINCT FROM` : name;
    const left = at(bare(first, type, name, all), place, level === COMPARISON ? CONCATENATION : level);
    return { text: `${left} ${operator} ${at(bare(second, type, name, all), place, level + 1)}`, level };
  }
  if (first !== undefined) {
    const left = () => at(bare(first, type, name, all), place, CONCATENATION);
    if (name === 'IN') return { text: `${left()} ${not}IN (${list(1).join(', ')})`, level: COMPARISON };
    if (name === 'LIKE' && second !== undefined) {
      const behind = third === undefined ? '' : ` ESCAPE ${at(third, place, CONCATENATION)}`;
      return { text: `${left()} ${not}LIKE ${at(second, place, CONCATENATION)}${behind}`, level: COMPARISON };
    }
    if (name.startsWith('IS '))
      return { text: `${at(first, place, TEST)} IS ${not}${name.slice(3)}`, level: TEST };
    if (name === 'NEGATE') {
      const operand = at(first, place, SIGN);
      return { text: `-${operand.startsWith('-') ? ' ' : ''}${operand}`, level: SIGN };
    }
    if (name === 'EXTRACT' && first.kind === 'constant' && second !== undefined)
      return primary(`EXTRACT(${String(first.value)} FROM ${write(second, place).text})`);
  }
  return primary(`${name}(${list(0).join(', ')})`);
}

/** An operand without the cast that widens it, unless that cast is what makes the result more than a whole number. */
function bare(operand: Bound, result: Type, name: string, all: readonly Bound[]): Bound {
  if (operand.kind !== 'cast' || !isWidening(operand.operand.type, operand.type)) return operand;
  if (!ARITHMETIC.has(name)) return operand.operand;
  const isSaid = all.some((each) => (each.kind === 'cast' ? each.operand : each).type.kind === result.kind);
  // Said once is enough.
  return isSaid || operand !== all.find(({ kind }) => kind === 'cast') ? operand.operand : operand;
}

function isWidening(from: Type, to: Type): boolean {
  if (from.kind === 'NULL') return true;
  if (to.kind === 'DOUBLE') return from.kind === 'BIGINT' || from.kind === 'DECIMAL';
  if (to.kind !== 'DECIMAL') return false;
  const [precision, scale] =
    from.kind === 'DECIMAL' ? [from.precision, from.scale] : from.kind === 'BIGINT' ? [19, 0] : [99, 0];
  return to.scale >= scale && to.precision - to.scale >= precision - scale;
}

function choice({ branches, otherwise }: Extract<Bound, { kind: 'case' }>, place: Place): string {
  const each = branches.map(
    ({ when, then }) => ` WHEN ${write(when, place).text} THEN ${write(then, place).text}`,
  );
  const isPlain = otherwise.kind === 'constant' && otherwise.value === null;
  return `CASE${each.join('')}${isPlain ? '' : ` ELSE ${write(otherwise, place).text}`} END`;
}

function navigation(node: NavigationNode, outer: Place): string {
  const { from, logical, physical, semantics, operand } = node;
  const place = { ...outer, qualifier: node.set === null ? null : setName(node.set, outer) };
  const inner = write(operand, place).text;
  const isLast = from === 'last' && logical === 0 && semantics === 'running';
  const isColumn = operand.kind === 'column' || operand.kind === 'field';
  const order = semantics === 'final' ? 'FINAL ' : '';
  const steps = logical === 0 ? '' : `, ${logical}`;
  const chosen =
    isLast && (physical !== 0 || isColumn) ? inner : `${order}${from.toUpperCase()}(${inner}${steps})`;
  if (physical === 0) return chosen;
  const rows = Math.abs(physical) === 1 ? '' : `, ${Math.abs(physical)}`;
  return `${physical < 0 ? 'PREV' : 'NEXT'}(${chosen}${rows})`;
}

function aggregate({ name, set, distinct, semantics, operand }: AggregateNode, outer: Place): string {
  const qualifier = set === null ? null : setName(set, outer);
  const order = semantics === 'final' ? 'FINAL ' : '';
  if (operand === null) return `${order}${name}(${qualifier === null ? '*' : `${qualifier}.*`})`;
  const inner =
    operand.kind === 'cast' && isWidening(operand.operand.type, operand.type) ? operand.operand : operand;
  return `${order}${name}(${distinct ? 'DISTINCT ' : ''}${write(inner, { ...outer, qualifier }).text})`;
}

function setName(set: readonly number[], { variables }: Names): string {
  const names = set.map((variable) => nameOf(variables[variable] ?? '?'));
  return names.length === 1 ? (names[0] ?? '?') : `(${names.join(' | ')})`;
}

/** A type as CAST writes it. */
function typeOf(type: Type): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'ARRAY':
      return `ARRAY<${typeOf(type.element)}>`;
    case 'ROW':
      return `ROW(${type.fields.map((each) => `${nameOf(each.name)} ${typeOf(each.type)}`).join(', ')})`;
    default:
      return type.kind;
  }
}
