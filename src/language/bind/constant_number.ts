import { Decimal } from '../../event/decimal.js';
import type { Bound } from '../plan.js';

/** Digits past which nothing is worked out any more. */
const MOST_DIGITS = 500;

/** The number that an expression always gives, where it is written in numbers: `1 - 1`, `CAST(0 AS DOUBLE)`. Else null. */
export function constantNumber(bound: Bound): Decimal | null {
  switch (bound.kind) {
    case 'constant':
      if (bound.type.kind !== 'BIGINT' && bound.type.kind !== 'DOUBLE' && bound.type.kind !== 'DECIMAL')
        return null;
      return bound.value instanceof Decimal ? bound.value : Decimal.parse(String(bound.value));
    case 'cast': {
      const operand = constantNumber(bound.operand);
      if (operand === null || bound.type.kind === 'DOUBLE') return operand;
      if (bound.type.kind === 'BIGINT') return operand.rescale(0);
      return bound.type.kind === 'DECIMAL' ? operand.rescale(bound.type.scale) : null;
    }
    case 'call': {
      const operate = OPERATORS[bound.name];
      if (operate === undefined) return null;
      const operands = bound.arguments.map(constantNumber);
      if (!operands.every((each) => each !== null && each.precision <= MOST_DIGITS)) return null;
      const [a, b] = operands as readonly Decimal[];
      return operate(a!, b ?? a!);
    }
    default:
      return null;
  }
}

const OPERATORS: Readonly<Record<string, ((a: Decimal, b: Decimal) => Decimal) | undefined>> = {
  '+': (a, b) => a.add(b),
  '-': (a, b) => a.sub(b),
  '*': (a, b) => a.mul(b),
  NEGATE: (a) => a.negate(),
  ABS: (a) => a.abs(),
};
