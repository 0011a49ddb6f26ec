import { RuntimeError } from './error.js';

/** An entity tag (RFC 9110, 8.8.3) for a version of something. */
export function etagOf(version: number | string): string {
  return `"${version}"`;
}

/** Throws RuntimeError `precondition_failed` when an If-Match (RFC 9110, 13.1.1) does not fit what is there (null: nothing). */
export function checkMatch(ifMatch: string | null | undefined, etag: string | null): void {
  if (ifMatch === null || ifMatch === undefined) return;
  const wanted = ifMatch.split(',').map((each) => each.trim());
  if (etag !== null && (wanted.includes('*') || wanted.includes(etag))) return;
  const now = etag === null ? 'it does not exist' : `its ETag is ${etag} now`;
  throw new RuntimeError(
    'precondition_failed',
    `If-Match ${ifMatch} does not fit: ${now}; read it again, then change it`,
  );
}
