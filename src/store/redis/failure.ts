import { StoreError } from '../store.js';

/** Redis's error codes for "no memory" and "cannot write to the disk". */
const FULL = /\b(OOM|MISCONF)\b/;

/** Codes of a Redis that answers and yet cannot do it now, or not for us. */
const UNAVAILABLE =
  /\b(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|READONLY|NOREPLICAS|TRYAGAIN|MOVED|ASK|NOAUTH|WRONGPASS|NOPERM)\b/;

/**
 * What a failed command means. The client's own error is not handed on as the cause: it carries the command's arguments,
 * which may be secrets.
 */
export function failureOf(error: unknown, address: string): Error {
  if (error instanceof StoreError) return error;
  const { name, message } = error as Error;
  // What the client calls commands that were under way.
  const said = name === 'MaxRetriesPerRequestError' ? 'the connection broke' : reason(message);
  if (name !== 'ReplyError') {
    return new StoreError('unavailable', `Redis at ${address} cannot be reached: ${said}`);
  }
  if (FULL.test(message)) return new StoreError('full', `Redis at ${address} has no room: ${said}`);
  if (UNAVAILABLE.test(message)) {
    return new StoreError('unavailable', `Redis at ${address} refuses: ${said}`);
  }
  return new Error(`Redis at ${address} refuses a command: ${said}`);
}

/** A message of the client or of Redis, without what it repeats of a command's arguments. */
export function reason(message: string): string {
  return message.replace(/,? with args beginning with:.*$/s, '');
}
