import { Random } from '../http/fuzz/random.js';

/** Something posted: of a stream, with its number as the producer's id. */
export interface Event {
  readonly number: number;
  readonly stream: 'payments' | 'logins';
  readonly data: Readonly<Record<string, unknown>>;
}

/** A change that is made when the events below `at` are acknowledged, and before any other is posted. */
export interface Change {
  readonly at: number;
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** SQL, or JSON. */
  readonly body?: string | object;
  /** Statuses that say it is made: by this request, or by an earlier one whose answer was lost. */
  readonly done: readonly number[];
}

export interface Workload {
  readonly events: readonly Event[];
  readonly changes: readonly Change[];
  /** A time past every deadline, for the last watermark. */
  readonly end: string;
}

/** Long ago, so that the streams replay history and get no ticks: time passes by the events alone. */
const START = Date.parse('2020-01-01T00:00:00Z');
/** Milliseconds of event time from one event to the next. */
const PACE = 50;
/** Events that may overtake one another on their way in: the streams' watermark delay covers twice as many. */
export const WINDOW = 100;

const HOT_CARDS = 20;
const COLD_CARDS = 3_000;

const PAYMENTS = (more = '') => `CREATE STREAM payments (
  id VARCHAR NOT NULL, card VARCHAR NOT NULL, amount DOUBLE NOT NULL, at TIMESTAMP NOT NULL${more},
  WATERMARK FOR at AS at - INTERVAL '10' SECOND
) WITH (key = 'card', id = 'id')`;

// No id column: its requests carry an Idempotency-Key.
const LOGINS = `CREATE STREAM logins (
  number BIGINT NOT NULL, card VARCHAR NOT NULL, ok BOOLEAN NOT NULL, at TIMESTAMP NOT NULL,
  WATERMARK FOR at AS at - INTERVAL '10' SECOND
) WITH (key = 'card')`;

const keyed = (name: string, options: string, from: string, select: string, pattern: string) =>
  `CREATE RULE ${name} WITH (severity = 'high', notify = 'desk'${options}) AS
SELECT ${select} FROM ${from} MATCH_RECOGNIZE (PARTITION BY card ${pattern})`;

const testing = (most: number) =>
  keyed(
    ...(['testing', '', 'payments', 'cashout.card, COUNT(probe.*) AS probes, cashout.amount'] as const),
    `PATTERN (probe{2,} -> cashout) WITHIN INTERVAL '2' MINUTE EMIT EARLIEST
     DEFINE probe AS amount < ${most}, cashout AS amount > 500`,
  );

const QUIET = keyed(
  ...(['quiet', '', 'payments', 'probe.card, probe.id'] as const),
  `PATTERN (probe -> NOT cashout) WITHIN INTERVAL '20' SECOND
   DEFINE probe AS amount < 0.05, cashout AS amount > 500`,
);

const RISING = keyed(
  ...(['rising', '', 'payments', 'FIRST(card) AS card, LAST(amount) AS amount'] as const),
  `PATTERN (bottom up{4}) WITHIN INTERVAL '5' MINUTE
   DEFINE up AS amount > PREV(amount)`,
);

const takeover = (most: number) =>
  keyed(
    ...(['takeover', '', 'payments, logins', 'cashout.card, cashout.amount'] as const),
    `PATTERN (failed{2,} -> cashout) WITHIN INTERVAL '${most}' MINUTE EMIT EARLIEST
     DEFINE failed AS logins WHERE NOT ok, cashout AS payments WHERE amount > 500`,
  );

const OFTEN = keyed(
  ...([
    'often',
    ", suppress_by = 'card', suppress_for = '1 MINUTE'",
    'payments',
    'FIRST(card) AS card',
  ] as const),
  `PATTERN (large -> large) WITHIN INTERVAL '1' MINUTE
   DEFINE large AS amount > 500`,
);

const LARGE = `CREATE RULE large WITH (severity = 'low', notify = 'desk') AS
SELECT card, amount FROM payments WHERE amount > 980`;

const put = (at: number, path: string, body: string | object): Change => ({
  ...{ at, method: 'PUT', path, body },
  done: [200, 201],
});

/** What the streams and rules begin with, then changes of every kind at fixed places of the events. */
function changesOf(events: number): Change[] {
  const place = (share: number) => Math.floor(events * share);
  const act = (at: number, rule: string, verb: string): Change => ({
    ...{ at, method: 'POST', path: `/v1/rules/${rule}/${verb}`, done: [200] },
  });
  return [
    put(0, '/v1/streams/payments', PAYMENTS()),
    put(0, '/v1/streams/logins', LOGINS),
    put(0, '/v1/rules/testing', testing(2)),
    put(0, '/v1/rules/quiet', QUIET),
    put(0, '/v1/rules/takeover', takeover(2)),
    put(0, '/v1/rules/large', LARGE),
    put(place(0.1), '/v1/rules/rising', RISING),
    put(place(0.2), '/v1/rules/testing', testing(3)),
    put(place(0.3), '/v1/rules/often', OFTEN),
    act(place(0.4), 'quiet', 'pause'),
    act(place(0.5), 'quiet', 'resume'),
    { at: place(0.6), method: 'DELETE', path: '/v1/rules/large', done: [204, 404] },
    put(place(0.65), '/v1/rules/large', LARGE),
    put(place(0.75), '/v1/rules/takeover', takeover(1)),
    put(place(0.85), '/v1/streams/payments', PAYMENTS(', shop VARCHAR')),
  ];
}

/** So many events of two streams, the same for the same seed, and the rules that watch them. */
export function workloadOf(count: number, seed: number): Workload {
  const random = new Random(seed);
  const events = Array.from({ length: count }, (_, number): Event => {
    const card = random.chance(0.6) ? `hot ${random.below(HOT_CARDS)}` : `cold ${random.below(COLD_CARDS)}`;
    const common = { card, at: iso(number) };
    if (random.chance(0.15)) {
      return { number, stream: 'logins', data: { number, ...common, ok: random.chance(0.6) } };
    }
    const size = random.next();
    const amount = size < 0.25 ? 2.5 * random.next() : (size < 0.92 ? 500 : 1_000) * random.next();
    return { number, stream: 'payments', data: { id: `${number}`, ...common, amount } };
  });
  return { events, changes: changesOf(count), end: iso(count + 3_600_000 / PACE) };
}

function iso(number: number): string {
  return new Date(START + number * PACE).toISOString();
}
