import type { Attempt, Delivery } from '../store/store.js';
import type { Destination, Outcome } from './sink.js';

/** A receiver may put a webhook off for a day at most, in milliseconds. */
const LONGEST_RETRY_AFTER = 86_400_000;
/** Waits differ by up to this part, so that what failed together does not come back together. */
const JITTER = 0.1;
/** Statuses whose Retry-After is kept to (RFC 6585, 4; RFC 9110, 15.6.4). */
const PUTS_OFF: readonly (number | null)[] = [429, 503];
const GONE = 410;

/** Whether the receiver has taken it: 2xx alone. */
export function isTaken({ status }: Pick<Outcome, 'status'>): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Whether the receiver wants nothing more, ever (RFC 9110, 15.5.11). */
export function isGone({ status }: Pick<Outcome, 'status'>): boolean {
  return status === GONE;
}

/** How long the receiver wants to be left alone, in milliseconds; 0: it does not say. */
export function putOffOf({ status, retryAfter }: Pick<Outcome, 'status' | 'retryAfter'>): number {
  return PUTS_OFF.includes(status) ? Math.min(retryAfter ?? 0, LONGEST_RETRY_AFTER) : 0;
}

/**
 * What becomes of a delivery after an attempt that began at `at` and ended at `now`, milliseconds since the epoch. It is
 * delivered, or due again after the schedule's next wait, or dead: at the schedule's end, or at once when the receiver is
 * gone or, `isOver`, given up. A Retry-After only ever makes a wait longer. `random` gives numbers from 0 up to 1.
 */
export function afterAttempt(
  delivery: Delivery,
  { schedule }: Pick<Destination, 'schedule'>,
  outcome: Outcome,
  {
    at,
    now,
    random,
    isOver,
  }: {
    readonly at: number;
    readonly now: number;
    readonly random: () => number;
    readonly isOver: boolean;
  },
): Delivery {
  const { status, error, duration } = outcome;
  const tried = withAttempt(delivery, { at, status, error, duration });
  if (isTaken(outcome)) return { ...tried, state: 'delivered' };
  const wait = schedule[tried.attempts.length - 1];
  if (wait === undefined || isGone(outcome) || isOver) return { ...tried, state: 'dead' };
  const jitter = random() * JITTER;
  const longest = Math.max(
    wait * (1 - JITTER + 2 * jitter),
    // Not before the receiver wants it.
    putOffOf(outcome) * (1 + jitter),
  );
  return { ...tried, state: 'retrying', due: now + Math.round(longest) };
}

/** A delivery that cannot be sent: dead, until it is sent again by hand. */
export function unsendable(delivery: Delivery, error: string, at: number): Delivery {
  return { ...withAttempt(delivery, { at, status: null, error, duration: 0 }), state: 'dead' };
}

/** A pending delivery is at the schedule's beginning; one that was sent again by hand leaves the attempts before behind. */
function withAttempt(delivery: Delivery, attempt: Attempt): Delivery {
  const before = delivery.state === 'pending' ? [] : delivery.attempts;
  return { ...delivery, attempts: [...before, attempt] };
}
