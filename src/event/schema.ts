import type { Type } from './value.js';

/** A declared column of a stream. */
export interface Column {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
}

/** What is known of a stream: its columns, its event time, its key (`CREATE STREAM`). All durations are milliseconds. */
export interface StreamSchema {
  readonly name: string;
  /** False for a stream that was only named (by a rule, or by posting to it): its columns are then empty and any name may be read. */
  readonly declared: boolean;
  readonly columns: readonly Column[];
  /** The event-time column, or null: then the event time is the arrival. */
  readonly eventTime: string | null;
  /** The watermark's delay behind the latest event time, in milliseconds; 0 without a WATERMARK. */
  readonly delay: number;
  /** The key's columns; empty: one key. They choose the partition. */
  readonly key: readonly string[];
  /** The column that tells repeats, or null. */
  readonly id: string | null;
  /** Silence after which the partition's owner appends ticks; null is 'off'. Default 10 seconds. */
  readonly idleTimeout: number | null;
  /** A stream whose latest event arrived later than this after its event time replays history: no ticks. Default 5 minutes. */
  readonly liveWithin: number;
  /** A row further ahead of the clock than this is refused at ingest. Default 5 minutes. */
  readonly maxAhead: number;
  /** How long the log keeps the stream's events; null: no limit by age. */
  readonly retention: number | null;
}

/** The options of a stream that says nothing of them, in milliseconds; null: no limit by age. */
export const STREAM_DEFAULTS: Pick<StreamSchema, 'idleTimeout' | 'liveWithin' | 'maxAhead' | 'retention'> = {
  idleTimeout: 10_000,
  liveWithin: 300_000,
  maxAhead: 300_000,
  retention: null,
};

/** A stream that was only named: no columns, the arrival as event time, no delay, one key, no ids, the default options. */
export function undeclaredSchema(name: string): StreamSchema {
  return {
    name,
    declared: false,
    columns: [],
    eventTime: null,
    delay: 0,
    key: [],
    id: null,
    ...STREAM_DEFAULTS,
  };
}
