import type { Row } from '../event/row.js';
import type { StreamSchema } from '../event/schema.js';

/**
 * How far a stream has come (`language.md` 22): the latest event time seen less the declared delay, or what a tick or the
 * operator said. Never goes back.
 */
export class StreamClock {
  /** The latest event time seen, milliseconds; -Infinity before the first row. */
  latest = Number.NEGATIVE_INFINITY;
  /** Nothing earlier than this will come, milliseconds; -Infinity before anything is known. */
  watermark = Number.NEGATIVE_INFINITY;
  /** Said to be silent: it holds no other stream back until it speaks again. */
  idle = false;

  constructor(public schema: StreamSchema) {}

  see(row: Row): void {
    this.idle = false;
    if (row.time <= this.latest) return;
    this.latest = row.time;
    this.watermark = Math.max(this.watermark, row.time - this.schema.delay);
  }

  advance(watermark: number): void {
    this.idle = false;
    this.watermark = Math.max(this.watermark, watermark);
  }
}
