import type { Value } from './value.js';

/** One event as the engine sees it: decoded, checked, placed in time and in the log. Immutable. */
export interface Row {
  /** The stream's declared name. */
  readonly stream: string;
  /** Offset in the partition's log: dense, one an event. */
  readonly offset: number;
  /** Event time, milliseconds since the epoch; the arrival stamp where the stream declares none. */
  readonly time: number;
  /** Arrival stamp, milliseconds since the epoch; never goes back within a partition. */
  readonly arrival: number;
  /** Declared columns by their declared names, in run-time form; fields that are not declared as JSON gave them. */
  readonly values: Readonly<Record<string, Value>>;
}
