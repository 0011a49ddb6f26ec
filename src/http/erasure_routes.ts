import * as z from 'zod';
import type { Erasure } from '../runtime/erasure.js';
import { erasureKey } from '../runtime/erasure.js';
import type { Erasures } from '../runtime/erasures.js';
import { decodeCursor } from './cursor.js';
import { iso, page, pageOf, pageQuery, timeOut } from './page.js';
import { type Route, route } from './route.js';
import { named } from './shared_schemas.js';

const erasureSchema = z
  .object({
    partition: z.int(),
    offset: z.int().meta({ description: 'Its place in the log: what lies before is erased.' }),
    stream: z.string(),
    columns: z.array(z.string()).meta({ description: 'What the key was made of; its values are not kept.' }),
    requested_at: timeOut,
    requested_by: z.string().nullable().meta({ description: 'The name of the API key; null without keys.' }),
    finished_at: timeOut
      .nullable()
      .meta({ description: 'Null: log and alerts are still being gone through.' }),
    events: z.int().nullable().meta({ description: 'Events that were erased; null until it is finished.' }),
    alerts: z.int().nullable().meta({ description: 'Alerts that were erased; null until it is finished.' }),
  })
  .meta({ id: 'Erasure' });

const answer = z.object({ items: z.array(erasureSchema) });

/** Erasing a subject's events, and what became of it. */
export function erasureRoutes(erasures: Erasures): Route[] {
  return [
    route('delete', '/v1/streams/{name}/events', {
      purpose: {
        id: 'eraseEvents',
        tag: 'Streams',
        summary: "Erase a subject's events",
        description:
          'Erases the events that have this key and are in the log now: their data, what rules hold of them, and what alerts show of them. ' +
          'Offsets and times stay; an erased alert has the type `alert.erased`, no columns, and no data of those events. ' +
          'Once it is answered it will be carried out, whatever happens to the server: 200 when all of it is, 202 while log and alerts are still being gone through.',
      },
      params: named,
      query: z.strictObject({
        key: z.string().min(1).max(8_192).meta({
          description:
            "The value of the stream's key column, as it is; or, for several columns and for streams without a key, a JSON object of columns and values.",
          example: '4000 1234',
        }),
      }),
      responses: {
        200: { description: 'It is carried out, in each partition', schema: answer },
        202: { description: 'It is in the log, and will be carried out', schema: answer },
      },
      problems: ['unknown_stream', 'bad_key', 'not_ready', 'store_full', 'store_unavailable'],
      handle: async ({ params: { name }, query: { key }, by }) => {
        const found = await erasures.erase(name, key, by);
        const isDone = found.every(({ finishedAt }) => finishedAt !== null);
        return { status: isDone ? 200 : 202, body: { items: found.map(show) } };
      },
    }),
    route('get', '/v1/erasures', {
      purpose: { id: 'listErasures', tag: 'Streams', summary: 'What was erased, oldest first' },
      query: pageQuery,
      responses: { 200: { description: 'A page of erasures', schema: pageOf(erasureSchema) } },
      problems: ['invalid_cursor', 'store_unavailable'],
      handle: async ({ query: { limit, cursor } }) => {
        const found = await erasures.list(decodeCursor('erasures', cursor) ?? '', limit + 1);
        return { status: 200, body: page('erasures', found, limit, erasureKey, show) };
      },
    }),
  ];
}

function show(erasure: Erasure): z.output<typeof erasureSchema> {
  const { partition, offset, stream, columns, by, finishedAt } = erasure;
  const isDone = finishedAt !== null;
  return {
    ...{ partition, offset, stream, columns: [...columns] },
    requested_at: iso(erasure.requestedAt) ?? '',
    requested_by: by,
    finished_at: iso(finishedAt),
    ...{ events: isDone ? erasure.events : null, alerts: isDone ? erasure.alerts : null },
  };
}
