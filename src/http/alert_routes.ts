import * as z from 'zod';
import type { JsonValue } from '../event/json.js';
import type { AlertView, Reader } from '../runtime/reader.js';
import type { Delivery } from '../store/store.js';
import { decodeNumberCursor } from './cursor.js';
import { iso, page, pageOf, pageQuery, timeIn, timeOut } from './page.js';
import { type Route, route } from './route.js';

const listed = {
  id: z.string(),
  timestamp: timeOut.meta({ description: 'When the record arrived that made it final.' }),
  rule: z.string(),
  rule_version: z.int(),
  severity: z.string(),
  key: z.record(z.string(), z.unknown()),
  row: z.record(z.string(), z.unknown()).optional(),
  rows: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .meta({ description: 'Under ALL ROWS PER MATCH, instead of `row`.' }),
  suppressed: z.int().optional().meta({
    description: 'Of a rule that suppresses: how many alike were held back since the alert before.',
  }),
  window: z.object({ start: timeOut, end: timeOut }),
  erasure: z
    .int()
    .optional()
    .meta({ description: 'It was erased, by the erasure at this offset: it has no columns any more.' }),
};

const listedSchema = z.looseObject(listed).meta({ id: 'Alert' });
export const alertSchema = z
  .looseObject({
    ...listed,
    events: z
      .array(
        z.looseObject({
          variable: z.string().nullable(),
          stream: z.string(),
          offset: z.int(),
          time: timeOut,
          data: z.unknown(),
        }),
      )
      .meta({ description: 'The events that made it, with the pattern variable that each was taken as.' }),
  })
  .meta({ id: 'AlertWithEvents' });

const state = z.enum(['pending', 'retrying', 'delivered', 'dead']);

const deliverySchema = z
  .object({
    id: z.string(),
    alert: z.string(),
    rule: z.string(),
    destination: z.string(),
    state,
    created_at: timeOut,
    due_at: timeOut.nullable().meta({ description: 'When it is tried next; null when that is over.' }),
    attempts: z.array(
      z.object({
        at: timeOut,
        status: z.int().nullable(),
        error: z.string().nullable(),
        duration_ms: z.number(),
      }),
    ),
  })
  .meta({ id: 'Delivery' });

/** Which alerts are asked for. */
export const alertFilter = z.strictObject({
  rule: z.string().min(1).optional(),
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']).optional(),
  since: timeIn.optional().meta({ description: 'Only those whose `timestamp` is this or later.' }),
});

/** Alerts, and their deliveries. */
export function alertRoutes(reader: Reader): Route[] {
  return [
    route('get', '/v1/alerts', {
      purpose: { id: 'listAlerts', tag: 'Alerts', summary: 'Alerts, oldest first' },
      query: pageQuery.extend(alertFilter.shape),
      responses: {
        200: { description: 'A page of alerts, without their events', schema: pageOf(listedSchema) },
      },
      problems: ['invalid_cursor', 'store_unavailable'],
      handle: async ({ query: { limit, cursor, rule, severity, since } }) => {
        const found = await reader.alerts(decodeNumberCursor('alerts', cursor) ?? 0, limit + 1, {
          ...(rule === undefined ? {} : { rule }),
          ...(severity === undefined ? {} : { severity }),
          ...(since === undefined ? {} : { since }),
        });
        return { status: 200, body: page('alerts', found, limit, ({ sequence }) => sequence, showListed) };
      },
    }),
    route('get', '/v1/alerts/{id}', {
      purpose: { id: 'getAlert', tag: 'Alerts', summary: 'One alert, with the events that made it' },
      params: z.strictObject({ id: z.string().min(1).max(256) }),
      responses: { 200: { description: 'The alert', schema: alertSchema } },
      problems: ['unknown_alert', 'store_unavailable'],
      handle: async ({ params: { id } }) => ({ status: 200, body: showAlert(await reader.alert(id)) }),
    }),
    route('get', '/v1/deliveries', {
      purpose: {
        id: 'listDeliveries',
        tag: 'Alerts',
        summary: 'Deliveries and their attempts, oldest first',
      },
      query: pageQuery.extend({ destination: z.string().min(1).optional(), state: state.optional() }),
      responses: { 200: { description: 'A page of deliveries', schema: pageOf(deliverySchema) } },
      problems: ['invalid_cursor', 'store_unavailable'],
      handle: async ({ query: { limit, cursor, destination, state } }) => {
        const found = await reader.deliveries(decodeNumberCursor('deliveries', cursor) ?? 0, limit + 1, {
          ...(destination === undefined ? {} : { destination }),
          ...(state === undefined ? {} : { state }),
        });
        return {
          status: 200,
          body: page('deliveries', found, limit, ({ sequence }) => sequence, showDelivery),
        };
      },
    }),
    route('post', '/v1/deliveries/{id}/retry', {
      purpose: { id: 'retryDelivery', tag: 'Alerts', summary: 'Try a dead delivery again, from now on' },
      params: z.strictObject({ id: z.string().min(1).max(600) }),
      responses: { 202: { description: 'It is due now', schema: deliverySchema } },
      problems: ['unknown_delivery', 'not_retryable', 'store_unavailable'],
      handle: async ({ params: { id } }) => ({ status: 202, body: showDelivery(await reader.retry(id)) }),
    }),
  ];
}

/** The alert as its webhook tells it, `timestamp` beside what is in `data`. */
export function showAlert({
  body,
  timestamp,
}: Pick<AlertView, 'body' | 'timestamp'>): Record<string, JsonValue> {
  const { data } = body as { readonly data: { readonly [key: string]: JsonValue } };
  return { ...data, timestamp: iso(timestamp) };
}

function showListed(view: AlertView): Record<string, JsonValue> {
  const { events: _, ...rest } = showAlert(view);
  return rest;
}

function showDelivery(delivery: Delivery): z.output<typeof deliverySchema> {
  const { id, alert, rule, destination, state, attempts } = delivery;
  const over = state === 'delivered' || state === 'dead';
  return {
    id,
    alert,
    rule,
    destination,
    state,
    created_at: iso(delivery.created) ?? '',
    due_at: over ? null : iso(delivery.due),
    attempts: attempts.map(({ at, status, error, duration }) => ({
      at: iso(at) ?? '',
      status,
      error,
      duration_ms: duration,
    })),
  };
}
