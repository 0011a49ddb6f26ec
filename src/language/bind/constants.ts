import { Decimal } from '../../event/decimal.js';
import { parseTimestamp } from '../../event/timestamp.js';
import type { Value } from '../../event/value.js';
import type { IntervalLiteral, Literal, Parameter } from '../ast.js';
import type { Bound } from '../plan.js';
import type { Environment } from './environment.js';
import type { Problems } from './problems.js';

export type Constant = Extract<Bound, { kind: 'constant' }>;

/** Milliseconds of the units that have a fixed length. */
const UNITS: Readonly<Record<string, number>> = {
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1_000,
  MILLISECOND: 1,
};

/** A literal (ISO 5.3) as a constant; null when a problem was noted. */
export function bindLiteral(literal: Literal, problems: Problems): Constant | null {
  switch (literal.kind) {
    case 'number':
      return (
        numberConstant(literal.text) ??
        problems.error(
          'number_out_of_range',
          literal.span,
          /[eE]/.test(literal.text)
            ? `${literal.text} is more than a number may be (about 1.8e308)`
            : `${literal.text} has more digits than a number may have (38)`,
        )
      );
    case 'string':
      return { kind: 'constant', type: { kind: 'VARCHAR' }, value: literal.value };
    case 'boolean':
      return { kind: 'constant', type: { kind: 'BOOLEAN' }, value: literal.value };
    case 'null':
      return { kind: 'constant', type: { kind: 'NULL' }, value: null };
    case 'timestamp': {
      const value = parseTimestamp(literal.text.trim());
      if (value !== null) return { kind: 'constant', type: { kind: 'TIMESTAMP' }, value };
      return problems.error(
        'bad_timestamp',
        literal.span,
        `'${literal.text}' is no time`,
        "write it as TIMESTAMP '2026-11-23 21:05:00'",
      );
    }
    case 'interval': {
      const value = milliseconds(literal);
      if (typeof value === 'number') return { kind: 'constant', type: { kind: 'INTERVAL' }, value };
      return problems.error('bad_interval', literal.span, value.message, value.hint);
    }
  }
}

/**
 * A number as written: without point and exponent BIGINT, with a point DECIMAL, with an exponent DOUBLE (ISO 5.3, as Trino);
 * null when it has more digits than DECIMAL or a larger exponent than DOUBLE.
 */
export function numberConstant(text: string): Constant | null {
  if (/[eE]/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? { kind: 'constant', type: { kind: 'DOUBLE' }, value } : null;
  }
  const decimal = Decimal.parse(text);
  if (decimal === null) return null;
  if (!text.includes('.') && BigInt.asIntN(64, decimal.unscaled) === decimal.unscaled) {
    const small = Number(decimal.unscaled);
    const value: Value = Number.isSafeInteger(small) ? small : decimal.unscaled;
    return { kind: 'constant', type: { kind: 'BIGINT' }, value };
  }
  const precision = Math.max(decimal.precision, decimal.scale, 1);
  if (precision > 38) return null;
  return { kind: 'constant', type: { kind: 'DECIMAL', precision, scale: decimal.scale }, value: decimal };
}

/** The value of `:name` as a constant; null when a problem was noted. */
export function bindParameter(
  { name, span }: Parameter,
  { parameters }: Pick<Environment, 'parameters'>,
  problems: Problems,
): Constant | null {
  if (!Object.hasOwn(parameters, name)) {
    const names = Object.keys(parameters);
    const hint = problems.suggest(name, names) ?? `give it with the rule: "params": {"${name}": ...}`;
    return problems.error('missing_parameter', span, `the parameter :${name} has no value`, hint);
  }
  const value = parameters[name] ?? null;
  if (value === null) return { kind: 'constant', type: { kind: 'NULL' }, value };
  if (typeof value === 'string') return { kind: 'constant', type: { kind: 'VARCHAR' }, value };
  if (typeof value === 'boolean') return { kind: 'constant', type: { kind: 'BOOLEAN' }, value };
  return (
    numberConstant(String(value)) ??
    problems.error('number_out_of_range', span, `the parameter :${name} is ${value}, which is no number here`)
  );
}

/** An interval's length, or what is wrong with it. Day-time intervals only: a month has no fixed length (ISO 4.6.3). */
function milliseconds({
  text,
  from,
  to,
  negative,
}: IntervalLiteral): number | { message: string; hint: string } {
  const unit = UNITS[from];
  if (unit === undefined || (to !== null && UNITS[to] === undefined)) {
    return {
      message: `an interval of ${from}S has no fixed length`,
      hint: "count in days: INTERVAL '30' DAY",
    };
  }
  const trimmed = text.trim();
  const sign = (negative ? -1 : 1) * (trimmed.startsWith('-') ? -1 : 1);
  const body = trimmed.replace(/^[+-]/, '');
  const value = to === null ? single(body, unit, from) : compound(body, from, to);
  if (value !== null && Number.isSafeInteger(value)) return value === 0 ? 0 : sign * value;
  const example =
    to === null ? `INTERVAL '10' ${from}` : `INTERVAL '${EXAMPLES[from]?.[to] ?? '1 02'}' ${from} TO ${to}`;
  return {
    message: `'${text}' is no interval of ${to === null ? `${from}S` : `${from} TO ${to}`}`,
    hint: `write it as ${example}`,
  };
}

/** A whole number of units; of seconds also with a fraction, down to the millisecond. */
function single(text: string, unit: number, name: string): number | null {
  const match = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null || (match[2] !== undefined && name !== 'SECOND')) return null;
  return Number(match[1]) * unit + Number((match[2] ?? '').slice(0, 3).padEnd(3, '0'));
}

const ORDER = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];
const EXAMPLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DAY: { HOUR: '1 02', MINUTE: '1 02:03', SECOND: '1 02:03:04' },
  HOUR: { MINUTE: '02:03', SECOND: '02:03:04' },
  MINUTE: { SECOND: '03:04' },
};
/** The most that a field behind the first may be. */
const MOST: Readonly<Record<string, number>> = { HOUR: 23, MINUTE: 59, SECOND: 59 };

/** `1 02:03:04.5` by its first and last field. */
function compound(text: string, from: string, to: string): number | null {
  const first = ORDER.indexOf(from);
  const last = ORDER.indexOf(to);
  if (first < 0 || last <= first) return null;
  const fields = ORDER.slice(first, last + 1);
  const body = fields.map((field, i) =>
    i === 0
      ? '(\\d{1,9})'
      : `${fields[i - 1] === 'DAY' ? '\\s+' : ':'}(\\d{1,2}${field === 'SECOND' ? '(?:\\.\\d{1,9})?' : ''})`,
  );
  const match = new RegExp(`^${body.join('')}$`).exec(text);
  if (match === null) return null;
  let total = 0;
  for (const [i, field] of fields.entries()) {
    const value = match[i + 1]!;
    if (i > 0 && Number(value) >= (MOST[field] ?? 0) + 1) return null;
    const part = single(value, UNITS[field]!, field);
    if (part === null) return null;
    total += part;
  }
  return total;
}
