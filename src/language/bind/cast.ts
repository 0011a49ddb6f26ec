import type { Type } from '../../event/value.js';
import type { Cast, Extract } from '../ast.js';
import { canCastNumber, canCastText } from '../constant-form.js';
import { EXTRACT_FIELDS, INTERVAL_FIELDS } from '../functions.js';
import type { Bound } from '../plan.js';
import { canCast, typeText } from '../promotion.js';
import type { Binder } from './binder.js';
import { bindType } from './column_type.js';
import { constantNumber } from './constant_number.js';

/** CAST (ISO 6.13): what is certain to fail is refused (language.md 5). */
export function bindCast({ operand, type: written, form, span }: Cast, binder: Binder): Bound | null {
  const bound = binder.bind(operand);
  const type = bindType(written, binder.problems);
  if (bound === null || type === null) return null;
  if (!canCast(bound.type, type)) {
    const message = `${typeText(bound.type)} cannot be cast to ${typeText(type)}`;
    return binder.problems.error('bad_cast', span, message);
  }
  if (form === 'CAST' && isCertainToFail(bound, type)) {
    const value = bound.kind === 'constant' ? String(bound.value) : '';
    const shown = bound.type.kind === 'VARCHAR' ? `'${value}'` : value;
    return binder.problems.error('bad_cast', span, `${shown} cannot be cast to ${typeText(type)}`);
  }
  return { kind: 'cast', type, operand: bound };
}

function isCertainToFail(bound: Bound, to: Type): boolean {
  if (bound.kind !== 'constant') return false;
  if (typeof bound.value === 'string') return !canCastText(bound.value, to);
  const number = constantNumber(bound);
  return number !== null && !canCastNumber(number, to);
}

/** EXTRACT (ISO 6.30) of a time or an interval. */
export function bindExtract({ field, operand, span }: Extract, binder: Binder): Bound | null {
  const bound = binder.bind(operand);
  const isField = EXTRACT_FIELDS.includes(field);
  if (!isField) {
    const hint = binder.problems.suggest(field, EXTRACT_FIELDS) ?? `there are ${EXTRACT_FIELDS.join(', ')}`;
    binder.problems.error('unknown_time_field', span, `there is no field ${field} to extract`, hint);
  }
  if (bound === null) return null;
  const { kind } = bound.type;
  if (kind !== 'TIMESTAMP' && kind !== 'INTERVAL' && kind !== 'NULL') {
    const hint = kind === 'ANY' || kind === 'VARCHAR' ? 'write CAST(... AS TIMESTAMP)' : null;
    const message = `EXTRACT takes a TIMESTAMP or an INTERVAL, not ${typeText(bound.type)}`;
    return binder.problems.error('wrong_argument', operand.span, message, hint);
  }
  if (!isField) return null;
  if (kind === 'INTERVAL' && !INTERVAL_FIELDS.includes(field)) {
    const message = `an INTERVAL has no ${field}`;
    return binder.problems.error('unknown_time_field', span, message, `it has ${INTERVAL_FIELDS.join(', ')}`);
  }
  const name: Bound = { kind: 'constant', type: { kind: 'VARCHAR' }, value: field };
  return { kind: 'call', type: { kind: 'BIGINT' }, name: 'EXTRACT', arguments: [name, bound] };
}
