import { Decimal } from './decimal.js';
import type { Value } from './value.js';

const encoder = new TextEncoder();

/**
 * The partition of a key, from 0 to `partitions` - 1: the same on every machine and in every version, for the log that is
 * already written depends on it. Equal values give equal partitions, whatever the type of number: 1, 1.0 and 1.00; NULL is
 * a value like others.
 *
 * 32-bit FNV-1a over the UTF-8 of the key's text (draft-eastlake-fnv), then MurmurHash3's finaliser, as FNV's low bits
 * alone spread badly.
 * @param partitions 1 or more
 */
export function partitionOf(values: readonly Value[], partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(values.map(textOf).join('\u0001')))
    hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % partitions;
}

/** Equal texts for equal values. A letter tells the types apart: the text `1` is not the number. */
function textOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return `s${value}`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'number':
    case 'bigint':
      return `n${numberText(value)}`;
    default:
      if (value === null) return '0';
      if (value instanceof Decimal) return `n${decimalText(value)}`;
      if (Array.isArray(value)) return `[${(value as readonly Value[]).map(textOf).join('\u0001')}]`;
      return `{${Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, each]) => `${name}=${textOf(each as Value)}`)
        .join('\u0001')}}`;
  }
}

/** Plain digits: 1e21 as 1000000000000000000000. */
function numberText(value: number | bigint): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'bigint' || Number.isInteger(value)) return BigInt(value).toString();
  const decimal = Decimal.fromNumber(value);
  return decimal === null ? String(value) : decimalText(decimal);
}

/** Without zeros at the end of the fraction. */
function decimalText(value: Decimal): string {
  const text = value.toString();
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
