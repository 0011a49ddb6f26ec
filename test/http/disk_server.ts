import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { pino } from 'pino';
import { createApi } from '../../src/http/api.js';
import { listen } from '../../src/http/listener.js';
import { Tocsin } from '../../src/runtime/server.js';
import type { Settings } from '../../src/runtime/settings.js';
import { DiskStore } from '../../src/store/disk/store.js';

export interface DiskServer {
  readonly url: string;
  readonly tocsin: Tocsin;
  close(): Promise<void>;
}

export interface DiskServerOptions {
  readonly settings?: Partial<Settings>;
  /** 0 picks one. */
  readonly port?: number;
}

/** Servers on real stores in a folder that goes when the test file ends; each is stopped by the test, or then. */
export function diskServers(): (directory: string, options?: DiskServerOptions) => Promise<DiskServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-http-'));
  const open: DiskServer[] = [];
  after(async () => {
    for (const server of open) await server.close();
    rmSync(folder, { recursive: true });
  });
  return async (directory, { settings = {}, port = 0 } = {}) => {
    const store = await DiskStore.open(join(folder, directory));
    const tocsin = await Tocsin.open({ store, settings });
    const { handle } = createApi({ tocsin, version: '1.2.3', logger: pino({ level: 'silent' }) });
    const listener = await listen(handle, { host: '127.0.0.1', port });
    const stop = async (): Promise<void> => {
      await Promise.all([tocsin.close(), listener.close(30_000)]);
      await store.close();
    };
    let closing: Promise<void> | null = null;
    const close = (): Promise<void> => {
      closing ??= stop();
      return closing;
    };
    const server = { url: listener.url, tocsin, close };
    open.push(server);
    await tocsin.ready(10_000);
    return server;
  };
}
