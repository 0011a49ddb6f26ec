import type { IncomingHttpHeaders } from 'node:http';
import {
  type CloudEvent,
  type CloudEventRefusal,
  type Context,
  cloudEventFrom,
  cloudEventOf,
  identityOf,
  isJsonType,
} from '../event/cloudevent.js';
import type { Incoming } from '../runtime/intake.js';
import { checkCount, eventsOfArray, isArray } from './event_body.js';
import { mediaType } from './media_type.js';
import { Problem } from './problem.js';
import { jsonOf, textOf } from './route.js';

/** One CloudEvent as JSON, and an array of them (CloudEvents 1.0.2, HTTP Protocol Binding, 3.2 and 3.3). */
export const STRUCTURED = 'application/cloudevents+json';
export const BATCHED = 'application/cloudevents-batch+json';

const PREFIX = 'ce-';
/** One of these makes a request a CloudEvent in binary mode, and then all must be there. */
const TELLING = ['ce-specversion', 'ce-id', 'ce-source', 'ce-type'];

/** Whether a request is a CloudEvent in binary mode (HTTP Protocol Binding, 3.1): attributes in the header, data in the body. */
export function isBinaryMode(headers: IncomingHttpHeaders): boolean {
  const isOtherMode = /^\s*application\/cloudevents/i.test(headers['content-type'] ?? '');
  return !isOtherMode && TELLING.some((name) => headers[name] !== undefined);
}

/**
 * What the body of a request for events is read as: in binary mode every JSON type is JSON.
 * @throws Problem `unsupported_media_type`
 */
export function eventsType(headers: IncomingHttpHeaders): string | undefined {
  const type = headers['content-type'];
  if (!isBinaryMode(headers)) return type;
  if (isJsonType(mediaType(type) ?? '')) return 'application/json';
  throw new Problem(
    'unsupported_media_type',
    'the data of a CloudEvent is one JSON object here: its Content-Type is application/json, or one that ends in +json',
    { headers: { accept: 'application/json' } },
  );
}

/** The event of a structured body. */
export function eventsOfStructured(body: Buffer): Incoming[] {
  return [incoming(cloudEventOf(jsonOf(body)))];
}

/** The events of a batched body; there may be none. A bad one spoils no other. @throws Problem `invalid_body` */
export async function eventsOfBatch(body: Buffer): Promise<Incoming[]> {
  if (!isArray(body)) {
    jsonOf(body);
    const message = `a batch of CloudEvents is a JSON array; one alone is ${STRUCTURED}`;
    throw new Problem('invalid_body', message, { errors: [{ code: 'no_array', message, pointer: '' }] });
  }
  const events = await eventsOfArray(body, (json) => incoming(cloudEventOf(json)));
  return events.length === 0 ? [] : checkCount(events);
}

/** The event of a request in binary mode. */
export function eventsOfBinary(headers: IncomingHttpHeaders, body: Buffer): Incoming[] {
  const context = contextOf(headers);
  if ('code' in context) return [{ rejected: context }];
  if (body.length === 0) return [incoming(cloudEventFrom(context, null))];
  const text = textOf(body);
  return [incoming(cloudEventFrom(context, jsonOf(body)), text)];
}

/** The attributes in a request's header, as text in a fixed order: what tells one event in binary mode from another. */
export function attributesText(headers: IncomingHttpHeaders): string {
  const names = Object.keys(headers).filter((name) => name.startsWith(PREFIX));
  return JSON.stringify(names.sort().map((name) => [name, headers[name]]));
}

function contextOf(headers: IncomingHttpHeaders): Context | CloudEventRefusal {
  const context = new Map<string, string>();
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(PREFIX) || typeof value !== 'string') continue;
    const text = unescaped(value);
    if (text === null) {
      const message = `the header ${header.slice(0, 60)} is not percent-encoded UTF-8 (RFC 3986, 2.1)`;
      return { code: 'invalid_attribute', message };
    }
    context.set(header.slice(PREFIX.length), text);
  }
  // The attribute is the Content-Type itself.
  context.delete('datacontenttype');
  const type = headers['content-type'];
  return type === undefined ? context : context.set('datacontenttype', type);
}

/** A header's value: quotes off (RFC 9110, 5.6.4), then one round of percent-decoding; null where that gives no UTF-8 (3.1.3.2). */
function unescaped(value: string): string | null {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value.trim())?.[1];
  const text = quoted === undefined ? value.trim() : quoted.replaceAll(/\\(.)/g, '$1');
  // Bytes past ASCII come from Node as Latin-1: what they were meant to be is not known.
  if (/[^\t\x20-\x7e]/.test(text)) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function incoming(event: CloudEvent | CloudEventRefusal, text?: string): Incoming {
  if ('code' in event) return { rejected: event };
  const { context, data } = event;
  return { json: data, id: identityOf(context), context, ...(text === undefined ? {} : { text }) };
}
