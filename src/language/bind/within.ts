import { parseDuration } from '../../event/duration.js';
import type { Expression } from '../ast.js';
import { bindLiteral, bindParameter } from './constants.js';
import type { Environment } from './environment.js';
import type { Problems } from './problems.js';

/** WITHIN: milliseconds, or null when a problem was noted. A parameter may be a text: `10 MINUTES`. */
export function bindWithin(
  expression: Expression,
  environment: Environment,
  problems: Problems,
): number | null {
  const { span } = expression;
  const hint = "write WITHIN INTERVAL '10' MINUTE";
  if (expression.kind === 'parameter') {
    const bound = bindParameter(expression, environment, problems);
    if (bound === null) return null;
    const milliseconds = typeof bound.value === 'string' ? parseDuration(bound.value) : null;
    if (milliseconds !== null) return milliseconds;
    return problems.error(
      'bad_within',
      span,
      `the parameter :${expression.name} is no length of time`,
      "give it as '10 MINUTES'",
    );
  }
  if (expression.kind !== 'interval')
    return problems.error('bad_within', span, 'WITHIN takes an INTERVAL', hint);
  const bound = bindLiteral(expression, problems);
  if (bound === null || typeof bound.value !== 'number') return null;
  return bound.value >= 0
    ? bound.value
    : problems.error('bad_within', span, 'WITHIN cannot be negative', hint);
}
