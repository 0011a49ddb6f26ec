import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';
import { MAX_VALUES } from '../event/json.js';
import type { Events, Ingest } from '../runtime/ingest.js';
import type { Reader } from '../runtime/reader.js';
import {
  attributesText,
  BATCHED,
  eventsOfBatch,
  eventsOfBinary,
  eventsOfStructured,
  eventsType,
  isBinaryMode,
  STRUCTURED,
} from './cloudevent_body.js';
import { decodeNumberCursor, encodeCursor } from './cursor.js';
import { EVENTS_LIMIT, eventsOfJson, eventsOfLines, idempotencyKey } from './event_body.js';
import { iso, pageOf, pageQuery, timeIn, timeOut, wholeNumber } from './page.js';
import { Problem } from './problem.js';
import { type Route, route } from './route.js';
import { named } from './shared_schemas.js';

const event = z
  .looseObject({})
  .meta({ id: 'Event', example: { card: '4000', amount: 1.2, at: '2026-11-23T21:05:00Z' } });

const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1),
    source: z.string().min(1).meta({ description: '`source` and `id` together tell repeats.' }),
    type: z.string().min(1),
    time: z.string().optional().meta({ description: 'The event time, where `data` has none.' }),
    data: z.looseObject({}).meta({ description: "Its fields are the event's columns." }),
  })
  .meta({
    id: 'CloudEvent',
    example: {
      ...{ specversion: '1.0', id: '81', source: '/terminals/7', type: 'com.example.payment' },
      ...{ time: '2026-11-23T21:05:00Z', data: { card: '4000', amount: 1.2 } },
    },
  });

const postHeaders = z.object({
  'idempotency-key': z.string().min(1).max(255).optional().meta({
    description:
      'The whole request is taken once: a repeat within the window is answered with its events counted as duplicates, the same key with another body with 422.',
  }),
});

const postedSchema = z
  .object({
    accepted: z.int().meta({ description: 'Events that were appended to the log.' }),
    duplicates: z
      .int()
      .meta({ description: 'Repeats within the window: taken before, and not appended again.' }),
    rejected: z.array(z.object({ index: z.int(), code: z.string(), message: z.string() })),
    offsets: z.array(z.object({ partition: z.int(), first: z.int(), last: z.int() })),
    warnings: z.array(z.object({ code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Posted' });

const loggedSchema = z
  .object({
    partition: z.int(),
    offset: z.int(),
    arrival: timeOut,
    data: z.unknown().meta({ description: 'The event; null where it was erased.' }),
    erased: z.literal(true).optional(),
  })
  .meta({ id: 'LoggedEvent' });

/** Events of a stream: post, read the log, advance the watermark. */
export function eventRoutes(ingest: Ingest, reader: Reader): Route[] {
  return [
    route('post', '/v1/streams/{name}/events', {
      purpose: {
        id: 'postEvents',
        tag: 'Streams',
        summary: 'Post events',
        description:
          `One object, an array, or one object a line; at most ${EVENTS_LIMIT} events and 10 MiB, an event at most ${MAX_VALUES} values at any depth. The answer is 202 once the events are durable. ` +
          'A bad event is listed by its index and spoils no other, unless `atomic=true`. With an `Idempotency-Key` header the whole request is taken once. ' +
          "CloudEvents 1.0 are taken in all three modes of HTTP (binary: `ce-*` headers beside a JSON body): the fields of `data` are the event's columns, " +
          '`time` is the event time where `data` has none, a declared column `ce_x` takes the attribute `x`, and (`source`, `id`) tells repeats.',
      },
      params: named,
      query: z.strictObject({
        atomic: z.enum(['true', 'false']).optional().meta({ description: 'All or nothing.' }),
      }),
      bodies: {
        'application/json': z.union([event, z.array(event)]),
        'application/x-ndjson': z
          .string()
          .meta({ example: '{"card":"4000","amount":1.2}\n{"card":"4000","amount":900}\n' }),
        [STRUCTURED]: cloudEvent,
        [BATCHED]: z.array(cloudEvent),
      },
      headers: postHeaders,
      contentType: eventsType,
      raw: true,
      reserve: (bytes) => ingest.reserve(bytes),
      responses: {
        202: { description: 'At least one event was taken, and is durable', schema: postedSchema },
      },
      problems: [
        'unknown_stream',
        'bad_name',
        'limit_reached',
        'no_event_taken',
        'idempotency_key_reused',
        'not_ready',
        'store_full',
        'store_unavailable',
      ],
      handle: async ({ params: { name }, query, body, headers }) => {
        const key = idempotencyKey(headers['idempotency-key']);
        const events = await eventsOf(body.type, headers, body.bytes);
        const posted = await ingest.post(name, events, {
          atomic: query.atomic === 'true',
          ...(key === null ? {} : { idempotencyKey: key, digest: digestOf(headers, body.bytes) }),
        });
        const { accepted, duplicates, rejected, offsets } = posted;
        const warnings = posted.created ? { warnings: [undeclared(posted.stream)] } : {};
        return { status: 202, body: { accepted, duplicates, rejected, offsets, ...warnings } };
      },
    }),
    route('get', '/v1/streams/{name}/events', {
      purpose: { id: 'readEvents', tag: 'Streams', summary: 'Read the log of a stream, oldest first' },
      params: named,
      query: pageQuery.extend({
        from: wholeNumber(0, Number.MAX_SAFE_INTEGER)
          .optional()
          .meta({ description: 'The offset to begin at; else the oldest that is kept.' }),
      }),
      responses: {
        200: {
          description:
            'A page of events, shorter where those of other streams lie between; `next_cursor` is null at the end of the log',
          schema: pageOf(loggedSchema),
        },
      },
      problems: ['unknown_stream', 'trimmed', 'invalid_cursor', 'store_damaged', 'store_unavailable'],
      handle: async ({ params: { name }, query: { limit, cursor, from } }) => {
        if (cursor !== undefined && from !== undefined) {
          throw new Problem('invalid_parameter', 'from and cursor say both where to begin: give one of them');
        }
        const begin = decodeNumberCursor('events', cursor) ?? from ?? null;
        const { items, next, isEnd } = await reader.events(name, begin, limit);
        const shown = items.map(({ arrival, isErased, ...event }) => ({
          ...event,
          arrival: iso(arrival),
          ...(isErased ? { erased: true } : {}),
        }));
        return {
          status: 200,
          body: { items: shown, next_cursor: isEnd ? null : encodeCursor('events', next) },
        };
      },
    }),
    route('post', '/v1/streams/{name}/watermark', {
      purpose: {
        id: 'postWatermark',
        tag: 'Streams',
        summary: 'Say that nothing earlier will come',
        description: 'Appends a watermark to the log: deadlines before it fall due. Ends backfills.',
      },
      params: named,
      bodies: { 'application/json': z.strictObject({ time: timeIn }) },
      responses: {
        202: {
          description: 'It is in the log',
          schema: z.object({ stream: z.string(), watermark: timeOut }),
        },
      },
      problems: ['unknown_stream', 'too_far_ahead', 'not_ready', 'store_full', 'store_unavailable'],
      handle: async ({ params: { name }, body }) => {
        const { stream, watermark } = await ingest.watermark(name, body.value.time);
        return { status: 202, body: { stream, watermark: iso(watermark) } };
      },
    }),
  ];
}

async function eventsOf(type: string, headers: IncomingHttpHeaders, bytes: Buffer): Promise<Events> {
  switch (type) {
    case STRUCTURED:
      return eventsOfStructured(bytes);
    case BATCHED:
      return eventsOfBatch(bytes);
    case 'application/x-ndjson':
      return eventsOfLines(bytes);
    default:
      return isBinaryMode(headers) ? eventsOfBinary(headers, bytes) : eventsOfJson(bytes);
  }
}

/** What two requests must have in common to be the same: in binary mode a part of the event stands in the header. */
function digestOf(headers: IncomingHttpHeaders, bytes: Buffer): string {
  const hash = createHash('sha256').update(bytes);
  if (isBinaryMode(headers)) hash.update(attributesText(headers));
  return hash.digest('base64url');
}

function undeclared(stream: string): { code: string; message: string } {
  return {
    code: 'stream_created',
    message: `the stream ${stream} was not known and is made now, without a declaration: its events are not checked, and their time is their arrival`,
  };
}
