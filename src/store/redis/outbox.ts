import type { AlertRecord, Delivery, DeliveryFilter } from '../store.js';
import { sealJson, unsealJson } from './checksum.js';
import type { Connection } from './connection.js';
import { Frames } from './frames.js';
import type { Keys } from './keys.js';
import { asBytes, asInteger, asList } from './reply.js';
import { claim3 } from './scripts/claim-3.js';
import { settle4 } from './scripts/settle-4.js';
import { waitingSince2 } from './scripts/waiting_since-2.js';
import { collect } from './slices.js';

/** What never changes of a delivery, and what does. */
type Order = Pick<Delivery, 'id' | 'alert' | 'rule' | 'destination' | 'created'>;
type Progress = Pick<Delivery, 'state' | 'due' | 'attempts'>;

/** What is stored of a new delivery, due at once: its id, destination, sealed order, sealed progress, due time. */
export function newDelivery(
  { id: alert, rule, stamp }: AlertRecord,
  destination: string,
  now: number,
): readonly [string, string, Buffer, Buffer, number] {
  const order: Order = { id: `${alert}.${destination}`, alert, rule, destination, created: stamp };
  // A stamp may lie ahead of a clock that was set back: due at once all the same.
  const progress: Progress = { state: 'pending', due: Math.min(stamp, now), attempts: [] };
  return [order.id, destination, sealJson(order), sealJson(progress), progress.due];
}

/** The deliveries and when they are due. The methods are those of Store. */
export class Outbox {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async claim(now: number, until: number, limit: number): Promise<readonly Delivery[]> {
    if (limit <= 0) return [];
    const { due, deliveries, progress } = this.#keys;
    const answer = asList(
      await claim3.run(this.#connection, [due, deliveries, progress], [now, until, limit]),
    );
    const claimed: Delivery[] = [];
    for (let index = 0; index < answer.length; index += 3) {
      const [sequence, order, state] = answer.slice(index, index + 3);
      claimed.push(deliveryOf(asInteger(sequence), order, state));
    }
    return claimed;
  }

  async settle(deliveries: readonly Delivery[]): Promise<void> {
    const frames = new Frames();
    frames.add(deliveries.length);
    for (const { id, destination, state, due, attempts } of deliveries) {
      const isOpen = state === 'pending' || state === 'retrying';
      const progress: Progress = { state, due, attempts };
      frames.add(id, destination, sealJson(progress), isOpen ? due : '');
    }
    const { deliveryIds, progress, due, waiting } = this.#keys;
    const args = [frames.toBuffer()];
    await settle4.run(this.#connection, [deliveryIds, progress, due, waiting], args, frames.patience);
  }

  async nextDue(): Promise<number | null> {
    const [, score] = await this.#connection.send((client) =>
      client.zrange(this.#keys.due, 0, '0', 'WITHSCORES'),
    );
    return score === undefined ? null : Number(score);
  }

  async waitingSince(destinations: readonly string[]): Promise<readonly (number | null)[]> {
    const frames = new Frames();
    frames.add(destinations.length, ...destinations);
    const { waiting, deliveries } = this.#keys;
    const orders = asList(
      await waitingSince2.run(this.#connection, [waiting, deliveries], [frames.toBuffer()], frames.patience),
    );
    return orders.map((order) => {
      const bytes = asBytes(order);
      return bytes.length === 0 ? null : unsealJson<Order>(bytes, 'a delivery that waits').created;
    });
  }

  async find(id: string): Promise<Delivery | null> {
    const sequence = await this.#connection.send((client) => client.hget(this.#keys.deliveryIds, id));
    if (sequence === null) return null;
    const [delivery] = await this.#read([Number(sequence)]);
    return delivery ?? null;
  }

  async list(after: number, limit: number, { destination, state }: DeliveryFilter) {
    const last = await this.#connection.send((client) => client.hget(this.#keys.checkpoint, 'deliveries'));
    return collect(
      { after, last: Number(last ?? 0), limit },
      (sequences) => this.#read(sequences),
      (delivery) =>
        (destination === undefined || delivery.destination === destination) &&
        (state === undefined || delivery.state === state),
    );
  }

  async #read(sequences: readonly number[]): Promise<readonly Delivery[]> {
    const fields = sequences.map(String);
    const [orders, states] = await this.#connection.send((client) =>
      Promise.all([
        client.hmgetBuffer(this.#keys.deliveries, ...fields),
        client.hmgetBuffer(this.#keys.progress, ...fields),
      ]),
    );
    return sequences.map((sequence, index) => deliveryOf(sequence, orders[index], states[index]));
  }
}

function deliveryOf(sequence: number, order: unknown, progress: unknown): Delivery {
  const what = `the delivery number ${sequence}`;
  const { id, alert, rule, destination, created } = unsealJson<Order>(asBytes(order), what);
  const { state, due, attempts } = unsealJson<Progress>(asBytes(progress), what);
  return { id, sequence, alert, rule, destination, state, due, created, attempts };
}
