import type { StreamSchema } from '../event/schema.js';
import type { TimeChange } from './change.js';

/** What the log says of a stream's coming and going. Offsets and times are -1 where there was nothing; times in milliseconds. */
export interface ActivityState {
  /** Events taken from the log. */
  readonly events: number;
  /** Events that were late for at least one rule. */
  readonly late: number;
  /** Events of the log that do not fit the stream's schema any more. */
  readonly undecodable: number;
  readonly lastOffset: number;
  readonly lastArrival: number;
  /** The latest event time, */
  readonly latest: number;
  /** whose offset is this (left out by an earlier version), */
  readonly latestOffset?: number;
  /** and when it arrived. */
  readonly latestArrival: number;
  /** A tick came after the last event; when. -1: none. */
  readonly ticked: number;
}

const SECOND = 1_000;

/** A stream's coming and going, for ticks and metrics: derived from the log alone. */
export class Activity {
  events = 0;
  late = 0;
  undecodable = 0;
  lastOffset = -1;
  lastArrival: number;
  latest = -1;
  latestOffset = -1;
  latestArrival = -1;
  ticked = -1;

  /** `since`: when the stream became known, an arrival stamp. */
  constructor(since: number, state?: ActivityState) {
    this.lastArrival = since;
    Object.assign(this, state);
  }

  state(): ActivityState {
    const { events, late, undecodable, lastOffset, lastArrival, ticked } = this;
    const { latest, latestOffset, latestArrival } = this;
    return {
      ...{ events, late, undecodable, lastOffset, lastArrival, ticked },
      ...{ latest, latestOffset, latestArrival },
    };
  }

  /** An event was read. `time` null: it could not be decoded. */
  see(offset: number, arrival: number, time: number | null): void {
    this.lastOffset = offset;
    this.lastArrival = arrival;
    this.ticked = -1;
    if (time === null) {
      this.undecodable++;
      return;
    }
    if (this.events === 0 || time > this.latest) {
      this.latest = time;
      this.latestOffset = offset;
      this.latestArrival = arrival;
    }
    this.events++;
  }

  /** Its latest event came so long after its own time that it replays history: it gets no ticks. */
  replays({ liveWithin }: StreamSchema): boolean {
    return this.events > 0 && this.latestArrival - this.latest > liveWithin;
  }

  /**
   * The tick that is due at `now`, or null (`language.md` 23). `watermark` and `deadline` are the engine's: how far the
   * stream has come and what waits for it. The first one comes after `idle_timeout` of silence; more come, a second apart,
   * where they let something fall due. `awaited`: a pattern over several streams waits for this one.
   */
  dueTick(
    schema: StreamSchema,
    now: number,
    watermark: number | null,
    deadline: number | null,
    awaited: boolean,
  ): TimeChange | null {
    const { name, idleTimeout, delay } = schema;
    if (idleTimeout === null || now - this.lastArrival < idleTimeout) return null;
    if (this.events === 0) {
      const isNew = awaited && this.ticked < 0 && watermark === null;
      return isNew ? { stream: name, watermark: null, seen: this.lastOffset } : null;
    }
    if (this.replays(schema)) return null;
    const passed = this.latest + (now - this.latestArrival) - delay;
    if (watermark !== null && passed <= watermark) return null;
    if (this.ticked >= 0 && (deadline === null || passed < deadline || now - this.ticked < SECOND)) {
      return null;
    }
    return { stream: name, watermark: passed, seen: this.lastOffset };
  }
}
