import type { ServerResponse } from 'node:http';
import { Counter, Gauge, type Registry } from 'prom-client';
import * as z from 'zod';
import { RuntimeError } from '../runtime/error.js';
import type { LiveAlerts, LiveFeed } from '../runtime/live.js';
import type { AlertView, Reader } from '../runtime/reader.js';
import { alertFilter, showAlert } from './alert_routes.js';
import { decodeNumberCursor, encodeCursor } from './cursor.js';
import { EVENT_STREAM, EventStream } from './event_stream.js';
import { pageQuery } from './page.js';
import { Problem } from './problem.js';
import { type Route, route } from './route.js';

/** How long a feed is silent before it shows that it lives, in milliseconds. */
const HEARTBEAT = 15_000;
/** How long a client waits before it comes back, in milliseconds. */
const RETRY = 2_000;

export interface LiveRouteParts {
  readonly live: LiveAlerts;
  readonly reader: Reader;
  /** How long a client may take nothing before it is dropped, in milliseconds. */
  readonly patience: number;
  readonly registry: Registry;
}

/** Why a feed ended, as the last event says it. */
interface Ending {
  readonly reason: 'slow_reader' | 'stopping' | 'store_unavailable' | 'failed';
  readonly message: string;
}

/** Alerts as they happen, as server-sent events. */
export function liveRoute({ live, reader, patience, registry }: LiveRouteParts): Route {
  const ended = new Counter({
    name: 'tocsin_live_feeds_ended_total',
    help: 'Live feeds that ended, by why; `gone`: the client went away.',
    labelNames: ['reason'],
    registers: [registry],
  });
  new Gauge({
    name: 'tocsin_live_feeds',
    help: 'Live feeds that are open.',
    registers: [registry],
    collect() {
      this.set(live.open);
    },
  });

  const stream = async (response: ServerResponse, feed: LiveFeed): Promise<void> => {
    const out = new EventStream(response, patience);
    out.gone.addEventListener('abort', () => feed.close());
    try {
      const ending = await follow(feed, out);
      ended.inc({ reason: ending?.reason ?? 'gone' });
      if (ending !== null) await out.end({ event: 'closed', data: JSON.stringify(ending) });
    } finally {
      feed.close();
    }
  };

  return route('get', '/v1/alerts/live', {
    purpose: {
      id: 'followAlerts',
      tag: 'Alerts',
      summary: 'Alerts as they happen',
      description:
        'Server-sent events: `event: alert`, its `data` the alert as GET /v1/alerts/{id} shows it, its `id` a cursor of the list of alerts. ' +
        'It begins with what comes next, with `since` at that time, and behind the alert of `Last-Event-ID` (or `cursor`) without a gap and without repeats. ' +
        'A comment comes after 15 seconds of silence. `event: closed` with `{reason, message}` is the last one where the server ends it ' +
        '(`stopping`, `slow_reader`, `store_unavailable`): connect again and go on.',
    },
    query: pageQuery.omit({ limit: true }).extend(alertFilter.shape),
    headers: z.object({
      'last-event-id': z
        .string()
        .optional()
        .meta({ description: 'The `id` of the last event that was seen.' }),
    }),
    responses: {
      200: { description: 'Events, without an end', schema: z.string(), type: EVENT_STREAM },
    },
    problems: ['invalid_cursor', 'overloaded', 'store_unavailable'],
    handle: async ({ query: { cursor, rule, severity, since }, headers }) => {
      // An EventSource comes back with the URL it began with: its header is the newer word.
      const seen = headers['last-event-id'];
      const last = decodeNumberCursor('alerts', typeof seen === 'string' && seen !== '' ? seen : cursor);
      const after = last ?? (since === undefined ? null : 0);
      if (last !== null) await checkKnown(reader, last);
      const filter = {
        ...(rule === undefined ? {} : { rule }),
        ...(severity === undefined ? {} : { severity }),
        ...(since === undefined ? {} : { since }),
      };
      return {
        status: 200,
        headers: { 'content-type': EVENT_STREAM },
        stream: async (response) => stream(response, await live.begin(after, filter)),
      };
    },
  });
}

/** A cursor past the newest alert is of another store, or of what a crash took: waiting there would be silence for good. */
async function checkKnown(reader: Reader, last: number): Promise<void> {
  if (last === 0 || (await reader.alerts(last - 1, 1, {})).length > 0) return;
  throw new Problem('invalid_cursor', 'no alert of this server has that cursor: begin anew without one');
}

/** Sends alerts until one side ends it; null: the client has gone. */
async function follow(feed: LiveFeed, out: EventStream): Promise<Ending | null> {
  try {
    // A client that is cut off before its first alert resumes here too.
    let isTaken = await out.send({ retry: RETRY, id: encodeCursor('alerts', feed.position) });
    while (isTaken && !feed.isClosed) {
      const alerts = await feed.next(HEARTBEAT);
      if (alerts.length === 0 && !feed.isClosed) isTaken = await out.heartbeat();
      for (const alert of alerts) {
        if (isTaken) isTaken = await out.send(eventOf(alert));
      }
    }
  } catch (error) {
    return failed(error);
  }
  if (out.gone.aborted) return null;
  if (feed.isClosed) return { reason: 'stopping', message: 'the server is stopping: connect again' };
  const message = 'nothing was taken for too long: connect again with the last id, and nothing is missed';
  return { reason: 'slow_reader', message };
}

function eventOf(alert: AlertView) {
  return {
    id: encodeCursor('alerts', alert.sequence),
    event: 'alert',
    data: JSON.stringify(showAlert(alert)),
  };
}

function failed(error: unknown): Ending {
  if (error instanceof RuntimeError && error.code === 'store_unavailable') {
    return { reason: 'store_unavailable', message: error.message };
  }
  return { reason: 'failed', message: 'the feed cannot go on: connect again' };
}
