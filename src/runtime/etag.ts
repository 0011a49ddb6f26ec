import { RuntimeError } from './error.js';

/** What must hold for a change to be made: header fields as they were sent (RFC 9110, 13.1); none where they are missing. */
export interface Preconditions {
  readonly ifMatch?: string | null;
  readonly ifNoneMatch?: string | null;
}

/** An entity tag (RFC 9110, 8.8.3) for a version of something. */
export function etagOf(version: number | string): string {
  return `"${version}"`;
}

/** Throws RuntimeError `precondition_failed` when a precondition does not fit what is there (null: nothing). */
export function checkPreconditions({ ifMatch, ifNoneMatch }: Preconditions, etag: string | null): void {
  if (ifMatch !== null && ifMatch !== undefined && !names(ifMatch, etag)) {
    const now = etag === null ? 'it does not exist' : `its ETag is ${etag} now`;
    throw failed(`If-Match ${ifMatch} does not fit: ${now}; read it again, then change it`);
  }
  if (ifNoneMatch !== null && ifNoneMatch !== undefined && names(ifNoneMatch, etag)) {
    throw failed(`If-None-Match ${ifNoneMatch} does not fit: it exists, and its ETag is ${etag}`);
  }
}

function names(list: string, etag: string | null): boolean {
  if (etag === null) return false;
  return list.split(',').some((each) => each.trim() === '*' || each.trim() === etag);
}

function failed(message: string): RuntimeError {
  return new RuntimeError('precondition_failed', message);
}
