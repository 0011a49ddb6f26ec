import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.js';

/** A Host header that names this machine itself. */
const OWN_HOST = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Keeps a browser from lending its place on this machine to somebody else. A server without keys trusts whoever reaches
 * the loopback; a page of another site reaches it too, by a name that it lets point here (DNS rebinding), or by a plain post.
 * @throws Problem `foreign_host`, `foreign_origin`
 */
export function checkOrigin(request: IncomingMessage): void {
  const { host, origin } = request.headers;
  if (host !== undefined && !OWN_HOST.test(host)) {
    throw new Problem(
      'foreign_host',
      `without keys this server answers to localhost and loopback addresses only, not to the Host ${host.slice(0, 100)}; a proxy before it sets Host to the address it connects to`,
    );
  }
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  if (origin !== undefined && origin.toLowerCase() !== `${scheme}://${host ?? ''}`.toLowerCase()) {
    throw new Problem(
      'foreign_origin',
      `the request comes from a page of ${origin.slice(0, 100)}; only pages of this server may call it`,
    );
  }
}
