import { once } from 'node:events';
import { pino } from 'pino';
import { startServer } from '../main.js';
import type { Command } from './command.js';
import { reason } from './rule-files.js';
import { readServeOptions, SERVE_HELP } from './serve-options.js';
import { registerRules } from './serve-rules.js';
import { EXIT, Failure } from './terminal.js';
import { version } from './version.js';

/** Stopping takes this long at most, in milliseconds. */
const STOP_WITHIN = 9_500;

/** `tocsin serve`: runs until SIGTERM or SIGINT; a second one ends the process at once. */
export const serve: Command = {
  help: SERVE_HELP,
  async run(args, terminal) {
    const { configuration, rules, logLevel } = readServeOptions(args, terminal.env);
    const logger = pino({ level: logLevel }, terminal.stdout);
    const stop = new AbortController();
    const signalled = (signal: NodeJS.Signals): void => {
      logger.info({ signal }, 'stopping');
      stop.abort();
    };
    process.once('SIGTERM', signalled).once('SIGINT', signalled);
    try {
      const server = await startServer(configuration, version(), logger).catch((error: unknown) => {
        throw new Failure(`cannot start: ${startReason(error)}`, { cause: error });
      });
      // Without keys and certificate there is nothing to read again, and a terminal that closes ends the server as ever.
      const reload = (): void => {
        logger.info('reading keys and certificate again');
        void server.reload();
      };
      if (configuration.keysFile !== null || configuration.certificate !== null) {
        process.on('SIGHUP', reload);
      }
      let failure: unknown = null;
      try {
        await server.ready(stop.signal);
        if (rules !== null && !stop.signal.aborted)
          logger.info(await registerRules(server.tocsin.catalog, rules), 'rules registered');
        if (!stop.signal.aborted) {
          logger.info({ url: server.url, version: version() }, 'ready');
          await once(stop.signal, 'abort');
        }
      } catch (error) {
        failure = error;
      }
      const late = setTimeout(() => {
        // The process ends as in a crash, from which it recovers.
        logger.fatal(`stopping took longer than ${STOP_WITHIN} ms: ended as it stands`);
        process.exit(EXIT.failure);
      }, STOP_WITHIN);
      await server.close().finally(() => clearTimeout(late));
      process.off('SIGHUP', reload);
      if (failure !== null) throw failure;
      logger.info('stopped');
      return EXIT.ok;
    } finally {
      process.off('SIGTERM', signalled).off('SIGINT', signalled);
    }
  },
};

function startReason(error: unknown): string {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `${address}:${port} is in use; is another server running? --listen takes another address`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine`;
  return reason(error);
}
