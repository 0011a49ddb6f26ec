import type { Store } from '../store/store.js';
import type { Background, DispatchParts } from './background.js';
import { Backtests } from './backtest.js';
import { Backups } from './backup.js';
import { Catalog } from './catalog.js';
import { type Clock, systemClock } from './clock.js';
import { DeliveryTally } from './delivery-tally.js';
import { Destinations } from './destinations.js';
import type { Erasure } from './erasure.js';
import { Erasures } from './erasures.js';
import { RuntimeError } from './error.js';
import { Gate } from './gate.js';
import { Ingest } from './ingest.js';
import { LiveAlerts } from './live.js';
import { type Log, silentLog } from './log.js';
import { Reader } from './reader.js';
import { defaultSettings, type Settings } from './settings.js';
import type { Sinks } from './sink.js';
import { type Status, statusOf } from './status.js';
import { Worker } from './worker.js';

export interface TocsinOptions {
  readonly store: Store;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly settings?: Partial<Settings>;
  readonly sinks?: Sinks;
  /** Makes what delivers alerts, and starts it. */
  readonly dispatch?: (parts: DispatchParts) => Background;
}

/** What is kept of the time for closing to write the checkpoints, in milliseconds. */
const CHECKPOINT_TIME = 1_500;

/** The running server without its edges: streams, rules and destinations, the way in, the worker of each partition, the way out. */
export class Tocsin {
  readonly catalog: Catalog;
  readonly ingest: Ingest;
  readonly erasures: Erasures;
  readonly reader: Reader;
  readonly destinations: Destinations;
  readonly live: LiveAlerts;
  readonly backtests: Backtests;
  readonly backups: Backups;
  readonly settings: Settings;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #gate: Gate;
  readonly #workers: readonly Worker[];
  readonly #sinks: Sinks;
  readonly #dispatcher: Background | null;
  readonly #log: Log;

  private constructor(
    options: TocsinOptions,
    parts: {
      clock: Clock;
      log: Log;
      settings: Settings;
      gate: Gate;
      workers: Worker[];
      destinations: Destinations;
    },
  ) {
    const { store, sinks = {}, dispatch } = options;
    const { clock, log, settings, gate, workers, destinations } = parts;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.settings = settings;
    this.#gate = gate;
    this.#workers = workers;
    this.#sinks = sinks;
    this.destinations = destinations;
    const names = () => destinations.names();
    const catchUp = () => destinations.catchUp();
    this.catalog = new Catalog({ store, clock, settings, gate, workers, destinations: names, catchUp });
    this.erasures = new Erasures({ store, clock, settings, gate, workers, catalog: this.catalog });
    this.ingest = new Ingest({ store, clock, settings, gate, workers, catalog: this.catalog });
    const tally = new DeliveryTally();
    const wake = () => this.#dispatcher?.wake();
    this.reader = new Reader({ store, clock, workers, ingest: this.ingest, destinations, tally, wake });
    this.backtests = new Backtests({ store, settings, gate, catalog: this.catalog });
    this.backups = new Backups({ store, gate });
    this.live = new LiveAlerts({ clock, reader: this.reader, most: settings.liveFeeds });
    this.#dispatcher = dispatch?.({ store, clock, log, destinations, sinks, tally }) ?? null;
  }

  /**
   * Starts a server on a store. It answers at once; `status()` says when its workers own their partitions and have caught
   * up, until then requests are refused with `not_ready`. Throws RuntimeError `store_unavailable`, `store_damaged`.
   */
  static async open(options: TocsinOptions): Promise<Tocsin> {
    const { store, clock = systemClock, log = silentLog, sinks = {} } = options;
    const settings = { ...defaultSettings(), ...options.settings };
    const gate = new Gate();
    const onAlerts = () => {
      server.reader.announce();
      server.#dispatcher?.wake();
    };
    const onErased = (erasure: Erasure) => server.erasures.note(erasure);
    const workers = Array.from(
      { length: store.partitions },
      (_, number) => new Worker(number, { store, clock, log, settings, onAlerts, onErased }),
    );
    const notifiers = (name: string) =>
      [...(workers[0]?.partition.registry.rules.values() ?? [])]
        .filter(({ notify }) => notify.includes(name))
        .map((rule) => rule.name);
    const destinations = await Destinations.load({
      ...{ store, clock, gate, sinks, notifiers, onAlert: onAlerts },
      most: settings.maxDestinations,
    });
    const server = new Tocsin(options, { clock, log, settings, gate, workers, destinations });
    destinations.start();
    for (const worker of workers) worker.start();
    return server;
  }

  /** Whether it can work now, and why not. Never throws. */
  status(): Promise<Status> {
    return statusOf(this.#store, this.#workers, this.#gate.isClosed);
  }

  /** Resolves when it is ready. Throws RuntimeError `not_ready` after `patience` milliseconds. */
  async ready(patience: number): Promise<void> {
    const until = this.#clock.now() + patience;
    const { signal } = new AbortController();
    for (;;) {
      const { ready, message } = await this.status();
      if (ready) return;
      if (this.#clock.now() >= until)
        throw new RuntimeError('not_ready', message ?? 'the server is not ready');
      await this.#clock.sleep(20, signal);
    }
  }

  /**
   * Refuses new requests, lets those under way end, writes checkpoints, gives the leases back. The store stays open. Ends in
   * `closeTimeout` whatever hangs: all steps share one deadline, and what has not ended by then is as after a crash.
   */
  async close(): Promise<void> {
    const { closeTimeout } = this.settings;
    const until = this.#clock.now() + closeTimeout;
    this.live.close();
    this.backtests.close();
    this.destinations.close();
    const over = new AbortController();
    const ended = this.#end(until).then(() => true);
    const late = this.#clock.sleep(closeTimeout, over.signal).then(() => false);
    const isWhole = await Promise.race([ended, late]);
    over.abort();
    if (isWhole) return;
    this.#log.warn(
      { milliseconds: closeTimeout },
      'closing took too long: what hangs is left as after a crash',
    );
  }

  /** Deliveries end beside the requests and the matching: none of them waits for another. */
  async #end(until: number): Promise<void> {
    await Promise.all([this.#dispatcher?.close(), this.#drain(until)]);
    await Promise.all(Object.values(this.#sinks).map((sink) => sink?.close()));
  }

  async #drain(until: number): Promise<void> {
    const { drainTimeout } = this.settings;
    const left = () => Math.max(0, until - CHECKPOINT_TIME - this.#clock.now());
    await this.#gate.close(this.#clock, Math.min(drainTimeout, left()));
    const patience = Math.min(drainTimeout / 2, left());
    await Promise.all(this.#workers.map((worker) => worker.close(patience)));
  }
}
