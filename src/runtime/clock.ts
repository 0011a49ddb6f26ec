import { setTimeout as wait } from 'node:timers/promises';

/** The wall clock as the runtime sees it. Tests bring their own. Times are milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Resolves after `milliseconds`, or as soon as `signal` is aborted; never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** setTimeout fires at once past this. */
const LONGEST = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await wait(Math.min(Math.max(0, milliseconds), LONGEST), undefined, { signal });
    } catch {
      // Aborted: the sleeper looks at the signal itself.
    }
  },
};
