import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';
import { Decimal } from '../event/decimal.js';
import { parseDuration } from '../event/duration.js';
import { parseInterval } from '../event/interval.js';
import { isTimestamp, parseTimestamp } from '../event/timestamp.js';
import type { Type } from '../event/value.js';

/** Why a text is no RE2 pattern, or null. */
export function regexpProblem(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '');
    return `the pattern is no RE2 regular expression: ${reason.slice(0, 200)}`;
  }
}

/** Whether a text is a network in CIDR form, or an address alone. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.trim().split('/');
  if (rest.length > 0 || !isAddress(address)) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits)) return false;
  if (!address.includes(':')) return Number(bits) <= 32;
  const isMapped = ipaddr.IPv6.parse(address).isIPv4MappedAddress();
  return Number(bits) <= 128 && Number(bits) >= (isMapped ? 96 : 0);
}

/** Whether a text is an IPv4 (four decimal parts) or IPv6 address. */
export function isAddress(text: string): boolean {
  const trimmed = text.trim();
  return (
    ipaddr.IPv4.isValidFourPartDecimal(trimmed) || (trimmed.includes(':') && ipaddr.IPv6.isValid(trimmed))
  );
}

/** Why a LIKE pattern with that escape (null: none) can match nothing, or null. */
export function likeProblem(pattern: string, escapeWith: string | null): string | null {
  if (escapeWith === null) return null;
  const characters = [...pattern];
  if ([...escapeWith].length !== 1) return `ESCAPE takes one character, not '${escapeWith}'`;
  for (let i = 0; i < characters.length; i++) {
    if (characters[i] !== escapeWith) continue;
    const next = characters[++i];
    if (next !== '%' && next !== '_' && next !== escapeWith) {
      return `in the pattern the escape '${escapeWith}' stands before ${next === undefined ? 'nothing' : `'${next}'`}: it takes %, _ or itself`;
    }
  }
  return null;
}

/** Whether CAST of a constant text to that type gives a value: what is certain to fail is an error at registration. */
export function canCastText(text: string, to: Type): boolean {
  const trimmed = text.trim();
  switch (to.kind) {
    case 'BOOLEAN':
      return /^(?:true|false|t|f|1|0)$/i.test(trimmed);
    case 'BIGINT':
      return /^[+-]?\d{1,400}$/.test(trimmed) && isLong(BigInt(trimmed.replace(/^\+/, '')));
    case 'DOUBLE':
      return (
        /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed) && Number.isFinite(Number(trimmed))
      );
    case 'DECIMAL': {
      const rounded = trimmed.length <= 400 ? Decimal.parse(trimmed)?.rescale(to.scale) : undefined;
      return rounded !== undefined && rounded.precision <= to.precision;
    }
    case 'TIMESTAMP':
      return parseTimestamp(trimmed) !== null;
    case 'INTERVAL':
      return (parseInterval(trimmed) ?? parseDuration(trimmed)) !== null;
    default:
      return to.kind === 'VARCHAR' || to.kind === 'ANY';
  }
}

/** The same of a number. */
export function canCastNumber(number: Decimal, to: Type): boolean {
  switch (to.kind) {
    case 'BIGINT':
      return isLong(number.rescale(0).unscaled);
    case 'DECIMAL':
      return number.rescale(to.scale).precision <= to.precision;
    case 'TIMESTAMP':
      return isTimestamp(number.rescale(0).toNumber());
    default:
      return true;
  }
}

function isLong(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
