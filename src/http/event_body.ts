import { decodeUtf8, JsonError, parseJson } from '../event/json.js';
import type { Incoming } from '../runtime/ingest.js';
import { Problem } from './problem.js';
import { jsonOf } from './route.js';

/** How many events one request may bring. */
export const EVENTS_LIMIT = 100_000;

/** The events of an `application/json` body: one object, or an array of them. @throws Problem when it is not JSON, or empty */
export function eventsOfJson(body: Buffer): Incoming[] {
  const json = jsonOf(body);
  if (!Array.isArray(json)) return [{ json }];
  return checkCount(json.map((each) => ({ json: each })));
}

/**
 * The events of an `application/x-ndjson` body, one for each line that is not blank. A line that is no JSON is a rejected
 * event and spoils no other.
 * @throws Problem `empty_body`, `body_too_large`
 */
export function eventsOfLines(body: Buffer): Incoming[] {
  const incoming: Incoming[] = [];
  for (const line of linesOf(body)) {
    if (line instanceof JsonError) incoming.push(rejected(line));
    else if (line.trim() !== '') incoming.push(eventOf(line));
    if (incoming.length > EVENTS_LIMIT) break;
  }
  return checkCount(incoming);
}

function eventOf(line: string): Incoming {
  try {
    return { json: parseJson(line), text: line };
  } catch (error) {
    if (error instanceof JsonError) return rejected(error);
    throw error;
  }
}

function rejected({ code, message }: JsonError): Incoming {
  return { rejected: { code, message } };
}

function linesOf(body: Buffer): (string | JsonError)[] {
  try {
    return decodeUtf8(body).split('\n');
  } catch {
    // Only the lines that are not UTF-8 are refused.
    return splitBytes(body).map((line) => {
      try {
        return decodeUtf8(line);
      } catch {
        return new JsonError('invalid_utf8', 'the line is not valid UTF-8');
      }
    });
  }
}

function splitBytes(body: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = body.indexOf(0x0a); at >= 0; at = body.indexOf(0x0a, from)) {
    lines.push(body.subarray(from, at));
    from = at + 1;
  }
  lines.push(body.subarray(from));
  return lines;
}

/** @throws Problem `empty_body`, `body_too_large` */
export function checkCount(events: Incoming[]): Incoming[] {
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
