import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createApi } from './http/api.js';
import { listen } from './http/listener.js';
import { Dispatcher } from './runtime/dispatcher.js';
import { Tocsin } from './runtime/server.js';
import { WebhookSink } from './sinks/webhook.js';
import { DiskStore } from './store/disk/store.js';
import { RedisStore } from './store/redis/store.js';
import type { Store } from './store/store.js';

/** Where the data is kept. */
export type StoreChoice =
  | { readonly kind: 'disk'; readonly directory: string }
  | { readonly kind: 'redis'; readonly url: string };

export interface Configuration {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly store: StoreChoice;
  /** Ranges of loopback and private addresses that webhooks may be sent to, as CIDR. */
  readonly allowDestinations: readonly string[];
}

export interface RunningServer {
  /** Where it listens, with the port that was picked. */
  readonly url: string;
  readonly tocsin: Tocsin;
  /** Resolves when it takes and processes events, or when `signal` is aborted. */
  ready(signal: AbortSignal): Promise<void>;
  /** Takes nothing more, ends what is under way, writes down where it is, closes the store. */
  close(): Promise<void>;
}

/** How long requests under way may take when the server stops, in milliseconds. */
const GRACE = 5_000;

/**
 * Wires a server and starts it: store, runtime, dispatcher, HTTP. `version` is the package's.
 * @throws what the store or the system say when one of them cannot be opened; nothing is left open then
 */
export async function startServer(
  configuration: Configuration,
  version: string,
  logger: Logger,
): Promise<RunningServer> {
  const { host, port, allowDestinations } = configuration;
  const store = await openStore(configuration.store);
  try {
    const tocsin = await Tocsin.open({
      store,
      log: logger,
      sinks: { webhook: new WebhookSink({ allow: allowDestinations }) },
      dispatch: (parts) => new Dispatcher(parts),
    });
    try {
      const { handle } = createApi({ tocsin, version, logger });
      const listener = await listen(handle, { host, port });
      return {
        url: listener.url,
        tocsin,
        ready: (signal) => ready(tocsin, signal, logger),
        close: async () => {
          // Not ready from here on; both let what is under way end.
          await Promise.all([tocsin.close(), listener.close(GRACE)]);
          await store.close();
        },
      };
    } catch (error) {
      await tocsin.close();
      throw error;
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}

function openStore(choice: StoreChoice): Promise<Store> {
  return choice.kind === 'disk' ? DiskStore.open(choice.directory) : RedisStore.open(choice.url);
}

/** Waits with a word in the log about each thing that it waits for. */
async function ready(tocsin: Tocsin, signal: AbortSignal, logger: Logger): Promise<void> {
  let said: string | null = null;
  while (!signal.aborted) {
    const status = await tocsin.status();
    if (status.ready) return;
    if (status.reason !== said && status.reason !== 'starting')
      logger.info({ reason: status.reason }, `waiting: ${status.message}`);
    said = status.reason;
    await wait(20);
  }
}
