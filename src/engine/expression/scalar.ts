import type { Type, Value } from '../../event/value.js';
import type { Bound } from '../../language/plan.js';
import { arithmetic, type Binary, negate } from './arithmetic.js';
import { equality, jsonType } from './compare.js';
import { comparison, isDistinct, membership } from './comparison.js';
import type { Body, Evaluator, FunctionBodies, Operand, Scope } from './evaluator.js';
import { ARRAY_FUNCTIONS } from './functions/array.js';
import { cidrContains } from './functions/network.js';
import { NUMERIC_FUNCTIONS } from './functions/numeric.js';
import { PLACE_FUNCTIONS } from './functions/place.js';
import { regexpLike } from './functions/regexp.js';
import { concatenate, TEXT_FUNCTIONS } from './functions/text.js';
import { extract, TIME_FUNCTIONS } from './functions/time.js';
import { likeMatcher } from './like.js';

type Call = Extract<Bound, { kind: 'call' }>;

const BODIES: FunctionBodies = {
  ...NUMERIC_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...ARRAY_FUNCTIONS,
  ...PLACE_FUNCTIONS,
};

/** Compiles an operator or function. Throws Error for a name that the binder should have refused. */
export function scalar<S extends Scope>(call: Call, operands: readonly Operand<S>[]): Evaluator<S> {
  const types = call.arguments.map(({ type }) => type);
  const special = SPECIAL.has(call.name) ? compileSpecial(call.name, operands, types) : null;
  if (special !== null) return special;
  const evaluators = operands.map(({ evaluate }) => evaluate);
  const [left, right] = evaluators;
  const compared = operands.length === 2 ? comparison(call.name, left!, right!, types) : null;
  if (compared !== null) return compared;
  if (operands.length === 2 && ARITHMETIC.has(call.name))
    return binary(arithmetic(call.name, call.type), left!, right!);
  if (!Object.hasOwn(BODIES, call.name)) throw new Error(`there is no function ${call.name}`);
  const body = BODIES[call.name]!;
  return strict((values, faults) => body(values, faults, types, call.type), evaluators);
}

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);

/** What is not a function of values that are all there, or is prepared from a constant. */
const SPECIAL: ReadonlySet<string> = new Set([
  'COALESCE',
  'NULLIF',
  'IF',
  'IS DISTINCT FROM',
  'IS TRUE',
  'IS FALSE',
  'IS UNKNOWN',
  'IN',
  'LIKE',
  'REGEXP_LIKE',
  'CIDR_CONTAINS',
  'EXTRACT',
  'NEGATE',
  '||',
]);

function compileSpecial<S extends Scope>(
  name: string,
  operands: readonly Operand<S>[],
  types: readonly Type[],
): Evaluator<S> | null {
  const evaluators = operands.map(({ evaluate }) => evaluate);
  const [first, second, third] = evaluators;
  switch (name) {
    case 'COALESCE':
      return (scope) => {
        for (const evaluate of evaluators) {
          const value = evaluate(scope);
          if (value !== null) return value;
        }
        return null;
      };
    case 'NULLIF':
      return (scope) => {
        const a = first!(scope);
        const b = a === null ? null : second!(scope);
        if (a === null || b === null) return a;
        if (jsonType(a) !== jsonType(b)) scope.faults.note('type_mismatch');
        else if (equality(a, b, types[0]!) === true) return null;
        return a;
      };
    case 'IF':
      return (scope) => (first!(scope) === true ? second!(scope) : third === undefined ? null : third(scope));
    case 'IS DISTINCT FROM':
      return (scope) => isDistinct(first!(scope), second!(scope), types[0]!);
    case 'IS TRUE':
      return (scope) => first!(scope) === true;
    case 'IS FALSE':
      return (scope) => first!(scope) === false;
    case 'IS UNKNOWN':
      return (scope) => first!(scope) === null;
    case 'IN':
      return membership(operands, types);
    case 'LIKE':
      return like(operands);
    case 'REGEXP_LIKE':
      return strict(regexpLike(operands[1]!.constant), evaluators);
    case 'CIDR_CONTAINS':
      return strict(cidrContains(), evaluators);
    case 'EXTRACT': {
      const field = operands[0]!.constant?.value;
      if (typeof field !== 'string') throw new Error('the field of EXTRACT is a constant text');
      return strict(extract(field, types[1]!), evaluators.slice(1));
    }
    case 'NEGATE':
      return strict(([value], faults) => negate(value!, faults), evaluators);
    case '||':
      return binary(concatenate, first!, second!);
    default:
      return null;
  }
}

/** NULL when an operand is; else what `body` makes of the values. */
function strict<S extends Scope>(body: Body, operands: readonly Evaluator<S>[]): Evaluator<S> {
  return (scope) => {
    const values: Value[] = [];
    for (const operand of operands) {
      const value = operand(scope);
      if (value === null) return null;
      values.push(value);
    }
    return body(values, scope.faults);
  };
}

function binary<S extends Scope>(body: Binary, left: Evaluator<S>, right: Evaluator<S>): Evaluator<S> {
  return (scope) => {
    const a = left(scope);
    if (a === null) return null;
    const b = right(scope);
    return b === null ? null : body(a, b, scope.faults);
  };
}

/** LIKE value, pattern, escape. An escape that is a constant NULL is none; one from the data makes the result NULL. */
function like<S extends Scope>([value, pattern, escapeWith]: readonly Operand<S>[]): Evaluator<S> {
  const isEscaped = escapeWith !== undefined && escapeWith.constant?.value !== null;
  const prepare = (text: Value, escapeText: Value): Matcher | 'type_mismatch' | 'invalid_argument' => {
    if (typeof text !== 'string' || (isEscaped && typeof escapeText !== 'string')) return 'type_mismatch';
    return likeMatcher(text, isEscaped ? (escapeText as string) : null) ?? 'invalid_argument';
  };
  const isConstant = pattern!.constant !== null && (!isEscaped || escapeWith.constant !== null);
  const prepared = isConstant ? prepare(pattern!.constant!.value, escapeWith?.constant?.value ?? null) : null;
  const operands = isEscaped ? [value!, pattern!, escapeWith] : [value!, pattern!];
  return strict(
    ([text, patternText, escapeText], faults) => {
      const matcher = prepared ?? prepare(patternText!, escapeText ?? null);
      if (typeof matcher === 'string') return faults.note(matcher);
      return typeof text === 'string' ? matcher(text) : faults.note('type_mismatch');
    },
    operands.map(({ evaluate }) => evaluate),
  );
}

type Matcher = (text: string) => boolean;
