import { type Context, withContext } from '../event/cloudevent.js';
import { type Decoded, decode } from '../event/decode.js';
import { JsonError, type JsonValue, MAX_VALUES, parseJson } from '../event/json.js';
import { Lines, type Span } from '../event/lines.js';
import { Scanner } from '../event/scanner.js';
import type { StreamSchema } from '../event/schema.js';

/** An event as the edge hands it over, or why it is none (a line that is no JSON): both count by index. */
export type Incoming =
  | {
      readonly json: JsonValue;
      /** Its JSON text as posted, on one line, where it is at hand; else it is written anew. */
      readonly text?: string;
      /** A CloudEvent's identity: equal texts for equal (source, id). */
      readonly id?: string;
      /** A CloudEvent's attributes, of which its stream may take some as columns. */
      readonly context?: Context;
    }
  | { readonly rejected: { readonly code: string; readonly message: string } };

/** An event that fits its stream. */
export interface Fitting {
  readonly decoded: Decoded;
  /** Its line in the log. */
  readonly line: string | Span;
  /** Whether the line is what was decoded: else it gives the same values, but for what JSON.stringify changes. */
  readonly isAsPosted: boolean;
  readonly id: string | undefined;
}

/** Why an event is not taken. */
export interface Unfit {
  readonly code: string;
  readonly message: string;
}

const scanners = new WeakMap<StreamSchema, Scanner>();

/** The events of a request under their stream's schema, one by one. */
export class Intake {
  readonly length: number;
  readonly #events: readonly Incoming[] | Lines;
  readonly #schema: StreamSchema;
  readonly #scanner: Scanner;

  constructor(events: readonly Incoming[] | Lines, schema: StreamSchema) {
    this.length = events.length;
    this.#events = events;
    this.#schema = schema;
    this.#scanner = scanners.get(schema) ?? new Scanner(schema);
    scanners.set(schema, this.#scanner);
  }

  /** The event at `index`. */
  read(index: number): Fitting | Unfit {
    const events = this.#events;
    return events instanceof Lines
      ? this.#readLine(events, index)
      : this.#readIncoming(events[index] as Incoming);
  }

  #readLine(lines: Lines, index: number): Fitting | Unfit {
    const span = lines.span(index);
    const scanned = this.#scanner.read(span);
    if (scanned !== null) return { decoded: scanned, line: span, isAsPosted: true, id: undefined };
    const text = lines.text(index);
    try {
      const json = parseJson(text, MAX_VALUES);
      this.#scanner.learn(json);
      return this.#decode(json, text.includes('\r') ? null : span, undefined);
    } catch (error) {
      if (error instanceof JsonError) return error;
      throw error;
    }
  }

  #readIncoming(event: Incoming): Fitting | Unfit {
    if ('rejected' in event) return event.rejected;
    const { text, id, context } = event;
    const json = context === undefined ? event.json : withContext(event.json, context, this.#schema);
    const isAsPosted = text !== undefined && json === event.json && !/[\r\n]/.test(text);
    return this.#decode(json, isAsPosted ? text : null, id);
  }

  #decode(json: JsonValue, posted: string | Span | null, id: string | undefined): Fitting | Unfit {
    const decoded = decode(json, this.#schema);
    if ('code' in decoded) return decoded;
    return { decoded, line: posted ?? JSON.stringify(json), isAsPosted: posted !== null, id };
  }
}

/** The length of a line of the log: in bytes, or in characters where only the text is at hand. */
export function lengthOf(line: string | Span): number {
  return typeof line === 'string' ? line.length : line.to - line.from;
}
