import type { AlertFilter, AlertRecord, StoredAlert } from '../store.js';
import { seal, sealJson, unseal, unsealJson } from './checksum.js';
import type { Connection } from './connection.js';
import type { Frames } from './frames.js';
import type { Keys } from './keys.js';
import { newDelivery } from './outbox.js';
import { asBytes } from './reply.js';
import { collect } from './slices.js';

/** An alert without its body: what lists are filtered by. */
type Head = Omit<StoredAlert, 'body'>;

/** What is stored as an alert's head. The sequence number is the field's name. */
function alertHead({ id, rule, severity, stamp, destinations }: AlertRecord): Buffer {
  return sealJson({ id, rule, severity, stamp, destinations });
}

/** In the order in which `STORE_ALERTS` takes them. */
export function addAlerts(frames: Frames, alerts: readonly AlertRecord[]): void {
  const now = Date.now();
  frames.add(alerts.length);
  for (const alert of alerts) {
    const destinations = new Set(alert.destinations);
    frames.add(alert.id, alertHead(alert), seal(alert.body), destinations.size);
    for (const destination of destinations) frames.add(...newDelivery(alert, destination, now));
  }
}

/** The alerts as they were committed. The methods are those of Store. */
export class Alerts {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async find(id: string): Promise<StoredAlert | null> {
    const sequence = await this.#connection.send((client) => client.hget(this.#keys.alertIds, id));
    if (sequence === null) return null;
    const [alert] = await this.#withBodies(await this.#heads([Number(sequence)]));
    return alert ?? null;
  }

  async list(after: number, limit: number, { rule, severity, since }: AlertFilter) {
    const last = await this.#connection.send((client) => client.hget(this.#keys.checkpoint, 'alerts'));
    const heads = await collect(
      { after, last: Number(last ?? 0), limit },
      (sequences) => this.#heads(sequences),
      (head) =>
        (rule === undefined || head.rule === rule) &&
        (severity === undefined || head.severity === severity) &&
        (since === undefined || head.stamp >= since),
    );
    return this.#withBodies(heads);
  }

  async replaceBodies(alerts: readonly { readonly id: string; readonly body: Uint8Array }[]): Promise<void> {
    if (alerts.length === 0) return;
    const { alertIds, bodies } = this.#keys;
    const ids = alerts.map(({ id }) => id);
    const sequences = await this.#connection.send((client) => client.hmget(alertIds, ...ids));
    const fields = alerts.flatMap(({ body }, index) => {
      const sequence = sequences[index];
      return sequence ? [sequence, seal(body)] : [];
    });
    if (fields.length > 0) await this.#connection.send((client) => client.hset(bodies, ...fields));
  }

  async #heads(sequences: readonly number[]): Promise<readonly Head[]> {
    const values = await this.#get(this.#keys.alerts, sequences);
    return sequences.map((sequence, index) => ({
      ...unsealJson<Omit<Head, 'sequence'>>(asBytes(values[index]), `the alert number ${sequence}`),
      sequence,
    }));
  }

  async #withBodies(heads: readonly Head[]): Promise<readonly StoredAlert[]> {
    if (heads.length === 0) return [];
    const sequences = heads.map(({ sequence }) => sequence);
    const bodies = await this.#get(this.#keys.bodies, sequences);
    return heads.map((head, index) => ({
      ...head,
      body: unseal(asBytes(bodies[index]), `the body of the alert number ${head.sequence}`),
    }));
  }

  #get(key: string, sequences: readonly number[]): Promise<readonly (Buffer | null)[]> {
    return this.#connection.send((client) => client.hmgetBuffer(key, ...sequences.map(String)));
  }
}
