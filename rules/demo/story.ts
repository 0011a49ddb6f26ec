import { styleText } from 'node:util';
import type { Alert } from './receiver.js';

/** An alert as a person wants to read it: what happened, and the events that made it. */
export function tell(alert: Alert, colour: boolean): string {
  const { rule, row, events } = alert.data;
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(format, text) : text;
  const clock = (time: string) => time.slice(11, 19);
  const head = (name: string, text: string) => `${paint(['bold', 'red'], name.padEnd(18))} ${text}`;
  const detail = (text: string) => `${' '.repeat(19)}${paint('dim', text)}`;
  const money = (amount: unknown) => Number(amount).toFixed(2);
  switch (rule) {
    case 'aftershocks': {
      const quakes = events.map(
        ({ time, data }) => `M${Number(data['mag']).toFixed(1)} ${time.slice(5, 16).replace('T', ' ')}`,
      );
      return [
        head(
          'EARTHQUAKES',
          `M${Number(row['mag']).toFixed(1)} ${String(row['place'])}, then two more within a day`,
        ),
        detail(
          `${quakes[0]}, then ${quakes[1]} (${row['second_km']} km away), ${quakes[2]} (${row['third_km']} km away)`,
        ),
      ].join('\n');
    }
    case 'card_testing': {
      const probes = events
        .filter(({ variable }) => variable === 'probe')
        .map(({ data }) => money(data['amount']));
      return [
        head(
          'CARD TESTING',
          `card ${row['card']}: ${probes.length} tries, then ${money(row['amount'])} at ${row['merchant']}`,
        ),
        detail(
          `tries of ${probes.join(', ')} from ${clock(events[0]!.time)}, cashed out at ${clock(events.at(-1)!.time)}`,
        ),
      ].join('\n');
    }
    case 'impossible_travel':
      return [
        head(
          'IMPOSSIBLE TRAVEL',
          `card ${row['card']}: ${row['from_city']}, then ${row['to_city']}, ${row['km']} km away`,
        ),
        detail(
          events
            .map(({ time, data }) => `${clock(time)} ${money(data['amount'])} at ${data['merchant']}`)
            .join(', then '),
        ),
      ].join('\n');
    case 'merchant_burst':
      return [
        head(
          'MERCHANT BURST',
          `card ${row['card']}: ${row['merchants']} merchants in two minutes, ${money(row['total'])} in all`,
        ),
        detail(events.map(({ time, data }) => `${clock(time)} ${money(data['amount'])}`).join(', ')),
      ].join('\n');
    default:
      return head(rule, JSON.stringify(row));
  }
}

/** The alert as the answer files name it: the rule and the ids of its events. */
export function identity(alert: Alert): string {
  return [alert.data.rule, ...alert.data.events.map(({ data }) => String(data['id']))].join(' ');
}
