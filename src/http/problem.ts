import type { RuntimeErrorCode } from '../runtime/error.js';

/** What HTTP itself can find wrong, before the runtime is asked. */
type HttpCode =
  | 'malformed_request'
  | 'malformed_url'
  | 'invalid_parameter'
  | 'invalid_cursor'
  | 'empty_body'
  | 'invalid_json'
  | 'invalid_utf8'
  | 'invalid_compression'
  | 'too_deep'
  | 'too_many_values'
  | 'number_out_of_range'
  | 'unauthenticated'
  | 'missing_scope'
  | 'foreign_host'
  | 'foreign_origin'
  | 'not_found'
  | 'unknown_problem'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'unsupported_encoding'
  | 'expectation_failed'
  | 'invalid_body'
  | 'rate_limited'
  | 'header_too_large'
  | 'internal_error';

/** Every code that a problem can have: stable, as programs look at it. */
export type ProblemCode = HttpCode | RuntimeErrorCode;

/**
 * Every problem that the API answers with: the HTTP status and a title that never changes (RFC 9457). What differs from one
 * occurrence to the next stands in `detail` and `errors`.
 */
export const PROBLEMS: Readonly<Record<ProblemCode, { readonly status: number; readonly title: string }>> = {
  malformed_request: { status: 400, title: 'The request is not valid HTTP' },
  malformed_url: { status: 400, title: 'The URL cannot be read' },
  invalid_parameter: { status: 400, title: 'A parameter is not valid' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of this list' },
  empty_body: { status: 400, title: 'The body is empty' },
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_utf8: { status: 400, title: 'The body is not UTF-8' },
  invalid_compression: { status: 400, title: 'The body cannot be decompressed' },
  too_deep: { status: 400, title: 'The JSON nests too deep' },
  too_many_values: { status: 400, title: 'The JSON has too many values' },
  number_out_of_range: { status: 400, title: 'A number is out of range' },
  unauthenticated: { status: 401, title: 'A key is needed' },
  missing_scope: { status: 403, title: 'The key is not for this' },
  foreign_host: { status: 403, title: 'The Host is not one of this server' },
  foreign_origin: { status: 403, title: 'Pages of other sites may not use this server' },
  not_found: { status: 404, title: 'There is nothing at this path' },
  unknown_stream: { status: 404, title: 'There is no such stream' },
  unknown_rule: { status: 404, title: 'There is no such rule' },
  unknown_destination: { status: 404, title: 'There is no such destination' },
  unknown_alert: { status: 404, title: 'There is no such alert' },
  unknown_delivery: { status: 404, title: 'There is no such delivery' },
  unknown_problem: { status: 404, title: 'There is no such problem' },
  method_not_allowed: { status: 405, title: 'The path does not take this method' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  stream_in_use: { status: 409, title: 'Rules read the stream' },
  incompatible_change: { status: 409, title: 'The change does not fit what is there' },
  destination_in_use: { status: 409, title: 'Rules notify the destination' },
  name_conflict: { status: 409, title: 'Another name differs in case only' },
  not_retryable: { status: 409, title: 'The delivery cannot be tried again' },
  trimmed: { status: 409, title: 'That part of the log is gone' },
  no_backup: { status: 409, title: 'The data is backed up with other tools' },
  limit_reached: { status: 409, title: 'There are as many as this server holds' },
  precondition_failed: { status: 412, title: 'It was changed in the meantime' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body has a type that is not taken here' },
  unsupported_encoding: { status: 415, title: 'The body has an encoding that is not taken' },
  expectation_failed: { status: 417, title: 'The request expects what is not done here' },
  invalid_body: { status: 422, title: 'The body does not have the form that is asked for' },
  invalid_rule: { status: 422, title: 'The rule is not valid' },
  invalid_stream: { status: 422, title: 'The stream is not valid' },
  name_mismatch: { status: 422, title: 'The text names something else than the URL' },
  bad_key: { status: 422, title: 'The key does not say which events are meant' },
  bad_name: { status: 422, title: 'The name cannot be one' },
  bad_option: { status: 422, title: 'An option has a value that cannot be' },
  not_built: { status: 422, title: 'This is not built yet' },
  no_event_taken: { status: 422, title: 'No event was taken' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key came with another body before' },
  too_far_ahead: { status: 422, title: 'The time is too far ahead of the clock' },
  bad_destination: { status: 422, title: 'The destination cannot be sent to' },
  rate_limited: { status: 429, title: 'These are too many requests in a short time' },
  overloaded: { status: 429, title: 'More is under way than the server can hold' },
  header_too_large: { status: 431, title: 'The header is too large' },
  internal_error: { status: 500, title: 'The server failed' },
  store_damaged: { status: 500, title: 'A stored value is damaged' },
  not_ready: { status: 503, title: 'The server is not ready' },
  store_unavailable: { status: 503, title: 'The store cannot be reached' },
  store_full: { status: 507, title: 'There is no room left' },
};

/** One of several things wrong with a request. Which of the places are there depends on what is wrong. */
export interface ProblemError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null;
  /** In a rule's or stream's text, from 1; `length` in characters. */
  readonly line?: number;
  readonly column?: number;
  readonly length?: number;
  /** The source line with a caret below the place. */
  readonly context?: string;
  /** In a JSON body: RFC 6901 pointer. */
  readonly pointer?: string;
  /** A query or path parameter. */
  readonly parameter?: string;
  /** In a batch of events, from 0. */
  readonly index?: number;
}

/** What a problem may say besides its code and detail. */
export interface ProblemExtras {
  readonly errors?: readonly ProblemError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body, such as the counts of a refused batch. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Statuses after which the same request may fit a moment later: they carry Retry-After. */
const COME_AGAIN = new Set([429, 503, 507]);

/** A request that is answered with a problem. Anything else that is thrown is a fault of ours: `internal_error`. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: readonly ProblemError[];
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  /** `detail`: what is wrong this time and what to do about it, in a sentence or two. */
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    extras: ProblemExtras = {},
  ) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'Problem';
    this.status = PROBLEMS[code].status;
    this.errors = extras.errors ?? [];
    this.headers = { ...(COME_AGAIN.has(this.status) ? { 'retry-after': '1' } : {}), ...extras.headers };
    this.members = extras.members ?? {};
  }
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The problem's body (RFC 9457, 3.1). `type` is a path of this server that describes the code. */
export function problemBody(problem: Problem): Record<string, unknown> {
  return {
    type: `/problems/${problem.code}`,
    title: PROBLEMS[problem.code].title,
    status: problem.status,
    code: problem.code,
    detail: problem.detail,
    ...problem.members,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  };
}
