import type {
  ColumnDefinition,
  CreateRule,
  CreateStream,
  Expression,
  Identifier,
  NumberLiteral,
  Option,
  Select,
  TypeName,
  WatermarkDefinition,
} from '../ast.js';
import type { Span } from '../diagnostic.js';
import type { Token } from '../token.js';
import { over } from './span.js';

// What the rules of create_stream.ne, create_rule.ne, options.ne and types.ne build: the parameter is the rule's right side.

/** A list with the place of its brackets. */
interface Listed<T> {
  readonly items: readonly T[];
  readonly span: Span;
}

type Element = ColumnDefinition | WatermarkDefinition;

/** The first WATERMARK counts; parser.ts refuses another. */
export function createStream(
  parts: readonly [
    Token,
    Token,
    Identifier,
    Token,
    Element,
    readonly Element[],
    Token,
    Listed<Option> | null,
  ],
): CreateStream {
  const [, , name, , one, others, , options] = parts;
  const elements = [one, ...others];
  return {
    kind: 'create_stream',
    name,
    columns: elements.filter((element) => element.kind === 'column_definition'),
    watermark: elements.find((element) => element.kind === 'watermark_definition') ?? null,
    options: options?.items ?? [],
    span: over(parts),
  };
}

export function columnDefinition(
  parts: readonly [Identifier, TypeName, readonly [Token, Token] | null],
): ColumnDefinition {
  const [name, type, notNull] = parts;
  return { kind: 'column_definition', name, type, notNull: notNull !== null, span: over(parts) };
}

export function watermark(
  parts: readonly [Token, Token, Identifier, Token, Expression],
): WatermarkDefinition {
  const [, , column, , expression] = parts;
  return { kind: 'watermark_definition', column, expression, span: over(parts) };
}

export function createRule(
  parts: readonly [Token, Token, Identifier, Listed<Option> | null, Token, Select],
): CreateRule {
  const [, , name, options, , query] = parts;
  return { kind: 'create_rule', name, options: options?.items ?? [], query, span: over(parts) };
}

export function options(parts: readonly [Token, Token, Option, readonly Option[], Token]): Listed<Option> {
  const [, , one, others] = parts;
  return { items: [one, ...others], span: over(parts) };
}

export function option(parts: readonly [Identifier, Token, Option['value']]): Option {
  const [name, , value] = parts;
  return { kind: 'option', name, value, span: over(parts) };
}

export function negativeNumber(parts: readonly [Token, readonly [Token]]): NumberLiteral {
  return { kind: 'number', text: `-${parts[1][0].text}`, span: over(parts) };
}

export function typeNumbers(parts: readonly [Token, Token, readonly Token[], Token]): Listed<number> {
  const [, one, others] = parts;
  return { items: [one, ...others].map(({ text }) => Number(text)), span: over(parts) };
}

export function plainType(parts: readonly [Token, Listed<number> | null]): TypeName {
  return type(parts[0].text, parts, { parameters: parts[1]?.items ?? [] });
}

/** A type of several words; its numbers stand among them: `TIMESTAMP(3) WITH TIME ZONE`. */
export function longType(parts: readonly unknown[]): TypeName {
  const words: string[] = [];
  let parameters: readonly number[] = [];
  for (const part of parts.flat() as readonly (Token | Listed<number> | null)[]) {
    if (part === null) continue;
    if ('items' in part) parameters = part.items;
    else words.push(part.text);
  }
  return type(words.join(' '), parts, { parameters });
}

export function arrayOf(parts: readonly [Token, Token, TypeName, Token]): TypeName {
  return type('ARRAY', parts, { element: parts[2] });
}

export function arrayBehind(parts: readonly [TypeName, Token]): TypeName {
  return type('ARRAY', parts, { element: parts[0] });
}

export function rowOf(parts: readonly [Token, Token, readonly ColumnDefinition[], Token]): TypeName {
  return type('ROW', parts, { fields: parts[2] });
}

function type(
  name: string,
  parts: readonly unknown[],
  more: Partial<Pick<TypeName, 'parameters' | 'element' | 'fields'>>,
): TypeName {
  return { kind: 'type_name', name, parameters: [], element: null, fields: [], ...more, span: over(parts) };
}
