import { setTimeout as wait } from 'node:timers/promises';
import { EXIT } from '../terminal.js';
import { Unreachable } from './connection.js';
import { EventSource } from './event-source.js';
import type { Call } from './group.js';
import { pairs } from './listing.js';
import { wholeNumber } from './pages.js';
import { type JsonObject, ProblemAnswer } from './problem.js';

/** Milliseconds before the next connection, where the server did not say; each failure doubles it up to the second. */
const RETRY = 2_000;
const LONGEST = 30_000;

/** Shows alerts as they happen; over broken connections too, each once. */
export async function follow(call: Call): Promise<number> {
  const { connection, options, listing } = call;
  const { rule, severity, since, cursor } = options;
  const limit = wholeNumber(options['limit'], '--limit') ?? Number.POSITIVE_INFINITY;
  let last: string | null = null;
  let seen = 0;
  let retry = RETRY;
  let failures = 0;
  for (;;) {
    try {
      const response = await connection.open('GET', '/v1/alerts/live', {
        query: { rule, severity, since, cursor },
        headers: { accept: 'text/event-stream', ...(last === null ? {} : { 'last-event-id': last }) },
      });
      const source = new EventSource(response, connection.server);
      let why = 'the server ended the feed';
      try {
        for await (const { event, data } of source.events()) {
          failures = 0;
          last = source.lastId;
          if (event === 'closed') why = String((JSON.parse(data) as JsonObject)['message'] ?? why);
          if (event !== 'alert') continue;
          await listing.happened(JSON.parse(data) as JsonObject, lineOf);
          seen++;
          if (seen >= limit) return EXIT.ok;
        }
      } finally {
        last = source.lastId ?? last;
        retry = source.retry ?? retry;
      }
      call.say(`${why}; connecting again`);
    } catch (error) {
      const isPassing =
        error instanceof Unreachable || (error instanceof ProblemAnswer && error.status >= 429);
      // Who never had a connection is told at once that there is none.
      if (!isPassing || last === null) throw error;
      call.say(`${error.message}; connecting again`);
    }
    failures++;
    await wait(Math.min(LONGEST, retry * 2 ** (failures - 1)));
  }
}

function lineOf({ timestamp, severity, rule, key, row, rows }: JsonObject): string {
  const found = rows === undefined ? pairs(row) : JSON.stringify(rows);
  return [String(timestamp), String(severity).padEnd(8), String(rule), pairs(key), found]
    .filter((part) => part !== '')
    .join('  ');
}
