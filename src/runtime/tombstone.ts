/**
 * What stands in the log for an event that was erased: `[time, erasure]` as JSON. An event itself is always an object. The
 * event time, in milliseconds, stays, as watermarks are made of it; null: the event did not fit its stream.
 */
export interface Tombstone {
  readonly time: number | null;
  /** Offset of the record that asked for it. */
  readonly erasure: number;
}

export function tombstoneLine({ time, erasure }: Tombstone): string {
  return JSON.stringify([time, erasure]);
}

/** Null for the line of an event. */
export function tombstoneOf(line: string): Tombstone | null {
  if (!line.startsWith('[')) return null;
  // Written by `tombstoneLine`.
  const [time, erasure] = JSON.parse(line) as [number | null, number];
  return { time, erasure };
}
