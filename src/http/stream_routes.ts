import * as z from 'zod';
import { formatDuration } from '../event/duration.js';
import type { Type } from '../event/value.js';
import type { Catalog } from '../runtime/catalog.js';
import { RuntimeError } from '../runtime/error.js';
import type { StreamView } from '../runtime/views.js';
import { decodeCursor } from './cursor.js';
import { iso, page, pageOf, pageQuery, timeOut } from './page.js';
import { preconditionsOf } from './preconditions.js';
import { type Route, route } from './route.js';
import { ETAG, named, sql, warningSchema } from './shared_schemas.js';

const streamSchema = z
  .object({
    name: z.string(),
    declared: z
      .boolean()
      .meta({ description: 'False for a stream that was only posted to or read: any field may be read.' }),
    query: z
      .string()
      .nullable()
      .meta({ description: 'The canonical CREATE STREAM; null when it is not declared.' }),
    columns: z.array(z.object({ name: z.string(), type: z.string(), nullable: z.boolean() })),
    event_time: z
      .string()
      .nullable()
      .meta({ description: 'The column of the event time; null: the arrival.' }),
    delay: z.string().meta({
      description: 'How far the watermark stays behind the latest event time.',
      example: '2 SECONDS',
    }),
    key: z.array(z.string()),
    id: z.string().nullable().meta({ description: 'The column that tells repeats.' }),
    watermark: timeOut.nullable().meta({ description: 'Nothing before this time is waited for any more.' }),
    version: z.int(),
    created_at: timeOut,
    updated_at: timeOut,
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'Stream' });

const one = { description: 'The stream', schema: streamSchema, headers: ETAG };

/** Streams: put, get, list, delete. */
export function streamRoutes(catalog: Catalog): Route[] {
  return [
    route('get', '/v1/streams', {
      purpose: { id: 'listStreams', tag: 'Streams', summary: 'Every stream, by name' },
      query: pageQuery,
      responses: { 200: { description: 'A page of streams', schema: pageOf(streamSchema) } },
      problems: ['invalid_cursor'],
      handle: ({ query: { limit, cursor } }) => {
        const found = catalog.streams(decodeCursor('streams', cursor) ?? '', limit + 1);
        return { status: 200, body: page('streams', found, limit, ({ name }) => name, showStream) };
      },
    }),
    route('put', '/v1/streams/{name}', {
      purpose: {
        id: 'putStream',
        tag: 'Streams',
        summary: 'Declare a stream, or change it',
        description:
          'Nullable columns may be added, delay and options changed. The same declaration again changes nothing.',
      },
      params: named,
      bodies: {
        'application/sql': sql.meta({
          example: "CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE) WITH (key = 'card')",
        }),
        'application/json': z.strictObject({ query: z.string() }),
      },
      guarded: true,
      responses: { 200: one, 201: { ...one, description: 'The stream is new' } },
      problems: [
        'invalid_stream',
        'name_mismatch',
        'bad_name',
        'name_conflict',
        'incompatible_change',
        'limit_reached',
        'not_ready',
        'store_full',
      ],
      handle: async ({ params: { name }, body, headers, by }) => {
        const query = body.type === 'application/sql' ? body.value : body.value.query;
        const { stream, created } = await catalog.putStream(name, {
          query,
          ...preconditionsOf(headers),
          by,
        });
        return { status: created ? 201 : 200, body: showStream(stream), headers: { etag: stream.etag } };
      },
    }),
    route('get', '/v1/streams/{name}', {
      purpose: { id: 'getStream', tag: 'Streams', summary: 'One stream' },
      params: named,
      responses: { 200: one },
      problems: ['unknown_stream'],
      handle: ({ params: { name } }) => {
        const stream = catalog.stream(name);
        if (stream === null) throw new RuntimeError('unknown_stream', `there is no stream ${name}`);
        return { status: 200, body: showStream(stream), headers: { etag: stream.etag } };
      },
    }),
    route('delete', '/v1/streams/{name}', {
      purpose: { id: 'deleteStream', tag: 'Streams', summary: 'Delete a stream that no rule reads' },
      params: named,
      guarded: true,
      responses: { 204: { description: 'It is gone' } },
      problems: ['unknown_stream', 'stream_in_use', 'not_ready'],
      handle: async ({ params: { name }, headers, by }) => {
        await catalog.deleteStream(name, { ...preconditionsOf(headers), by });
        return { status: 204 };
      },
    }),
  ];
}

function showStream(view: StreamView): z.output<typeof streamSchema> {
  const { schema } = view;
  return {
    name: view.name,
    declared: view.declared,
    query: view.query,
    columns: schema.columns.map(({ name, type, nullable }) => ({ name, type: typeText(type), nullable })),
    event_time: schema.eventTime,
    delay: formatDuration(schema.delay),
    key: [...schema.key],
    id: schema.id,
    watermark: iso(view.watermark),
    version: view.version,
    created_at: iso(view.createdAt) ?? '',
    updated_at: iso(view.updatedAt) ?? '',
    warnings: [...view.warnings],
  };
}

function typeText(type: Type): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'ARRAY':
      return `ARRAY<${typeText(type.element)}>`;
    case 'ROW':
      return `ROW(${type.fields.map(({ name, type: field }) => `${name} ${typeText(field)}`).join(', ')})`;
    default:
      return type.kind;
  }
}
