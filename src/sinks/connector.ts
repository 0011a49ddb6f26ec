import { lookup as systemLookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import type { AddressGuard } from './address_guard.js';

/** The addresses of a host name. Rejects when there are none. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** The system's own: hosts file and DNS. */
export const systemAddresses: Lookup = async (name) => {
  const found = await systemLookup(name, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

/** A host that nothing may be sent to. `kind`: what its address is, in words. */
export class RefusedAddress extends Error {
  readonly code = 'REFUSED_ADDRESS';

  constructor(readonly kind: string) {
    super(`the host leads to ${kind}`);
    this.name = 'RefusedAddress';
  }
}

/** A connection that was not made, by the code that Node or undici would give. */
class NoConnection extends Error {
  constructor(readonly code: 'ECONNRESET' | 'ETIMEDOUT') {
    super(code);
    this.name = 'NoConnection';
  }
}

/** Milliseconds; the attempt's own timeout comes first. */
const CONNECT_TIMEOUT = 60_000;
/** Milliseconds until the next of several addresses is tried: the default of 250 gives up far receivers. */
const NEXT_ADDRESS = 2_500;
/** RFC 6761, 6.3: these names never leave the machine. */
const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Makes the connections of webhooks. A name is resolved once, every address of it is checked, and the connection goes to
 * one of those checked: an answer that changes between check and use (DNS rebinding) changes nothing.
 */
export class Connector {
  readonly #guard: AddressGuard;
  readonly #lookup: Lookup;
  /** By name: a slow name server holds one thread of the system's resolver, however many wait for it. */
  readonly #lookups = new Map<string, Promise<readonly string[]>>();
  readonly #connecting = new Set<Socket>();

  constructor(guard: AddressGuard, lookup: Lookup) {
    this.#guard = guard;
    this.#lookup = lookup;
  }

  /** The form that undici asks for. */
  readonly connect: buildConnector.connector = (options, callback) => {
    this.#connect(options).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };

  /** The addresses that a host, a name or a literal address, may be reached at. Throws RefusedAddress; the resolver's error. */
  async addresses(host: string): Promise<readonly string[]> {
    const name = plainHost(host);
    if (/(^|\.)localhost$/.test(name)) {
      const open = LOOPBACK.filter((address) => this.#guard.refusal(address) === null);
      if (open.length === 0) throw new RefusedAddress('a loopback address');
      return open;
    }
    const addresses = isIP(name) === 0 ? await this.#resolve(name) : [name];
    for (const address of addresses) this.#check(address);
    return addresses;
  }

  /** Gives up connections that are being made. */
  close(): void {
    for (const socket of this.#connecting) socket.destroy(new NoConnection('ECONNRESET'));
  }

  async #connect({ hostname, protocol, port }: buildConnector.Options): Promise<Socket> {
    const addresses = await this.addresses(hostname);
    const isSecure = protocol === 'https:';
    const name = plainHost(hostname);
    const options = {
      host: name,
      port: Number(port) || (isSecure ? 443 : 80),
      lookup: given(addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS,
      noDelay: true,
      keepAlive: true,
    };
    // RFC 6066, 3: no address is a server name. The certificate is checked against the host either way.
    const servername = isIP(name) === 0 ? { servername: name } : {};
    const socket = isSecure
      ? connectTls({ ...options, ...servername, ALPNProtocols: ['http/1.1'] })
      : connectTcp(options);
    this.#connecting.add(socket);
    try {
      await made(socket, isSecure ? 'secureConnect' : 'connect');
      const { remoteAddress } = socket;
      if (remoteAddress === undefined) throw new NoConnection('ECONNRESET');
      this.#check(remoteAddress);
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      this.#connecting.delete(socket);
    }
  }

  #check(address: string): void {
    const refusal = this.#guard.refusal(address);
    if (refusal !== null) throw new RefusedAddress(refusal);
  }

  #resolve(name: string): Promise<readonly string[]> {
    const under = this.#lookups.get(name);
    if (under !== undefined) return under;
    const asked = this.#lookup(name).finally(() => this.#lookups.delete(name));
    this.#lookups.set(name, asked);
    return asked;
  }
}

/** A URL's host name as the resolver and TLS take it: no brackets, no dot at the end. */
function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** Resolves when the socket has done what `event` says. */
function made(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new NoConnection('ETIMEDOUT')), CONNECT_TIMEOUT);
    socket.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
    // Stays: an error between here and undici's own listeners must not end the process.
    socket.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new NoConnection('ECONNRESET'));
    });
  });
}

/** A lookup that knows the answer. */
function given(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all }, callback) => {
    const [first] = found;
    if (first === undefined) callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
    else if (all) callback(null, found);
    else callback(null, first.address, first.family);
  };
}
