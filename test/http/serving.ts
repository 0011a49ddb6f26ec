import { once } from 'node:events';
import { connect } from 'node:net';
import { after } from 'node:test';
import { pino } from 'pino';
import { createApp } from '../../src/http/app.js';
import { Guard } from '../../src/http/guard.js';
import { type Listener, type Listening, listen } from '../../src/http/listener.js';
import { Metrics } from '../../src/http/metrics.js';
import { describe } from '../../src/http/openapi.js';
import { operationRoutes } from '../../src/http/operation_routes.js';
import type { Route } from '../../src/http/route.js';

/** Serves routes on a free port until the test file ends; what is logged is kept as parsed lines. */
export async function serving(
  extra: readonly Route[],
  listening: Listening = {},
  guard: Guard = new Guard(),
): Promise<Listener & { readonly logged: Record<string, unknown>[] }> {
  const logged: Record<string, unknown>[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const metrics = new Metrics();
  let document: object = {};
  const routes = [
    ...operationRoutes({ version: '1.2.3', metrics, readiness: async () => null, document: () => document }),
    ...extra,
  ];
  document = describe(routes, '1.2.3');
  const listener = await listen(
    createApp({ routes, document, metrics, logger, guard }),
    { host: '127.0.0.1', port: 0 },
    listening,
  );
  after(() => listener.close(0));
  return { ...listener, logged };
}

/** What a server answers to these bytes on a connection of their own, until it closes it. */
export async function raw(url: string, bytes: string | Buffer): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}
