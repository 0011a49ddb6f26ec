import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';

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
