import type { AlertRecord, Delivery, DeliveryFilter, DeliveryState } from '../store.js';
import type { Tables } from './database.js';
import { keyOf, lastNumber, named, type Part, pastAll } from './key.js';
import { justPast, scan } from './scan.js';
import { nextSequence, numberBytes, numberOf } from './sequence.js';
import type { Step } from './step.js';
import { SLICE } from './table.js';
import type { Writer } from './writer.js';

/** The states of a delivery that waits. */
const OPEN: readonly DeliveryState[] = ['pending', 'retrying'];

/**
 * Deliveries by sequence number, found by id, destination, state and due time too. Claims are kept in memory only: this
 * process is the only one, so whatever was claimed when it ended is due again when the next one begins.
 */
export class Outbox {
  readonly #tables: Tables;
  readonly #writer: Writer;
  /** Until when a delivery is hidden, by sequence number. */
  readonly #claims = new Map<number, number>();

  constructor(tables: Tables, writer: Writer) {
    this.#tables = tables;
    this.#writer = writer;
  }

  /** Makes the deliveries of a new alert. */
  add(step: Step, { id: alert, rule, stamp, destinations }: AlertRecord): void {
    const { sequences, deliveriesById } = this.#tables;
    // A stamp may lie ahead of a clock that was set back: due at once all the same.
    const due = Math.min(stamp, Date.now());
    for (const destination of new Set(destinations)) {
      const sequence = nextSequence(sequences, step, 'delivery');
      const id = `${alert}.${destination}`;
      step.put(deliveriesById, keyOf(named(id)), numberBytes(sequence));
      this.#put(step, {
        ...{ id, sequence, alert, rule, destination },
        ...{ state: 'pending', due, created: stamp, attempts: [] },
      });
    }
  }

  /** In order of due time. */
  claim(now: number, until: number, limit: number): readonly Delivery[] {
    const claimed: Delivery[] = [];
    for (const key of this.#due(pastAll(now))) {
      if (claimed.length >= limit) break;
      const sequence = lastNumber(key);
      if ((this.#claims.get(sequence) ?? now) > now) continue;
      claimed.push(this.#delivery(sequence));
    }
    for (const { sequence } of claimed) this.#claims.set(sequence, until);
    return claimed;
  }

  async settle(deliveries: readonly Delivery[]): Promise<void> {
    const settled = await this.#writer.run('frees', 0, (step) =>
      deliveries.flatMap((delivery) => this.#settle(step, delivery) ?? []),
    );
    for (const sequence of settled) this.#claims.delete(sequence);
  }

  nextDue(): number | null {
    let earliest = Number.POSITIVE_INFINITY;
    for (const until of this.#claims.values()) earliest = Math.min(earliest, until);
    for (const key of this.#due(pastAll())) {
      if (this.#claims.has(lastNumber(key))) continue;
      earliest = Math.min(earliest, lastNumber(key.subarray(0, keyOf(0).length)));
      break;
    }
    return earliest === Number.POSITIVE_INFINITY ? null : earliest;
  }

  /** When the oldest delivery to it that waits was made, or null. */
  waitingSince(destination: string): number | null {
    const { deliveriesByText } = this.#tables;
    const oldest = OPEN.flatMap((state) => {
      const prefix = prefixOf(destination, state);
      const [key] = deliveriesByText.keys({ from: keyOf(...prefix, 0), to: pastAll(...prefix), limit: 1 });
      return key === undefined ? [] : [lastNumber(key)];
    });
    return oldest.length === 0 ? null : this.#delivery(Math.min(...oldest)).created;
  }

  find(id: string): Delivery | null {
    const sequence = numberOf(this.#tables.deliveriesById.get(keyOf(named(id))));
    return sequence === 0 ? null : this.#delivery(sequence);
  }

  list(after: number, limit: number, { destination, state }: DeliveryFilter): Promise<readonly Delivery[]> {
    const { deliveries, deliveriesByText } = this.#tables;
    const prefix = prefixOf(destination, state);
    const table = prefix.length === 0 ? deliveries : deliveriesByText;
    return scan(table, prefix, after, limit, (sequence) => {
      const delivery = this.#delivery(sequence);
      // It may have been settled since its place in the list was read.
      return state === undefined || delivery.state === state ? delivery : null;
    });
  }

  /** Keys of the due times before `end`, earliest first. */
  *#due(end: Buffer): Iterable<Buffer> {
    for (let from: Buffer = Buffer.of(0); ; ) {
      const keys = this.#tables.due.keys({ from, to: end });
      yield* keys;
      const last = keys.at(-1);
      if (last === undefined || keys.length < SLICE) return;
      from = justPast(last);
    }
  }

  /** Its sequence number; null when there is no such delivery. */
  #settle(step: Step, { id, state, due, attempts }: Delivery): number | null {
    const { deliveries, deliveriesById } = this.#tables;
    const sequence = numberOf(step.get(deliveriesById, keyOf(named(id))));
    if (sequence === 0) return null;
    const before = this.#parse(step.get(deliveries, keyOf(sequence)), sequence);
    for (const [table, key] of this.#places(before)) step.remove(table, key);
    this.#put(step, { ...before, state, due, attempts });
    return sequence;
  }

  #put(step: Step, delivery: Delivery): void {
    const { deliveries } = this.#tables;
    step.put(deliveries, keyOf(delivery.sequence), Buffer.from(JSON.stringify(delivery)));
    for (const [table, key] of this.#places(delivery)) step.put(table, key);
  }

  /** Where it stands in the lists. */
  #places({ sequence, destination, state, due }: Delivery) {
    const { deliveriesByText, due: dueTable } = this.#tables;
    const prefixes = [
      prefixOf(destination, undefined),
      prefixOf(undefined, state),
      prefixOf(destination, state),
    ];
    const places = prefixes.map((prefix) => [deliveriesByText, keyOf(...prefix, sequence)] as const);
    return OPEN.includes(state) ? [...places, [dueTable, keyOf(due, sequence)] as const] : places;
  }

  #delivery(sequence: number): Delivery {
    return this.#parse(this.#tables.deliveries.get(keyOf(sequence)), sequence);
  }

  #parse(row: Buffer | null, sequence: number): Delivery {
    if (row === null) {
      throw this.#tables.deliveries.damaged(`with sequence number ${sequence} is missing`);
    }
    // Written by `#put`, and the checksum holds.
    return JSON.parse(row.toString()) as Delivery;
  }
}

function prefixOf(destination: string | undefined, state: string | undefined): readonly Part[] {
  if (destination === undefined) return state === undefined ? [] : ['state', state];
  const name = named(destination);
  return state === undefined ? ['destination', name] : ['destination and state', name, state];
}
