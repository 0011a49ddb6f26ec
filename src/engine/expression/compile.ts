import type { Row } from '../../event/row.js';
import type { Value } from '../../event/value.js';
import type { AggregateNode, Bound, ClassifierNode, NavigationNode } from '../../language/plan.js';
import { castTo } from './cast.js';
import { field, isFields, isList } from './compare.js';
import type { Evaluator, Operand, Scope } from './evaluator.js';
import { Faults } from './faults.js';
import { scalar } from './scalar.js';

export type { Evaluator, Scope } from './evaluator.js';

/** Nodes that read a match: whoever compiles says how. */
export type MatchNode =
  | NavigationNode
  | AggregateNode
  | ClassifierNode
  | Extract<Bound, { kind: 'match_number' | 'match_rowtime' | 'match_status' | 'output' }>;

/** How a node that reads a match is compiled; `compile` is for what stands below it. */
export type Resolve<S extends Scope> = (
  node: MatchNode,
  compile: (bound: Bound) => Evaluator<S>,
) => Evaluator<S>;

/**
 * Compiles a bound expression, once, to a function of its scope. Three-valued logic: BOOLEAN gives true, false or null. What
 * reads nothing is evaluated once, unless it makes a fault: that is counted each time. Throws Error for a node that the
 * binder should have refused.
 */
export function compile<S extends Scope>(bound: Bound, resolve: Resolve<S>): Evaluator<S> {
  return build(bound, resolve).evaluate;
}

function build<S extends Scope>(bound: Bound, resolve: Resolve<S>): Operand<S> {
  if (bound.kind === 'constant') return constant(bound.value);
  if (bound.kind === 'column') return { evaluate: column(bound.name, bound.streams), constant: null };
  if (bound.kind === 'fields') return { evaluate: allFields(bound.except), constant: null };
  const operands = children(bound)?.map((child) => build(child, resolve));
  if (operands === undefined) {
    return { evaluate: resolve(bound as MatchNode, (each) => compile(each, resolve)), constant: null };
  }
  const evaluate = combine(bound, operands);
  if (operands.some((operand) => operand.constant === null)) return { evaluate, constant: null };
  const faults = new Faults();
  // Nothing below reads the scope but for its faults.
  const value = evaluate({ row: null, faults } as Scope as S);
  return faults.total === 0 ? constant(value) : { evaluate, constant: null };
}

function constant<S extends Scope>(value: Value): Operand<S> {
  return { evaluate: () => value, constant: { value } };
}

/** The operands of a node; undefined where whoever compiles says what they are. */
function children(bound: Bound): readonly Bound[] | undefined {
  switch (bound.kind) {
    case 'field':
    case 'not':
    case 'is_null':
    case 'cast':
      return [bound.operand];
    case 'element':
      return [bound.operand, bound.index];
    case 'call':
      return bound.arguments;
    case 'and':
    case 'or':
      return bound.operands;
    case 'case':
      return [...bound.branches.flatMap(({ when, then }) => [when, then]), bound.otherwise];
    default:
      return undefined;
  }
}

function combine<S extends Scope>(bound: Bound, operands: readonly Operand<S>[]): Evaluator<S> {
  const evaluators = operands.map(({ evaluate }) => evaluate);
  const [first, second] = evaluators;
  switch (bound.kind) {
    case 'field': {
      const { name } = bound;
      return (scope) => {
        const value = first!(scope);
        return isFields(value) ? field(value, name) : null;
      };
    }
    case 'element':
      return (scope) => {
        const list = first!(scope);
        const index = second!(scope);
        return isList(list) && typeof index === 'number' ? (list[index - 1] ?? null) : null;
      };
    case 'and':
      return conjunction(evaluators, false);
    case 'or':
      return conjunction(evaluators, true);
    case 'not':
      return (scope) => {
        const value = first!(scope);
        if (typeof value === 'boolean') return !value;
        return value === null ? null : scope.faults.note('type_mismatch');
      };
    case 'is_null':
      return (scope) => first!(scope) === null;
    case 'case':
      return choice(evaluators);
    case 'cast': {
      const convert = castTo(bound.operand.type, bound.type);
      return (scope) => {
        const value = first!(scope);
        return value === null ? null : convert(value, scope.faults);
      };
    }
    case 'call':
      return scalar(bound, operands);
    default:
      throw new Error(`${bound.kind} has no operands`);
  }
}

/** A column of the current row. A name on Object.prototype, such as `constructor`, is read as an own property only. */
function column<S extends Scope>(name: string, streams: readonly string[] | null): Evaluator<S> {
  if (name in Object.prototype) {
    return ({ row }) =>
      row === null || (streams !== null && !streams.includes(row.stream)) ? null : field(row.values, name);
  }
  if (streams === null) return ({ row }) => (row === null ? null : (row.values[name] ?? null));
  const [only] = streams;
  if (streams.length === 1) {
    return ({ row }) => (row === null || row.stream !== only ? null : (row.values[name] ?? null));
  }
  const has = (row: Row): boolean => streams.includes(row.stream);
  return ({ row }) => (row === null || !has(row) ? null : (row.values[name] ?? null));
}

/** Every field of the current row but some. Keys are data: `__proto__` stays an own property. */
function allFields<S extends Scope>(except: readonly string[]): Evaluator<S> {
  const left = new Set(except);
  return ({ row }) =>
    row === null ? null : Object.fromEntries(Object.entries(row.values).filter(([name]) => !left.has(name)));
}

/** AND (`decisive` false) and OR (true) of any number of operands, from left to right up to the one that decides. */
function conjunction<S extends Scope>(operands: readonly Evaluator<S>[], decisive: boolean): Evaluator<S> {
  return (scope) => {
    let result: Value = !decisive;
    for (const operand of operands) {
      const value = operand(scope);
      if (value === decisive) return decisive;
      if (value === null) result = null;
      else if (typeof value !== 'boolean') result = scope.faults.note('type_mismatch');
    }
    return result;
  };
}

/** CASE: pairs of condition and value, then what holds otherwise. */
function choice<S extends Scope>(operands: readonly Evaluator<S>[]): Evaluator<S> {
  const last = operands.length - 1;
  return (scope) => {
    for (let i = 0; i < last; i += 2) if (operands[i]!(scope) === true) return operands[i + 1]!(scope);
    return operands[last]!(scope);
  };
}
