import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isLoopback } from './cli/loopback.js';
import { createApi } from './http/api.js';
import { type CertificateFiles, readCertificate } from './http/certificate.js';
import { Guard } from './http/guard.js';
import { KeyFile } from './http/key_file.js';
import { type Listener, listen } from './http/listener.js';
import { RateLimit } from './http/rate_limit.js';
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

/** How much of everything there may be. */
export interface Limits {
  /** Requests a second of one key, or of one address without a key; null: any number. */
  readonly rate: number | null;
  readonly connections: number;
  readonly streams: number;
  readonly rules: number;
  readonly destinations: number;
  /** Live feeds open at a time, and how long the reader of one may take nothing, in milliseconds. */
  readonly liveFeeds: number;
  readonly liveStall: number;
  /** Backtests at a time, and how long one may take, in milliseconds. */
  readonly backtests: number;
  readonly backtestTimeout: number;
  /** Bytes that the log may take; null: any number. */
  readonly log: number | null;
}

export interface Configuration {
  /** '': every address of the machine. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly store: StoreChoice;
  /** Ranges of loopback and private addresses that webhooks may be sent to, as CIDR. */
  readonly allowDestinations: readonly string[];
  /** The file of keys, or null: whoever reaches the server may do everything. */
  readonly keysFile: string | null;
  /** Null: plain HTTP. */
  readonly certificate: CertificateFiles | null;
  readonly limits: Limits;
}

export interface RunningServer {
  /** Where it listens, with the port that was picked. */
  readonly url: string;
  readonly tocsin: Tocsin;
  /** Resolves when it takes and processes events, or when `signal` is aborted. */
  ready(signal: AbortSignal): Promise<void>;
  /** Reads keys and certificate again. Never throws: what cannot be used is logged, and what was before goes on. */
  reload(): Promise<void>;
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
  const { host, port, allowDestinations, limits } = configuration;
  const { certificate: files } = configuration;
  const certificate = files === null ? null : await readCertificate(files);
  const keys = configuration.keysFile === null ? null : await KeyFile.open(configuration.keysFile, logger);
  /** What undoes what was done so far. */
  const undo: (() => Promise<void> | void)[] = [() => keys?.close()];
  try {
    const store = await openStore(configuration.store);
    undo.push(() => store.close());
    const tocsin = await Tocsin.open({
      store,
      log: logger,
      sinks: { webhook: new WebhookSink({ allow: allowDestinations }) },
      dispatch: (parts) => new Dispatcher(parts),
      settings: {
        maxStreams: limits.streams,
        maxRules: limits.rules,
        maxDestinations: limits.destinations,
        liveFeeds: limits.liveFeeds,
        liveStall: limits.liveStall,
        backtests: limits.backtests,
        backtestTimeout: limits.backtestTimeout,
        maxLog: limits.log,
      },
    });
    undo.push(() => tocsin.close());
    const rate = limits.rate === null ? null : new RateLimit(limits.rate);
    const { handle } = createApi({ tocsin, version, logger, guard: new Guard({ keys, rate }) });
    const { connections } = limits;
    const listener = await listen(handle, { host, port }, { connections, certificate });
    if (keys !== null && certificate === null && !isLoopback(host)) {
      logger.warn(
        'keys and data go over the network in the clear: --tls-cert and --tls-key, or a proxy before it, keep them from others',
      );
    }
    return {
      url: listener.url,
      tocsin,
      ready: (signal) => ready(tocsin, signal, logger),
      reload: async () => {
        await keys?.reload();
        if (files !== null) await renew(listener, files, logger);
      },
      close: async () => {
        keys?.close();
        // Not ready from here on; both let what is under way end.
        await Promise.all([tocsin.close(), listener.close(GRACE)]);
        await store.close();
      },
    };
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

async function renew(listener: Listener, files: CertificateFiles, logger: Logger): Promise<void> {
  try {
    listener.renew(await readCertificate(files));
    logger.info({ file: files.cert }, 'certificate read again');
  } catch (error) {
    const { message } = error as Error;
    logger.error(
      { file: files.cert, reason: message },
      'the certificate cannot be used: the one before goes on',
    );
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
