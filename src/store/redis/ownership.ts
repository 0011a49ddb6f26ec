import { type Checkpoint, type Commit, type Lease, StoreError } from '../store.js';
import { alertHead } from './alerts.js';
import { seal, unseal } from './checksum.js';
import type { Connection } from './connection.js';
import { documentField } from './documents.js';
import { Frames } from './frames.js';
import type { Keys } from './keys.js';
import { newDelivery } from './outbox.js';
import { asInteger, asList } from './reply.js';
import { commit11 } from './scripts/commit-11.js';
import { lease1 } from './scripts/lease-1.js';
import { release1 } from './scripts/release-1.js';

/** Who works on a partition, and what they commit. The methods are those of Store. */
export class Ownership {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async lease(owner: string, ttl: number): Promise<Lease | null> {
    const answer = await lease1.run(this.#connection, [this.#keys.lease], [owner, ttl]);
    if (answer === null) return null;
    const [epoch, until] = asList(answer);
    return { epoch: asInteger(epoch), until: asInteger(until) };
  }

  async release(epoch: number): Promise<void> {
    await release1.run(this.#connection, [this.#keys.lease], [epoch]);
  }

  async commit(epoch: number, commit: Commit): Promise<void> {
    const frames = framesOf(epoch, commit);
    const { lease, checkpoint, alerts, bodies, alertIds } = this.#keys;
    const { deliveries, progress, deliveryIds, due, documents, documentOrder } = this.#keys;
    const keys = [
      ...[lease, checkpoint, alerts, bodies, alertIds],
      ...[deliveries, progress, deliveryIds, due, documents, documentOrder],
    ];
    const args = [frames.toBuffer()];
    const current = asInteger(await commit11.run(this.#connection, keys, args, frames.patience));
    if (current === -1) return;
    throw new StoreError('fenced', `epoch ${epoch} is over: the partition is at epoch ${current}`);
  }

  async checkpoint(): Promise<Checkpoint> {
    const [position, snapshotPosition, snapshot] = await this.#connection.send((client) =>
      client.hmgetBuffer(this.#keys.checkpoint, 'position', 'snapshot_position', 'snapshot'),
    );
    return {
      position: position ? asInteger(position) : 0,
      snapshot: snapshot
        ? { position: asInteger(snapshotPosition), bytes: unseal(snapshot, 'the snapshot') }
        : null,
    };
  }
}

/** In the order in which the script takes them. */
function framesOf(epoch: number, { position, snapshot, alerts, documents }: Commit): Frames {
  const frames = new Frames();
  frames.add(epoch, position);
  if (snapshot === null) frames.add(0);
  else frames.add(1, seal(snapshot));
  const now = Date.now();
  frames.add(alerts.length);
  for (const alert of alerts) {
    const destinations = new Set(alert.destinations);
    frames.add(alert.id, alertHead(alert), seal(alert.body), destinations.size);
    for (const destination of destinations) frames.add(...newDelivery(alert, destination, now));
  }
  frames.add(documents.length);
  for (const { kind, key, value } of documents) {
    frames.add(documentField(kind, key));
    if (value === null) frames.add(0);
    else frames.add(1, seal(value));
  }
  return frames;
}
