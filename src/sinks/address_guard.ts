import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Range {
  readonly from: Address;
  /** How many leading bits an address shares with it. */
  readonly bits: number;
}

/** What is wrong with a range, in words. ipaddr.js knows the registries (RFC 6890 and what came after it). */
const KINDS: Readonly<Record<string, string>> = {
  loopback: 'a loopback address',
  private: 'a private address',
  uniqueLocal: 'a private address',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'a shared address of a carrier',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
  unspecified: 'the unspecified address',
};
const RESERVED = 'a reserved address';

/** Answers inside Azure only, though the range is public: the platform's own services. */
const PLATFORM = '168.63.129.16';
/** RFC 4291, 2.4: global unicast. What lies outside is local, or a form of writing something else. */
const GLOBAL: Range = { from: ipaddr.parse('2000::'), bits: 3 };
/** RFC 6052, 2.1. The local-use prefix of RFC 8215 stays refused: where it keeps the IPv4 address is not known here. */
const NAT64: Range = { from: ipaddr.parse('64:ff9b::'), bits: 96 };

/**
 * Says which addresses webhooks may go to: public ones, and those of a list. Where an IPv6 address carries an IPv4 one
 * (mapped, NAT64, 6to4, Teredo), that one decides.
 */
export class AddressGuard {
  readonly #allow: readonly Range[];

  /** `allow`: ranges as CIDR, `127.0.0.0/8`, `fd00::/8`. Throws Error for what is none. */
  constructor(allow: readonly string[]) {
    this.#allow = allow.map(rangeOf);
  }

  /** Why nothing may be sent to an address (IPv4 as four decimal parts, or IPv6), in words, or null: it may be. */
  refusal(address: string): string | null {
    return isIP(address) === 0 ? 'no address' : this.#refusal(parse(address));
  }

  #refusal(written: Address): string | null {
    const address = unmapped(written);
    if (this.#allow.some((range) => isIn(address, range))) return null;
    if (address instanceof ipaddr.IPv4) {
      return address.toString() === PLATFORM ? RESERVED : wordsFor(address.range());
    }
    const carried = carriedBy(address);
    if (carried.length === 0) return isIn(address, GLOBAL) ? wordsFor(address.range()) : outside(address);
    return carried.map((each) => this.#refusal(each)).find((refusal) => refusal !== null) ?? null;
  }
}

/** ipaddr.js takes `::127.0.0.1` for a mapped address, which it is not: a URL has one form for each address. */
function parse(address: string): Address {
  if (isIP(address) === 4) return ipaddr.parse(address);
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  return ipaddr.parse(hostname.slice(1, -1));
}

function wordsFor(range: string): string | null {
  return range === 'unicast' ? null : (KINDS[range] ?? RESERVED);
}

function outside(address: ipaddr.IPv6): string {
  return KINDS[address.range()] ?? RESERVED;
}

/** The IPv4 addresses that decide where packets to the address end; none for most. */
function carriedBy(address: ipaddr.IPv6): readonly ipaddr.IPv4[] {
  const bytes = address.toByteArray();
  const at = (index: number, mask = 0): ipaddr.IPv4 =>
    new ipaddr.IPv4(bytes.slice(index, index + 4).map((byte) => byte ^ mask));
  if (isIn(address, NAT64)) return [at(12)];
  switch (address.range()) {
    // RFC 3056, 2.
    case '6to4':
      return [at(2)];
    // RFC 4380, 4: the server, and the client with its bits turned round.
    case 'teredo':
      return [at(4), at(12, 0xff)];
    default:
      return [];
  }
}

/** RFC 4291, 2.5.5.2: the system sends to the IPv4 address itself. */
function unmapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function isIn(address: Address, { from, bits }: Range): boolean {
  if (address instanceof ipaddr.IPv4) return from instanceof ipaddr.IPv4 && address.match(from, bits);
  return from instanceof ipaddr.IPv6 && address.match(from, bits);
}

function rangeOf(text: string): Range {
  const [written = '', bits = ''] = text.split('/');
  if (isIP(written) === 0 || !ipaddr.isValidCIDR(text)) {
    throw new Error(`'${text}' is no range of addresses such as 10.0.0.0/8`);
  }
  const from = unmapped(parse(written));
  const isMapped = from instanceof ipaddr.IPv4 && written.includes(':');
  if (isMapped && Number(bits) < 96) throw new Error(`'${text}' holds more than IPv4 addresses: name those`);
  return { from, bits: Number(bits) - (isMapped ? 96 : 0) };
}
