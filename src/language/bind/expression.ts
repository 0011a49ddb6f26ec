import type { Expression } from '../ast.js';
import type { Bound } from '../plan.js';
import { typeText } from '../promotion.js';
import type { Binder, Scope } from './binder.js';
import { bindCall } from './call.js';
import { bindCase } from './case.js';
import { bindCast, bindExtract } from './cast.js';
import { bindLiteral, bindParameter } from './constants.js';
import type { Environment } from './environment.js';
import { bindBinary, bindUnary } from './operator.js';
import { bindBetween, bindIn, bindIs, bindLike } from './predicate.js';
import type { Problems } from './problems.js';
import { isCondition } from './promote.js';
import { MAX_NODES, sizeOf } from './size.js';

/** Binds expressions of one place in a statement: names by its scope, types by the tables. */
export class ExpressionBinder implements Binder {
  constructor(
    readonly problems: Problems,
    readonly environment: Environment,
    readonly scope: Scope,
  ) {}

  within(scope: Scope): ExpressionBinder {
    return new ExpressionBinder(this.problems, this.environment, scope);
  }

  bind(expression: Expression): Bound | null {
    switch (expression.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'null':
      case 'timestamp':
      case 'interval':
        return bindLiteral(expression, this.problems);
      case 'parameter':
        return bindParameter(expression, this.environment, this.problems);
      case 'reference':
        return this.scope.reference(expression, this);
      case 'unary':
        return bindUnary(expression, this);
      case 'binary':
        return bindBinary(expression, this);
      case 'between':
        return this.#limited(bindBetween(expression, this), expression);
      case 'in':
        return bindIn(expression, this);
      case 'like':
        return bindLike(expression, this);
      case 'is':
        return bindIs(expression, this);
      case 'case':
        return this.#limited(bindCase(expression, this), expression);
      case 'cast':
        return bindCast(expression, this);
      case 'extract':
        return bindExtract(expression, this);
      case 'call':
        return bindCall(expression, this);
    }
  }

  #limited(bound: Bound | null, { span }: Expression): Bound | null {
    if (bound === null || sizeOf(bound) <= MAX_NODES) return bound;
    const message = 'BETWEEN and CASE are nested so that the expression becomes too large';
    return this.problems.error('expression_too_large', span, message, 'compare with >= and <= instead');
  }

  bindAll(expressions: readonly Expression[]): readonly Bound[] | null {
    const bound = expressions.map((each) => this.bind(each));
    return bound.every((each) => each !== null) ? bound : null;
  }

  bindCondition(expression: Expression, what: string): Bound | null {
    const bound = this.bind(expression);
    if (bound === null || isCondition(bound.type)) return bound;
    const message = `${what} is ${typeText(bound.type)}, not a condition`;
    return this.problems.error('not_a_condition', expression.span, message, 'compare it with something');
  }
}
