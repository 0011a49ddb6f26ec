import { isUtf8 } from 'node:buffer';
import { decodeUtf8, elementsOf, JsonError, type JsonValue, MAX_VALUES, parseJson } from '../event/json.js';
import { Lines } from '../event/lines.js';
import type { Events } from '../runtime/ingest.js';
import type { Incoming } from '../runtime/intake.js';
import { Slice } from '../runtime/slice.js';
import { Problem } from './problem.js';
import { asProblem, textOf } from './route.js';

/** How many events one request may bring. */
export const EVENTS_LIMIT = 100_000;

/** The events of an `application/json` body: one object, or an array of them. @throws Problem when it is not JSON, or empty */
export async function eventsOfJson(body: Buffer): Promise<Incoming[]> {
  if (isArray(body)) return checkCount(await eventsOfArray(body, (json, text) => ({ json, text })));
  const text = textOf(body);
  try {
    return [{ json: parseJson(text, MAX_VALUES), text }];
  } catch (error) {
    throw asProblem(error, text);
  }
}

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** Whether the JSON of a body is an array, if it is JSON at all. */
export function isArray(body: Buffer): boolean {
  const isMarked = body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  let at = isMarked ? BYTE_ORDER_MARK.length : 0;
  while (body[at] === 0x20 || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09) at++;
  return body[at] === 0x5b;
}

/**
 * What the elements of a JSON array are as events; one more than the limit when there are too many. Others get their turn
 * while it is read.
 * @throws Problem when it is no array
 */
export async function eventsOfArray(
  body: Buffer,
  eventOf: (json: JsonValue, text: string) => Incoming,
): Promise<Incoming[]> {
  const text = textOf(body);
  const incoming: Incoming[] = [];
  const slice = new Slice();
  try {
    for (const element of elementsOf(text)) {
      const own = element.trim();
      incoming.push(eventOf(parseJson(own, MAX_VALUES), own));
      if (incoming.length > EVENTS_LIMIT) break;
      if (slice.isOver) await slice.next();
    }
  } catch (error) {
    throw asProblem(error, text);
  }
  return incoming;
}

/**
 * The events of an `application/x-ndjson` body, one for each line that is not blank. A line that is no JSON is a rejected
 * event and spoils no other.
 * @throws Problem `empty_body`, `body_too_large`
 */
export async function eventsOfLines(body: Buffer): Promise<Events> {
  if (isUtf8(body)) return checkCount(new Lines(body, EVENTS_LIMIT));
  // Only the lines that are not UTF-8 are refused.
  const incoming: Incoming[] = [];
  const slice = new Slice();
  for (let from = 0, end = 0; end >= 0 && incoming.length <= EVENTS_LIMIT; from = end + 1) {
    end = body.indexOf(LINE_FEED, from);
    const line = lineOf(body.subarray(from, end < 0 ? undefined : end));
    if (line instanceof JsonError) incoming.push(rejected(line));
    else if (line.trim() !== '') incoming.push(eventOf(line));
    if (slice.isOver) await slice.next();
  }
  return checkCount(incoming);
}

function eventOf(line: string): Incoming {
  try {
    return { json: parseJson(line, MAX_VALUES), text: line };
  } catch (error) {
    if (error instanceof JsonError) return rejected(error);
    throw error;
  }
}

function rejected({ code, message }: JsonError): Incoming {
  return { rejected: { code, message } };
}

function lineOf(bytes: Buffer): string | JsonError {
  try {
    return decodeUtf8(bytes);
  } catch {
    return new JsonError('invalid_utf8', 'the line is not valid UTF-8');
  }
}

/** @throws Problem `empty_body`, `body_too_large` */
export function checkCount<T extends Events>(events: T): T {
  if (events.length === 0) throw new Problem('empty_body', 'the body holds no event');
  if (events.length > EVENTS_LIMIT) {
    throw new Problem(
      'body_too_large',
      `a request brings at most ${EVENTS_LIMIT} events: send several smaller ones`,
    );
  }
  return events;
}

/** An Idempotency-Key's text. @throws Problem `invalid_parameter` */
export function idempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && header.length > 0 && header.length <= 255) return header;
  throw new Problem(
    'invalid_parameter',
    'the Idempotency-Key must be given once and have 1 to 255 characters',
  );
}
