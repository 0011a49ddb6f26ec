import type {
  Between,
  Binary,
  BinaryOperator,
  BooleanLiteral,
  Call,
  Case,
  Cast,
  Expression,
  Extract,
  Identifier,
  InList,
  IntervalLiteral,
  IsTest,
  Like,
  NullLiteral,
  NumberLiteral,
  Parameter,
  Reference,
  Star,
  StringLiteral,
  TimestampLiteral,
  TypeName,
  Unary,
} from '../ast.js';
import type { Token } from '../token.js';
import { over } from './span.js';

// What the rules of expression.ne, primary.ne, literal.ne and names.ne build: the parameter is the rule's right side.

export function nameOf([token]: readonly [Token]): Identifier {
  return { kind: 'identifier', name: token.value, quoted: token.type === 'quoted', span: token.span };
}

export function name([[token]]: readonly [readonly [Token]]): Identifier {
  return nameOf([token]);
}

export function binary(parts: readonly [Expression, Token, Expression]): Binary {
  const [left, { text }, right] = parts;
  const operator = (text === '!=' ? '<>' : text) as BinaryOperator;
  return { kind: 'binary', operator, left, right, span: over(parts) };
}

export function binaryOf([left, [token], right]: readonly [
  Expression,
  readonly [Token],
  Expression,
]): Binary {
  return binary([left, token, right]);
}

export function unary(parts: readonly [Token, Expression]): Unary {
  const [{ text }, operand] = parts;
  return { kind: 'unary', operator: text as Unary['operator'], operand, span: over(parts) };
}

export function unaryOf([[token], operand]: readonly [readonly [Token], Expression]): Unary {
  return unary([token, operand]);
}

export function isTest(parts: readonly [Expression, Token, Token | null, readonly [Token]]): IsTest {
  const [operand, , not, [test]] = parts;
  return {
    kind: 'is',
    operand,
    test: test.text as IsTest['test'],
    other: null,
    negated: not !== null,
    span: over(parts),
  };
}

export function isDistinct(
  parts: readonly [Expression, Token, Token | null, Token, Token, Expression],
): IsTest {
  const [operand, , not, , , other] = parts;
  return { kind: 'is', operand, test: 'DISTINCT FROM', other, negated: not !== null, span: over(parts) };
}

export function between(
  parts: readonly [Expression, Token | null, Token, Expression, Token, Expression],
): Between {
  const [operand, not, , low, , high] = parts;
  return { kind: 'between', operand, low, high, negated: not !== null, span: over(parts) };
}

export function inList(
  parts: readonly [Expression, Token | null, Token, Token, Expression, readonly Expression[], Token],
): InList {
  const [operand, not, , , head, others] = parts;
  return { kind: 'in', operand, list: [head, ...others], negated: not !== null, span: over(parts) };
}

export function like(parts: readonly [Expression, Token | null, Token, Expression, Expression | null]): Like {
  const [operand, not, , pattern, escapedBy] = parts;
  return { kind: 'like', operand, pattern, escape: escapedBy, negated: not !== null, span: over(parts) };
}

/** The tree keeps no parentheses, but the place of what stands in them includes them. */
export function parenthesised(parts: readonly [Token, Expression, Token]): Expression {
  return { ...parts[1], span: over(parts) };
}

export function reference([head]: readonly [Identifier]): Reference {
  return { kind: 'reference', path: [head], span: head.span };
}

export function field(parts: readonly [Reference, Token, Identifier]): Reference {
  const [{ path }, , step] = parts;
  return { kind: 'reference', path: [...path, step], span: over(parts) };
}

export function subscript(parts: readonly [Reference, Token, Expression, Token]): Reference {
  const [{ path }, open, index, close] = parts;
  const step = { kind: 'subscript', index, span: over([open, close]) } as const;
  return { kind: 'reference', path: [...path, step], span: over(parts) };
}

interface Arguments {
  readonly distinct: boolean;
  readonly list: Call['arguments'];
}

export function noArguments(): Arguments {
  return { distinct: false, list: [] };
}

export function starArgument([star]: readonly [Star]): Arguments {
  return { distinct: false, list: [star] };
}

export function argumentsOf([distinct, list]: readonly [Token | null, readonly Expression[]]): Arguments {
  return { distinct: distinct !== null, list };
}

export function call(parts: readonly [readonly [Token] | null, Identifier, Token, Arguments, Token]): Call {
  const [semantics, called, , { distinct, list }] = parts;
  const order = (semantics?.[0].text ?? null) as Call['semantics'];
  return { kind: 'call', name: called, arguments: list, distinct, semantics: order, span: over(parts) };
}

export function niladic(parts: readonly [Token, Token?, (readonly Expression[])?, Token?]): Call {
  return callOf(nameOf([parts[0]]), parts[2] ?? [], parts);
}

export function substring(
  parts: readonly [Token, Token, Expression, Token, Expression, Expression | null, Token],
): Call {
  const [called, , text, , start, length] = parts;
  return callOf(nameOf([called]), length === null ? [text, start] : [text, start, length], parts);
}

export function position(parts: readonly [Token, Token, Expression, Token, Expression, Token]): Call {
  const [called, , part, , whole] = parts;
  return callOf(nameOf([called]), [part, whole], parts);
}

export function trimOf(parts: readonly [Token, Token, Expression, Token, Expression, Token]): Call {
  const [called, , characters, , text] = parts;
  return callOf(nameOf([called]), [text, characters], parts);
}

const TRIMS: Readonly<Record<string, string>> = { LEADING: 'LTRIM', TRAILING: 'RTRIM' };

export function trim(
  parts: readonly [Token, Token, Token, Expression | null, Token, Expression, Token],
): Call {
  const [called, , side, characters, , text] = parts;
  const spelled = nameOf([called]);
  const chosen = { ...spelled, name: TRIMS[side.text] ?? spelled.name };
  return callOf(chosen, characters === null ? [text] : [text, characters], parts);
}

function callOf(called: Identifier, list: readonly Expression[], parts: readonly unknown[]): Call {
  return { kind: 'call', name: called, arguments: list, distinct: false, semantics: null, span: over(parts) };
}

type Branch = Case['branches'][number];

export function branch([, when, , then]: readonly [Token, Expression, Token, Expression]): Branch {
  return { when, then };
}

export function caseOf(
  parts: readonly [Token, Expression | null, readonly Branch[], Expression | null, Token],
): Case {
  const [, operand, branches, otherwise] = parts;
  return { kind: 'case', operand, branches, otherwise, span: over(parts) };
}

export function cast(parts: readonly [readonly [Token], Token, Expression, Token, TypeName, Token]): Cast {
  const [[form], , operand, , type] = parts;
  return { kind: 'cast', operand, type, form: form.text as Cast['form'], span: over(parts) };
}

export function extract(parts: readonly [Token, Token, Token, Token, Expression, Token]): Extract {
  const [, , part, , operand] = parts;
  return { kind: 'extract', field: part.text, operand, span: over(parts) };
}

export function number([[token]]: readonly [readonly [Token]]): NumberLiteral {
  return { kind: 'number', text: token.text, span: token.span };
}

export function string([token]: readonly [Token]): StringLiteral {
  return { kind: 'string', value: token.value, span: token.span };
}

export function boolean([[token]]: readonly [readonly [Token]]): BooleanLiteral {
  return { kind: 'boolean', value: token.text === 'TRUE', span: token.span };
}

export function nothing([token]: readonly [Token]): NullLiteral {
  return { kind: 'null', span: token.span };
}

export function timestamp(parts: readonly [Token, Token]): TimestampLiteral {
  return { kind: 'timestamp', text: parts[1].value, span: over(parts) };
}

/** Units are kept in the singular: HOURS is HOUR. */
export function interval(
  parts: readonly [Token, readonly [Token] | null, Token, Token, Token | null],
): IntervalLiteral {
  const [, sign, text, from, to] = parts;
  return {
    kind: 'interval',
    text: text.value,
    from: singular(from),
    to: to === null ? null : singular(to),
    negative: sign?.[0].text === '-',
    span: over(parts),
  };
}

export function singular({ text }: Token): string {
  return text.replace(/S$/, '');
}

export function parameter([token]: readonly [Token]): Parameter {
  return { kind: 'parameter', name: token.value, span: token.span };
}
