import { Decimal } from '../event/decimal.js';
import type { Value } from '../event/value.js';

/** Equal texts for equal lists of key values, different texts for different ones. NULL equals NULL, as in GROUP BY. */
export function keyText(values: readonly Value[]): string {
  const [only] = values;
  if (values.length === 1 && typeof only === 'string') return only;
  return values.map(valueText).join('\u0001');
}

function valueText(value: Value): string {
  switch (typeof value) {
    case 'string':
      // A lone string stands for itself; in a list its length keeps the parts apart.
      return `s${value.length}:${value}`;
    case 'number':
      return `\u0000n${value === 0 ? 0 : value}`;
    case 'bigint':
      return `\u0000n${value}`;
    case 'boolean':
      return value ? '\u0000t' : '\u0000f';
    default:
      if (value === null) return '\u0000';
      if (value instanceof Decimal) return `\u0000d${plain(value)}`;
      if (Array.isArray(value)) return `\u0000[${(value as readonly Value[]).map(valueText).join('\u0001')}]`;
      return `\u0000{${Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([name, field]) => `${name.length}:${name}=${valueText(field as Value)}`)
        .join('\u0001')}}`;
  }
}

/** 1.50 and 1.5 are one key. */
function plain(value: Decimal): string {
  const text = value.toString();
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
