import { Draws } from './draws.js';

/** The stream of the rows that measure the server. The event time is the arrival: no event is late. */
export const PAYMENTS = `CREATE STREAM payments (
  card VARCHAR NOT NULL, amount DOUBLE, country VARCHAR, channel VARCHAR, terminal VARCHAR, sent TIMESTAMP
) WITH (key = 'card')`;

export const RULES = 10;
/** Rules of the second kind need so many events for one match. */
const PROBES = 3;

/** Rule number `i`: the even ones look at one event, the odd ones keep partial matches of each card. */
export function paymentRule(i: number, notify: string): string {
  const head = `CREATE RULE rule_${i} WITH (notify = '${notify}') AS`;
  return i % 2 === 0
    ? `${head} SELECT card, amount FROM payments WHERE amount > 9000 AND channel = 'channel-${i}'`
    : `${head} SELECT cashout.card, COUNT(probe.*) AS probes, cashout.amount FROM payments MATCH_RECOGNIZE (
        PARTITION BY card
        PATTERN (probe{${PROBES},} -> cashout) WITHIN INTERVAL '10' MINUTE
        DEFINE
          probe AS amount < 2 AND country = 'C${i}',
          cashout AS amount > 9000 AND country = 'C${i}')`;
}

/** Events as NDJSON lines of about 136 bytes. */
export class Payments {
  readonly #draws = new Draws(5);
  #alarms = 0;

  /** Lines of which none completes a match; one in a hundred begins one. */
  lines(count: number): string[] {
    return Array.from({ length: count }, () => this.#ordinary());
  }

  /** Lines that make one match of one rule; the rules have their turns. */
  alarm(): string[] {
    const number = this.#alarms++;
    const rule = number % RULES;
    const card = `alarm ${String(number).padStart(13, '0')}`;
    const country = `C${rule}`;
    const last = line({ card, amount: 9_500, country, channel: `channel-${rule}` });
    if (rule % 2 === 0) return [last];
    return [
      ...Array.from({ length: PROBES }, () => line({ card, amount: 1.5, country, channel: 'web' })),
      last,
    ];
  }

  #ordinary(): string {
    const draws = this.#draws;
    const card = `4000 00${String(draws.below(100_000)).padStart(12, '0')}`;
    const cents = draws.below(100) === 0 ? draws.below(200) : 200 + draws.below(100_000);
    const country = `C${draws.below(RULES)}`;
    const channel = draws.below(2) === 0 ? 'web' : 'pos';
    return line({ card, amount: cents / 100, country, channel });
  }
}

function line(fields: { card: string; amount: number; country: string; channel: string }): string {
  return JSON.stringify({ ...fields, terminal: 'T-00817', sent: '2026-11-24T10:00:00.000Z' });
}
