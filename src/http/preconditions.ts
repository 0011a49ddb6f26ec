import type { IncomingHttpHeaders } from 'node:http';
import type { Preconditions } from '../runtime/etag.js';

/** What a request says must hold for it to be carried out (RFC 9110, 13.1). */
export function preconditionsOf(headers: IncomingHttpHeaders): Preconditions {
  return { ifMatch: headers['if-match'] ?? null, ifNoneMatch: headers['if-none-match'] ?? null };
}
