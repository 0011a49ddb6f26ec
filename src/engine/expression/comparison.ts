import type { Type, Value } from '../../event/value.js';
import { compareText, equality, equalValues, jsonType, orderOf } from './compare.js';
import type { Evaluator, Operand, Scope } from './evaluator.js';
import type { Faults } from './faults.js';

/** `=`, `<>`, `<`, `<=`, `>`, `>=`: NULL when a side is NULL. Null: no comparison of that name. */
export function comparison<S extends Scope>(
  name: string,
  left: Evaluator<S>,
  right: Evaluator<S>,
  types: readonly Type[],
): Evaluator<S> | null {
  const [a, b] = types;
  if (!Object.hasOwn(OUTCOMES, name)) return null;
  const outcome = OUTCOMES[name]!;
  if (a!.kind === 'ANY' || b!.kind === 'ANY') return dynamic(name, outcome, left, right, types);
  const kind = a!.kind === 'NULL' ? b!.kind : a!.kind;
  if (DIRECT.has(kind)) return direct(name, left, right);
  if (kind === 'VARCHAR') {
    if (name === '=' || name === '<>') return direct(name, left, right);
    return both(left, right, (x, y) => outcome(compareText(x as string, y as string)));
  }
  return both(left, right, (x, y) => decide(name, outcome, x, y, a!));
}

/** Types whose values JavaScript compares as SQL does: BIGINT is a number or, beyond 2^53, a bigint, never both. */
const DIRECT: ReadonlySet<string> = new Set(['BIGINT', 'DOUBLE', 'TIMESTAMP', 'INTERVAL', 'BOOLEAN']);

const OUTCOMES: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** One closure an operator: predicates are the hot path. */
function direct<S extends Scope>(name: string, left: Evaluator<S>, right: Evaluator<S>): Evaluator<S> {
  switch (name) {
    case '=':
      return (scope) => {
        const a = left(scope);
        if (a === null) return null;
        const b = right(scope);
        return b === null ? null : a === b;
      };
    case '<>':
      return (scope) => {
        const a = left(scope);
        if (a === null) return null;
        const b = right(scope);
        return b === null ? null : a !== b;
      };
    case '<':
      return (scope) => {
        const a = left(scope);
        if (a === null) return null;
        const b = right(scope);
        return b === null ? null : a < b;
      };
    case '<=':
      return (scope) => {
        const a = left(scope);
        if (a === null) return null;
        const b = right(scope);
        return b === null ? null : a <= b;
      };
    case '>':
      return (scope) => {
        const a = left(scope);
        if (a === null) return null;
        const b = right(scope);
        return b === null ? null : a > b;
      };
    default:
      return (scope) => {
        const a = left(scope);
        if (a === null) return null;
        const b = right(scope);
        return b === null ? null : a >= b;
      };
  }
}

function both<S extends Scope>(
  left: Evaluator<S>,
  right: Evaluator<S>,
  body: (a: NonNullable<Value>, b: NonNullable<Value>, faults: Faults) => Value,
): Evaluator<S> {
  return (scope) => {
    const a = left(scope);
    if (a === null) return null;
    const b = right(scope);
    return b === null ? null : body(a, b, scope.faults);
  };
}

function decide(
  name: string,
  outcome: (order: number) => boolean,
  a: Value,
  b: Value,
  type: Type,
): boolean | null {
  if (name === '=') return equality(a, b, type);
  if (name === '<>') {
    const equal = equality(a, b, type);
    return equal === null ? null : !equal;
  }
  const order = orderOf(a, b, type);
  return order === null ? null : outcome(order);
}

/**
 * Values of an undeclared stream keep their JSON type: comparing two types is NULL and counted (`language.md` 1), and so are
 * objects by order.
 */
function dynamic<S extends Scope>(
  name: string,
  outcome: (order: number) => boolean,
  left: Evaluator<S>,
  right: Evaluator<S>,
  types: readonly Type[],
): Evaluator<S> {
  const isTime = types.some(({ kind }) => kind === 'TIMESTAMP' || kind === 'INTERVAL');
  return both(left, right, (a, b, faults) => {
    const kind = jsonType(a);
    if (isTime || kind !== jsonType(b)) return faults.note('type_mismatch');
    if (kind === 'object' && name !== '=' && name !== '<>') return faults.note('type_mismatch');
    return decide(name, outcome, a, b, types[0]!);
  });
}

/** IS DISTINCT FROM: a comparison that knows NULL (ISO/IEC 9075-2, 8.15). Values of two JSON types are distinct. */
export function isDistinct(a: Value, b: Value, type: Type): boolean {
  if (a === null || b === null) return a !== b;
  return jsonType(a) !== jsonType(b) || !equalValues(a, b, type);
}

/** IN (ISO/IEC 9075-2, 8.4): unknown when nothing is equal and something is NULL. A long list of constants costs one lookup. */
export function membership<S extends Scope>(
  [operand, ...list]: readonly Operand<S>[],
  types: readonly Type[],
): Evaluator<S> {
  const { evaluate } = operand!;
  const kinds = new Set(types.map(({ kind }) => kind).filter((kind) => kind !== 'NULL'));
  const [kind] = kinds;
  const isDirect = kinds.size === 1 && (kind === 'VARCHAR' || DIRECT.has(kind!));
  if (isDirect && list.every(({ constant }) => constant !== null)) {
    const values = new Set(list.map(({ constant }) => constant!.value));
    const otherwise = values.delete(null) ? null : false;
    return (scope) => {
      const value = evaluate(scope);
      return value === null ? null : values.has(value) ? true : otherwise;
    };
  }
  return (scope) => {
    const value = evaluate(scope);
    if (value === null) return null;
    let unknown = false;
    let mismatch = false;
    for (const each of list) {
      const other = each.evaluate(scope);
      if (other !== null && jsonType(other) !== jsonType(value)) {
        mismatch = true;
        continue;
      }
      const equal = other === null ? null : equality(value, other, types[0]!);
      if (equal === true) return true;
      if (equal === null) unknown = true;
    }
    if (mismatch) return scope.faults.note('type_mismatch');
    return unknown ? null : false;
  };
}

/** The greatest or least of values of one type, none NULL. Values of two JSON types have none. */
export function extreme(values: readonly Value[], type: Type, sign: 1 | -1, faults: Faults): Value {
  let best: Value = null;
  for (const value of values) {
    if (best === null) best = value;
    else if (jsonType(best) !== jsonType(value)) return faults.note('type_mismatch');
    else if (sign * (orderOf(value, best, type) ?? 0) > 0) best = value;
  }
  return best;
}
