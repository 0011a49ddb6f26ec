import type { FoundAlert, Remains } from './remains.js';
import type { Outcome } from './scenario.js';

/** What is wrong, in words; nothing, when all held. */
export interface Verdict {
  /** Events or alerts that should be there, webhooks that did not come. */
  readonly lost: readonly string[];
  /** Events or alerts that should not be there, or are there twice; webhooks of no alert. */
  readonly invented: readonly string[];
  /** Alerts whose id or content a replay of the log does not give again. */
  readonly renamed: readonly string[];
}

export interface Evidence {
  /** How many events were acknowledged: 0 up to and without this. */
  readonly events: number;
  readonly outcome: Outcome;
  readonly remains: Remains;
  /** What a replay of the log gave. */
  readonly replay: readonly FoundAlert[];
  /** What a server gave that nobody disturbed. */
  readonly undisturbed: readonly FoundAlert[];
}

export function judge({ events, outcome, remains, replay, undisturbed }: Evidence): Verdict {
  const { alerts, delivered } = remains;
  const received = new Set(outcome.received);
  const numbers = Array.from({ length: events }, (_, number) => number);
  const logged = difference(numbers, remains.numbers);
  const expected = difference(
    undisturbed.map(({ what }) => what),
    alerts.map(({ what }) => what),
  );
  const replayed = new Map(replay.map((alert) => [alert.id, alert.body]));
  const byWhat = new Set(alerts.map(({ what }) => what));
  const ids = new Set(alerts.map(({ id }) => id));
  return {
    lost: [
      ...logged.missing.map((number) => `event ${number} was acknowledged and is not in the log`),
      ...expected.missing.map((what) => `an undisturbed run gave the alert ${what}`),
      ...replay.filter(({ what }) => !byWhat.has(what)).map(({ what }) => `a replay gave the alert ${what}`),
      ...alerts.filter(({ id }) => !received.has(id)).map(({ id }) => `no webhook came of ${id}`),
      ...alerts.filter(({ id }) => !delivered.has(id)).map(({ id }) => `${id} is not recorded as delivered`),
    ],
    invented: [
      ...logged.surplus.map((number) => `event ${number} is in the log and was not posted, or once only`),
      ...expected.surplus.map((what) => `an undisturbed run did not give the alert ${what}`),
      ...(ids.size === alerts.length ? [] : ['two alerts have one id']),
      ...[...received]
        .filter((id) => !ids.has(id))
        .map((id) => `a webhook came of ${id}: there is no such alert`),
    ],
    renamed: [
      ...alerts
        .filter(({ id, body }) => replayed.get(id) !== body)
        .map(({ id, what }) => `a replay gives the alert ${what} another id or content than ${id}`),
      ...(alerts.length === replay.length
        ? []
        : [`a replay gave ${replay.length} alerts for ${alerts.length}`]),
      ...(alerts.every(({ id }, index) => replay[index]?.id === id) ? [] : ['a replay gave another order']),
    ],
  };
}

/** Two lists without regard to order, each item as often as it comes. */
function difference<T>(wanted: readonly T[], found: readonly T[]): { missing: T[]; surplus: T[] } {
  const counts = new Map<T, number>();
  for (const item of wanted) counts.set(item, (counts.get(item) ?? 0) + 1);
  const surplus: T[] = [];
  for (const item of found) {
    const left = counts.get(item) ?? 0;
    if (left === 0) surplus.push(item);
    else counts.set(item, left - 1);
  }
  const missing = [...counts].flatMap(([item, left]) => Array.from({ length: left }, () => item));
  return { missing, surplus };
}
