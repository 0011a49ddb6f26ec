import type { Diagnostic } from '../language/diagnostic.js';

/** What can be wrong with a request, as stable codes. The comment is the HTTP status that fits. */
export type RuntimeErrorCode =
  /** 422: `text` and `diagnostics` say what and where. */
  | 'invalid_rule'
  | 'invalid_stream'
  /** 422: the name in the text is not the one of the request. */
  | 'name_mismatch'
  /** 422: a key that says nothing of which events are meant. */
  | 'bad_key'
  /** 422: a name that cannot be one. */
  | 'bad_name'
  /** 422: a field of the request has a wrong value. */
  | 'bad_option'
  /** 422: the option is part of the language but not built. */
  | 'not_built'
  /** 422: none of the events was taken; `rejected` says why. */
  | 'no_event_taken'
  /** 422: an Idempotency-Key came with another body before. */
  | 'idempotency_key_reused'
  /** 422: a time further ahead of the clock than the stream's `max_ahead`. */
  | 'too_far_ahead'
  /** 422 (refused at registration). */
  | 'bad_destination'
  /** 404 */
  | 'unknown_stream'
  | 'unknown_rule'
  | 'unknown_destination'
  | 'unknown_alert'
  | 'unknown_delivery'
  /** 409: rules read the stream; `names` lists them. */
  | 'stream_in_use'
  /** 409: key or types would change. */
  | 'incompatible_change'
  /** 409: rules notify the destination; `names` lists them. */
  | 'destination_in_use'
  /** 409: another name differs from it in case only. */
  | 'name_conflict'
  /** 409: a delivery that is under way or was delivered cannot be retried. */
  | 'not_retryable'
  /** 409: the log before that place is gone. */
  | 'trimmed'
  /** 409: the store is copied with its own tools. */
  | 'no_backup'
  /** 409: there are as many of them as the settings allow. */
  | 'limit_reached'
  /** 412: If-Match does not fit. */
  | 'precondition_failed'
  /** 429: too much is in flight; `retryAfter`. */
  | 'overloaded'
  /** 503: starting, stopping, or another server owns the log; `retryAfter`. */
  | 'not_ready'
  /** 507 */
  | 'store_full'
  /** 503 */
  | 'store_unavailable'
  /** 500: stored data fails its checksum. */
  | 'store_damaged';

/** Further facts of an error; each is there where the code's comment names it. */
export interface RuntimeErrorDetail {
  /** The text that `diagnostics` are about. */
  readonly text?: string;
  readonly diagnostics?: readonly Diagnostic[];
  /** `index` counts events from 0. */
  readonly rejected?: readonly RejectedEvent[];
  readonly names?: readonly string[];
  /** The request's field that is wrong, e.g. `notify`. */
  readonly field?: string;
  /** Milliseconds. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** An event that was not taken, by its place in the request. */
export interface RejectedEvent {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** Everything the runtime refuses on purpose. The message is for the user: what is wrong, and what to do. */
export class RuntimeError extends Error {
  constructor(
    readonly code: RuntimeErrorCode,
    message: string,
    readonly detail: RuntimeErrorDetail = {},
  ) {
    super(message, 'cause' in detail ? { cause: detail.cause } : undefined);
    this.name = 'RuntimeError';
  }
}

/** One more of `what` than the settings allow. */
export function limitReached(what: 'stream' | 'rule' | 'destination', most: number): RuntimeError {
  const message = `there are ${most} ${what}s already, as many as this server holds: delete one, or start it with a higher --max-${what}s`;
  return new RuntimeError('limit_reached', message);
}
