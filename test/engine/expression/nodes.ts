import { compile } from '../../../src/engine/expression/compile.js';
import { Faults } from '../../../src/engine/expression/faults.js';
import { Decimal } from '../../../src/event/decimal.js';
import type { Row } from '../../../src/event/row.js';
import { parseTimestamp } from '../../../src/event/timestamp.js';
import type { Type, Value } from '../../../src/event/value.js';
import { resolveFunction } from '../../../src/language/functions.js';
import { resolveOperator } from '../../../src/language/operators.js';
import type { Bound } from '../../../src/language/plan.js';

/** Bound nodes written by hand, as the binder makes them. */
export const BOOLEAN: Type = { kind: 'BOOLEAN' };
export const BIGINT: Type = { kind: 'BIGINT' };
export const DOUBLE: Type = { kind: 'DOUBLE' };
export const VARCHAR: Type = { kind: 'VARCHAR' };
export const TIMESTAMP: Type = { kind: 'TIMESTAMP' };
export const INTERVAL: Type = { kind: 'INTERVAL' };
export const ANY: Type = { kind: 'ANY' };
export const NULL: Type = { kind: 'NULL' };
export const decimal = (precision: number, scale: number): Type => ({ kind: 'DECIMAL', precision, scale });
export const arrayOf = (element: Type): Type => ({ kind: 'ARRAY', element });

export const dec = (text: string): Decimal => Decimal.parse(text)!;
export const ts = (text: string): number => parseTimestamp(text)!;

export const constant = (value: Value, type: Type): Bound => ({ kind: 'constant', type, value });
export const column = (name: string, type: Type, streams: readonly string[] | null = null): Bound => ({
  kind: 'column',
  type,
  name,
  streams,
});
export const cast = (operand: Bound, type: Type): Bound => ({ kind: 'cast', type, operand });
export const rawCall = (name: string, type: Type, ...operands: readonly Bound[]): Bound => ({
  kind: 'call',
  type,
  name,
  arguments: operands,
});

/** A call of the function table with the casts that its types ask for. */
export function call(name: string, ...operands: readonly Bound[]): Bound {
  const resolved = resolveFunction(
    name,
    operands.map(({ type }) => type),
  );
  if (resolved === null) throw new Error(`${name} does not take these`);
  return rawCall(resolved.name, resolved.type, ...promoted(operands, resolved.parameterTypes));
}

/** A binary operator with the casts that its types ask for. */
export function operate(name: string, left: Bound, right: Bound): Bound {
  const resolved = resolveOperator(name, left.type, right.type);
  if (resolved === null) throw new Error(`${name} does not take these`);
  return rawCall(name, resolved.type, ...promoted([left, right], resolved.parameterTypes));
}

function promoted(operands: readonly Bound[], types: readonly Type[]): Bound[] {
  return operands.map((operand, i) => {
    const same = JSON.stringify(operand.type) === JSON.stringify(types[i]);
    return same ? operand : cast(operand, types[i]!);
  });
}

export function row(values: Readonly<Record<string, Value>>, stream = 's'): Row {
  return { stream, offset: 0, time: 0, arrival: 0, values };
}

export interface Outcome {
  readonly value: Value;
  readonly faults: Readonly<Record<string, number>>;
}

/** The value of an expression over a row, with the faults that it made. */
export function evaluate(bound: Bound, over: Row | null = null): Outcome {
  const faults = new Faults();
  const evaluator = compile(bound, (node) => {
    throw new Error(`${node.kind} has no match to read`);
  });
  return { value: evaluator({ row: over, faults }), faults: faults.counts() };
}

/** The value alone; a fault is an error. */
export function gives(bound: Bound, over: Row | null = null): Value {
  const { value, faults } = evaluate(bound, over);
  if (Object.keys(faults).length > 0) throw new Error(`faults: ${JSON.stringify(faults)}`);
  return value;
}

/** The kind of the one fault that an expression makes; its value must be NULL. */
export function faultOf(bound: Bound, over: Row | null = null): string {
  const { value, faults } = evaluate(bound, over);
  if (value !== null) throw new Error(`gives ${String(value)}`);
  return Object.entries(faults)
    .map(([kind, count]) => (count === 1 ? kind : `${kind} x ${count}`))
    .join(', ');
}
