import * as z from 'zod';
import type { Destinations, DestinationView } from '../runtime/destinations.js';
import { RuntimeError } from '../runtime/error.js';
import { decodeCursor } from './cursor.js';
import { iso, page, pageOf, pageQuery, timeOut } from './page.js';
import { preconditionsOf } from './preconditions.js';
import { type Route, route } from './route.js';
import { ETAG, named } from './shared_schemas.js';

const destinationBody = z.strictObject({
  type: z.literal('webhook'),
  url: z.string().max(2_048).meta({ example: 'https://alerts.example.com/hook' }),
  secret: z.string().max(200).optional().meta({
    description:
      '`whsec_` and 24 to 64 bytes as base64 (Standard Webhooks). Without one it is made, and shown in this answer only.',
    writeOnly: true,
  }),
  headers: z.record(z.string(), z.string()).optional().meta({ description: 'Sent with every post.' }),
  timeout: z.string().optional().meta({ example: '15 SECONDS' }),
  server_alerts: z.boolean().optional().meta({
    description:
      "Whether the server's own alerts go here too, those of the rule `tocsin`: a destination was disabled.",
  }),
  retry: z
    .strictObject({ schedule: z.array(z.string()).max(50) })
    .optional()
    .meta({
      description: 'The waits before each further attempt.',
      example: { schedule: ['5 SECONDS', '5 MINUTES'] },
    }),
});

const shown = {
  name: z.string(),
  type: z.literal('webhook'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  timeout: z.string(),
  retry: z.object({ schedule: z.array(z.string()) }),
  server_alerts: z.boolean(),
  disabled: z
    .object({ reason: z.string(), since: timeOut })
    .nullable()
    .meta({ description: 'Why nothing is sent any more, or null. `enable`, or a PUT, ends it.' }),
  created_at: timeOut,
  updated_at: timeOut,
};

const destinationSchema = z.object(shown).meta({ id: 'Destination' });
const putSchema = z
  .object({
    ...shown,
    secret: z
      .string()
      .optional()
      .meta({ description: 'Only when it was made just now: it is not shown again.' }),
  })
  .meta({ id: 'DestinationPut' });

const outcomeSchema = z
  .object({
    delivered: z.boolean(),
    status: z.int().nullable().meta({ description: 'What the receiver answered; null: nothing.' }),
    error: z.string().nullable(),
    duration_ms: z.number(),
    answer: z.string().nullable().meta({ description: "The beginning of the answer's body." }),
  })
  .meta({ id: 'TestOutcome' });

/** Destinations: put, get, list, delete, and a test alert. */
export function destinationRoutes(destinations: Destinations): Route[] {
  return [
    route('get', '/v1/destinations', {
      purpose: { id: 'listDestinations', tag: 'Destinations', summary: 'Every destination, by name' },
      query: pageQuery,
      responses: { 200: { description: 'A page of destinations', schema: pageOf(destinationSchema) } },
      problems: ['invalid_cursor', 'store_unavailable'],
      handle: async ({ query: { limit, cursor } }) => {
        await destinations.catchUp();
        const found = destinations.list(decodeCursor('destinations', cursor) ?? '', limit + 1);
        return { status: 200, body: page('destinations', found, limit, ({ name }) => name, showDestination) };
      },
    }),
    route('put', '/v1/destinations/{name}', {
      purpose: {
        id: 'putDestination',
        tag: 'Destinations',
        summary: 'Add a destination, or change it',
        description:
          'Alerts are posted as Standard Webhooks. A new secret leaves the one before valid for a while.',
      },
      params: named,
      bodies: { 'application/json': destinationBody },
      confidential: true,
      guarded: true,
      responses: {
        200: { description: 'The destination', schema: putSchema, headers: ETAG },
        201: { description: 'The destination is new', schema: putSchema, headers: ETAG },
      },
      problems: [
        'bad_name',
        'bad_option',
        'bad_destination',
        'name_conflict',
        'limit_reached',
        'not_ready',
        'store_full',
        'store_unavailable',
      ],
      handle: async ({ params: { name }, body, headers }) => {
        const { type, url, secret, headers: sent, timeout, retry, server_alerts: serverAlerts } = body.value;
        const put = await destinations.put(name, {
          type,
          url,
          ...(secret === undefined ? {} : { secret }),
          ...(sent === undefined ? {} : { headers: sent }),
          ...(timeout === undefined ? {} : { timeout }),
          ...(retry === undefined ? {} : { retry }),
          ...(serverAlerts === undefined ? {} : { serverAlerts }),
          ...preconditionsOf(headers),
        });
        return {
          status: put.created ? 201 : 200,
          body: {
            ...showDestination(put.destination),
            ...(put.secret === null ? {} : { secret: put.secret }),
          },
          headers: { etag: put.destination.etag, 'cache-control': 'no-store' },
        };
      },
    }),
    route('get', '/v1/destinations/{name}', {
      purpose: { id: 'getDestination', tag: 'Destinations', summary: 'One destination, without its secret' },
      params: named,
      responses: { 200: { description: 'The destination', schema: destinationSchema, headers: ETAG } },
      problems: ['unknown_destination', 'store_unavailable'],
      handle: async ({ params: { name } }) => {
        await destinations.catchUp();
        const destination = destinations.get(name);
        if (destination === null)
          throw new RuntimeError('unknown_destination', `there is no destination ${name}`);
        return { status: 200, body: showDestination(destination), headers: { etag: destination.etag } };
      },
    }),
    route('delete', '/v1/destinations/{name}', {
      purpose: {
        id: 'deleteDestination',
        tag: 'Destinations',
        summary: 'Delete a destination that no rule notifies',
      },
      params: named,
      guarded: true,
      responses: { 204: { description: 'It is gone' } },
      problems: ['unknown_destination', 'destination_in_use', 'not_ready', 'store_unavailable'],
      handle: async ({ params: { name }, headers }) => {
        await destinations.delete(name, preconditionsOf(headers));
        return { status: 204 };
      },
    }),
    route('post', '/v1/destinations/{name}/enable', {
      purpose: {
        id: 'enableDestination',
        tag: 'Destinations',
        summary: 'Send to a disabled destination again',
        description:
          'It is as it was. What became dead meanwhile is sent again by POST /v1/deliveries/{id}/retry.',
      },
      params: named,
      guarded: true,
      responses: { 200: { description: 'The destination', schema: destinationSchema, headers: ETAG } },
      problems: ['unknown_destination', 'not_ready', 'store_full', 'store_unavailable'],
      handle: async ({ params: { name }, headers }) => {
        const destination = await destinations.enable(name, preconditionsOf(headers));
        return { status: 200, body: showDestination(destination), headers: { etag: destination.etag } };
      },
    }),
    route('post', '/v1/destinations/{name}/test', {
      purpose: { id: 'testDestination', tag: 'Destinations', summary: 'Send a signed test alert now' },
      params: named,
      responses: { 200: { description: 'What came back', schema: outcomeSchema } },
      problems: ['unknown_destination', 'not_ready', 'store_unavailable'],
      handle: async ({ params: { name } }) => {
        const { status, error, duration, answer } = await destinations.test(name);
        const delivered = status !== null && status >= 200 && status < 300;
        return { status: 200, body: { delivered, status, error, duration_ms: duration, answer } };
      },
    }),
  ];
}

function showDestination(view: DestinationView): object {
  const { name, type, url, headers, timeout, retry, disabled, serverAlerts } = view;
  return {
    name,
    type,
    url,
    headers,
    timeout,
    retry,
    server_alerts: serverAlerts,
    disabled: disabled === null ? null : { reason: disabled.reason, since: iso(disabled.since) },
    created_at: iso(view.createdAt),
    updated_at: iso(view.updatedAt),
  };
}
