import type { Span } from '../event/lines.js';
import type { LogEntry, LogRecord } from '../store/store.js';
import type { ErasureChange, RuleChange, StreamChange, TimeChange } from './change.js';

/**
 * What a log record says. Every payload begins with one byte, the version of its form. Form 1: an event batch is the length
 * of the stream's name (two bytes, big endian), the name, then the events as NDJSON, where an array stands for an event that
 * was erased (`tombstone.ts`); everything else is JSON. All UTF-8.
 */
export type Decoded =
  | { readonly kind: 'events'; readonly stream: string; readonly lines: readonly string[] }
  | { readonly kind: 'watermark'; readonly change: TimeChange }
  | { readonly kind: 'stream'; readonly change: StreamChange }
  | { readonly kind: 'rule'; readonly change: RuleChange }
  | { readonly kind: 'erasure'; readonly change: ErasureChange };

const VERSION = 1;
const LINE_FEED = 0x0a;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A record that this version of Tocsin cannot read. */
export class RecordError extends Error {
  constructor(offset: number, what: string) {
    super(`the log's record at offset ${offset} ${what}`);
    this.name = 'RecordError';
  }
}

/** A batch of events of one stream, each a JSON text without line breaks. */
export function eventsEntry(
  stream: string,
  lines: readonly (string | Span)[],
  ids: readonly string[],
): LogEntry {
  const name = encoder.encode(stream);
  const parts = joined(lines);
  const size = parts.reduce((sum, { length }) => sum + length, 3 + name.length + parts.length - 1);
  const payload = Buffer.allocUnsafe(size);
  payload[0] = VERSION;
  payload[1] = name.length >> 8;
  payload[2] = name.length & 0xff;
  payload.set(name, 3);
  let at = 3 + name.length;
  for (const [index, part] of parts.entries()) {
    if (index > 0) payload[at++] = LINE_FEED;
    payload.set(part, at);
    at += part.length;
  }
  return { kind: 'events', count: lines.length, payload, ids };
}

/** The bytes of lines; those that follow one another in one body are one part. */
function joined(lines: readonly (string | Span)[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let run: Span | null = null;
  const close = (): void => {
    if (run !== null) parts.push(run.bytes.subarray(run.from, run.to));
    run = null;
  };
  for (const line of lines) {
    if (typeof line !== 'string' && run?.bytes === line.bytes && run.to + 1 === line.from) {
      run = { ...line, from: run.from };
      continue;
    }
    close();
    if (typeof line === 'string') parts.push(encoder.encode(line));
    else run = line;
  }
  close();
  return parts;
}

export function watermarkEntry(change: TimeChange): LogEntry {
  return entry('watermark', change);
}

export function streamEntry(change: StreamChange): LogEntry {
  return entry('stream', change);
}

export function ruleEntry(change: RuleChange): LogEntry {
  return entry('rule', change);
}

export function erasureEntry(change: ErasureChange): LogEntry {
  return entry('erasure', change);
}

function entry(kind: 'watermark' | 'stream' | 'rule' | 'erasure', change: object): LogEntry {
  const json = encoder.encode(JSON.stringify(change));
  const payload = new Uint8Array(1 + json.length);
  payload[0] = VERSION;
  payload.set(json, 1);
  return { kind, count: 1, payload, ids: [] };
}

/** Reads a record. Throws RecordError for a form or kind that is not known, or a payload that is not of its form. */
export function decodeRecord({ kind, first, count, payload }: LogRecord): Decoded {
  const version = payload[0];
  if (version !== VERSION) {
    throw new RecordError(
      first,
      `has form ${version ?? 'none'}; this version of Tocsin reads form ${VERSION}: start the version that wrote it, or a newer one`,
    );
  }
  try {
    if (kind === 'events') {
      const start = 3 + (((payload[1] ?? 0) << 8) | (payload[2] ?? 0));
      const stream = decoder.decode(payload.subarray(3, start));
      const lines = decoder.decode(payload.subarray(start)).split('\n');
      if (lines.length !== count) throw new Error(`holds ${lines.length} events where ${count} were counted`);
      return { kind, stream, lines };
    }
    const change: unknown = JSON.parse(decoder.decode(payload.subarray(1)));
    // The payload was written by this module in this form and carries the store's checksum.
    return { kind, change } as Decoded;
  } catch (error) {
    throw new RecordError(first, `cannot be read: ${(error as Error).message}`);
  }
}

/** The stream of an event batch without reading its events; null for other records. */
export function streamOf({ kind, payload }: LogRecord): string | null {
  if (kind !== 'events' || payload[0] !== VERSION) return null;
  return decoder.decode(payload.subarray(3, 3 + (((payload[1] ?? 0) << 8) | (payload[2] ?? 0))));
}
