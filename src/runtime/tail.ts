import type { Decoded } from '../event/decode.js';
import type { StreamSchema } from '../event/schema.js';

/** A record of events on its way into the log, and what they are under the schema that they were checked by. */
export interface FreshRecord {
  readonly stream: string;
  readonly schema: StreamSchema;
  readonly payload: Uint8Array;
  readonly events: readonly Decoded[];
}

/** About how many bytes are held at most; what finds no room is read from the log. */
const ROOM = 32 * 1024 * 1024;
/** What an event takes beside its text, in bytes. */
const EVENT = 200;

/** How many of the oldest records are looked at: others' records may stand between. */
const LOOK = 16;

/**
 * The end of a partition's log as this server wrote it, so that its events need not be decoded a second time. It holds no
 * truth: a record of the log is known by its bytes, and equal bytes are equal events under one schema.
 */
export class Tail {
  /** In order of the appends; those before `#next` are gone. */
  #records: (FreshRecord | null)[] = [];
  #next = 0;
  #bytes = 0;

  /** Before the record is appended: who reads it may be faster than the answer. */
  add(record: FreshRecord): void {
    const size = sizeOf(record);
    if (this.#bytes + size > ROOM) return;
    this.#records.push(record);
    this.#bytes += size;
  }

  /** It was not appended. */
  drop(record: FreshRecord): void {
    const at = this.#records.lastIndexOf(record);
    if (at >= this.#next) this.#release(at);
  }

  /** Takes out what is held of a record with this payload, and all before it; null: nothing is. */
  take(payload: Uint8Array): FreshRecord | null {
    const end = Math.min(this.#records.length, this.#next + LOOK);
    for (let at = this.#next; at < end; at++) {
      const record = this.#records[at] ?? null;
      if (record === null || !isEqual(record.payload, payload)) continue;
      while (this.#next <= at) this.#release(this.#next++);
      this.#tidy();
      return record;
    }
    // Full of records that are not met: they belong to another time.
    if (this.#bytes > ROOM / 2) this.clear();
    return null;
  }

  clear(): void {
    this.#records = [];
    this.#next = 0;
    this.#bytes = 0;
  }

  #release(at: number): void {
    const record = this.#records[at] ?? null;
    if (record === null) return;
    this.#records[at] = null;
    this.#bytes -= sizeOf(record);
  }

  /** Gives up the places of what is gone, now and then: each time would move all that is left. */
  #tidy(): void {
    if (this.#next < this.#records.length && this.#next < 1_000) return;
    this.#records = this.#records.slice(this.#next);
    this.#next = 0;
  }
}

function sizeOf({ payload, events }: FreshRecord): number {
  return payload.length + EVENT * events.length;
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}
