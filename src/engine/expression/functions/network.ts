import ipaddr from 'ipaddr.js';
import type { Body } from '../evaluator.js';

/** CIDR_CONTAINS(network, address). The network read last is kept: it is most often a constant. */
export function cidrContains(): Body {
  let text: string | null = null;
  let network: Network | null = null;
  return ([written, addressText], faults) => {
    if (typeof written !== 'string' || typeof addressText !== 'string') return faults.note('type_mismatch');
    if (written !== text) {
      text = written;
      network = parseNetwork(written);
    }
    const address = parseAddress(addressText);
    if (network === null || address === null) return faults.note('invalid_argument');
    const { base, bits } = network;
    if (address instanceof ipaddr.IPv4) return base instanceof ipaddr.IPv4 && address.match(base, bits);
    return base instanceof ipaddr.IPv6 && address.match(base, bits);
  };
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Network {
  readonly base: Address;
  /** How many leading bits an address shares with the base. */
  readonly bits: number;
}

/** `10.0.0.0/8`, `2001:db8::/32` (RFC 4632, RFC 4291); a lone address is a network of one. Null when it is neither. */
function parseNetwork(text: string): Network | null {
  const [written = '', bits, ...rest] = text.trim().split('/');
  const base = parseAddress(written);
  if (base === null || rest.length > 0) return null;
  const most = base.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return { base, bits: most };
  if (!/^\d{1,3}$/.test(bits)) return null;
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const length = written.includes(':') && most === 32 ? Number(bits) - 96 : Number(bits);
  return length < 0 || length > most ? null : { base, bits: length };
}

/** Four decimal parts, or IPv6; an IPv4 address written as IPv6 (RFC 4291, 2.5.5.2) is the IPv4 one. */
function parseAddress(text: string): Address | null {
  const trimmed = text.trim();
  if (ipaddr.IPv4.isValidFourPartDecimal(trimmed)) return ipaddr.IPv4.parse(trimmed);
  if (!trimmed.includes(':') || !ipaddr.IPv6.isValid(trimmed)) return null;
  const address = ipaddr.IPv6.parse(trimmed);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}
