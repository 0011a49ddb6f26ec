/** What came of the deliveries to one destination since this server began. */
export interface DeliveryCounts {
  /** Deliveries that were taken, */
  readonly delivered: number;
  /** attempts that failed, */
  readonly failed: number;
  /** and deliveries that became dead. */
  readonly dead: number;
}

export type DeliveryEvent = keyof DeliveryCounts;

/** Destinations that are counted by name. */
const MOST_NAMED = 10_000;
const NONE: DeliveryCounts = { delivered: 0, failed: 0, dead: 0 };

/** Counts deliveries by destination, also of those that are gone since. */
export class DeliveryTally {
  readonly #counts = new Map<string, DeliveryCounts>();

  note(destination: string, event: DeliveryEvent, count = 1): void {
    const counts = this.#counts.get(destination);
    if (counts === undefined && this.#counts.size >= MOST_NAMED) return;
    const { [event]: before } = counts ?? NONE;
    this.#counts.set(destination, { ...(counts ?? NONE), [event]: before + count });
  }

  counts(destination: string): DeliveryCounts {
    return this.#counts.get(destination) ?? NONE;
  }

  names(): Iterable<string> {
    return this.#counts.keys();
  }
}
