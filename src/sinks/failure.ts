import { errors } from 'undici';
import { RefusedAddress } from './connector.js';

/** What went wrong, by the code of Node, OpenSSL or undici. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed before the answer was complete',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  ETIMEDOUT: 'no connection was made in time',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be resolved',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the host cannot be reached',
  EADDRNOTAVAIL: 'the host cannot be reached',
  EPROTO: 'TLS could not be agreed on: is it an http address?',
  CERT_HAS_EXPIRED: 'certificate problem: it has expired',
  CERT_NOT_YET_VALID: 'certificate problem: it is not valid yet',
  CERT_REVOKED: 'certificate problem: it is revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate problem: it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate problem: its authority is not known',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate problem: its authority is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate problem: its authority is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate problem: its chain is not complete',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate problem: it is for another host',
  UND_ERR_HEADERS_OVERFLOW: 'the answer has too many headers',
};

/** Why an attempt failed, in plain words. Never the error's own text: it may hold what was sent. */
export function failureWords(error: unknown): string {
  if (error instanceof RefusedAddress) return `the address is not allowed: the host leads to ${error.kind}`;
  if (error instanceof errors.HTTPParserError) return 'what came back is no HTTP';
  const code = codeOf(error);
  if (code === null) return 'it could not be sent';
  if (/^ERR_(SSL|TLS)/.test(code) && WORDS[code] === undefined) return `${WORDS['EPROTO']} (${code})`;
  return WORDS[code] ?? `it could not be sent (${code})`;
}

/** What is wrong with an answer that is no success, or null for 2xx. */
export function answerWords(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) {
    return `the receiver answered ${status}, a redirect: none is followed, the destination's url must be the last address`;
  }
  return `the receiver answered ${status}`;
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' && /^[A-Z0-9_]{1,60}$/.test(error.code) ? error.code : null;
}
