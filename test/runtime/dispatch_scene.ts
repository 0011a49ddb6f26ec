import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { DeliveryTally } from '../../src/runtime/delivery-tally.js';
import { type DestinationRequest, Destinations } from '../../src/runtime/destinations.js';
import { Dispatcher } from '../../src/runtime/dispatcher.js';
import { Gate } from '../../src/runtime/gate.js';
import { type Log, silentLog } from '../../src/runtime/log.js';
import type { Sinks } from '../../src/runtime/sink.js';
import { WebhookSink } from '../../src/sinks/webhook.js';
import { MemoryStore } from '../../src/store/memory.js';
import type { Delivery, Store } from '../../src/store/store.js';
import { ALLOW, type Post, SECRET } from '../sinks/hook_server.js';
import { ManualClock } from './manual_clock.js';

export const NOON = Date.parse('2026-11-24T12:00:00Z');

export interface SceneOptions {
  readonly store?: Store;
  readonly clock?: ManualClock;
  readonly log?: Log;
  readonly random?: () => number;
  readonly sinks?: Sinks;
  /** The number of the first alert; 1 when left out. */
  readonly first?: number;
}

/** An outbox, a dispatcher and a real sink, with a clock that the test moves. */
export class DispatchScene {
  #alerts: number;

  private constructor(
    readonly store: Store,
    readonly clock: ManualClock,
    readonly destinations: Destinations,
    readonly sinks: Sinks,
    readonly log: Log,
    readonly random: () => number,
    readonly tally: DeliveryTally,
    public dispatcher: Dispatcher,
    first: number,
  ) {
    this.#alerts = first - 1;
  }

  static async open(options: SceneOptions = {}): Promise<DispatchScene> {
    const { clock = new ManualClock(NOON), log = silentLog, random = () => 0.5 } = options;
    const store = options.store ?? new MemoryStore({ now: () => clock.now() });
    const sinks = options.sinks ?? { webhook: new WebhookSink(ALLOW) };
    const parts = { store, clock, gate: new Gate(), sinks, notifiers: () => [], onAlert: () => {} };
    const destinations = await Destinations.load(parts);
    const tally = new DeliveryTally();
    const dispatcher = new Dispatcher({ store, clock, log, destinations, sinks, tally }, { random });
    return new DispatchScene(
      store,
      clock,
      destinations,
      sinks,
      log,
      random,
      tally,
      dispatcher,
      options.first ?? 1,
    );
  }

  /** A new dispatcher on the same store, as after a restart. */
  restart(): void {
    const { store, clock, log, destinations, sinks, random, tally } = this;
    this.dispatcher = new Dispatcher({ store, clock, log, destinations, sinks, tally }, { random });
  }

  async put(name: string, url: string, more: Partial<DestinationRequest> = {}): Promise<void> {
    await this.destinations.put(name, { type: 'webhook', url, secret: SECRET, ...more });
  }

  /** Commits as many alerts, each for all the destinations; wakes the dispatcher; gives the ids. */
  async alert(count: number, ...destinations: string[]): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, () => `al_${++this.#alerts}`);
    const lease = await this.store.lease(0, 'test', 60_000);
    await this.store.commit(0, lease?.epoch ?? 0, {
      ...{ position: 0, state: null, documents: [] },
      alerts: ids.map((id) => ({
        ...{ id, rule: 'r', severity: 'high', stamp: this.clock.now(), destinations },
        body: Buffer.from(JSON.stringify({ type: 'alert.fired', data: { id } })),
      })),
    });
    this.dispatcher.wake();
    return ids;
  }

  async delivery(alert: string, destination: string): Promise<Delivery> {
    const delivery = await this.store.delivery(`${alert}.${destination}`);
    if (delivery === null) throw new Error(`there is no delivery ${alert}.${destination}`);
    return delivery;
  }

  /** Real time passes until the delivery has had so many attempts. */
  async attempted(alert: string, destination: string, attempts: number): Promise<Delivery> {
    await this.until(async () => (await this.delivery(alert, destination)).attempts.length >= attempts);
    return this.delivery(alert, destination);
  }

  /** Real time passes until it is so; 10 seconds at most. */
  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 2_000; tries++) {
      if (await isSo()) return;
      await wait(5);
    }
    throw new Error('it did not come to pass');
  }

  /** Moves the clock in steps of 50 ms until it is so. */
  async pass(isSo: () => boolean | Promise<boolean>): Promise<void> {
    await this.until(async () => {
      if (await isSo()) return true;
      this.clock.advance(50);
      return false;
    });
  }

  /** Moves the clock to a time. */
  moveTo(time: number): void {
    this.clock.advance(time - this.clock.now());
  }

  async close(): Promise<void> {
    await this.dispatcher.close();
    await this.sinks.webhook?.close();
  }
}

/** Whether the standardwebhooks library would have signed the post like this, at whatever time. */
export function isSigned({ headers, body }: Post, secret: string = SECRET): boolean {
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
  const signature = new Webhook(secret).sign(headers['webhook-id'] ?? '', at, body);
  return (headers['webhook-signature'] ?? '').split(' ').includes(signature);
}
