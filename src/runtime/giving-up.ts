import { formatTimestamp } from '../event/timestamp.js';
import type { DispatchParts } from './background.js';
import { isGone, isTaken } from './backoff.js';
import type { Disabling } from './destination-alert.js';
import { RuntimeError } from './error.js';
import type { Destination, Outcome } from './sink.js';

/** Milliseconds. */
const DAY = 86_400_000;
/** A destination that took nothing for so long is disabled. */
const LONGEST = 5 * DAY;

/** Disables destinations: those that say so themselves, and those that have taken nothing for days. */
export class GivingUp {
  readonly #parts: Pick<DispatchParts, 'destinations' | 'log'>;

  constructor(parts: Pick<DispatchParts, 'destinations' | 'log'>) {
    this.#parts = parts;
  }

  /** Takes the outcome of an attempt at `at`; says whether the destination was disabled for it. Never throws. */
  async note(destination: Destination, outcome: Outcome, at: number): Promise<boolean> {
    const { log, destinations } = this.#parts;
    const { name } = destination;
    try {
      const disabling = await this.#disabling(destination, outcome, at);
      if (disabling === null || !(await destinations.disable(destination, disabling))) return false;
      log.error({ destination: name, reason: disabling.reason }, 'a destination is disabled');
      return true;
    } catch (error) {
      // Another attempt, or another server, did it meanwhile; or somebody changed it.
      if (error instanceof RuntimeError && error.code === 'precondition_failed') return false;
      // The store: the next failure does it.
      log.warn({ destination: name, err: error }, 'it could not be written down how a destination does');
      return false;
    }
  }

  async #disabling(
    destination: Destination,
    outcome: Outcome,
    at: number,
  ): Promise<Omit<Disabling, 'at'> | null> {
    const { failing } = this.#parts.destinations;
    if (isTaken(outcome)) {
      await failing.taken(destination, at);
      return null;
    }
    const first = await failing.failed(destination, at);
    if (isGone(outcome)) {
      return { reason: 'the receiver answered 410 Gone: it wants nothing more', since: first };
    }
    if (at - first < LONGEST) return null;
    const since = await failing.asked(destination, at);
    if (since === null || at - since < LONGEST) return null;
    const last = outcome.error ?? `the receiver answered ${outcome.status}`;
    const days = Math.floor((at - since) / DAY);
    const reason = `every attempt failed for ${days} days, since ${formatTimestamp(since)} (the last one: ${last})`;
    return { reason, since };
  }
}
