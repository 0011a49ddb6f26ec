import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import type { Tocsin } from '../runtime/server.js';
import { alertRoutes } from './alert_routes.js';
import { createApp } from './app.js';
import { backtestRoute } from './backtest_route.js';
import { backupRoute } from './backup_route.js';
import { destinationRoutes } from './destination_routes.js';
import { diagnosisRoute } from './diagnosis_route.js';
import { erasureRoutes } from './erasure_routes.js';
import { eventRoutes } from './event_routes.js';
import { explainRoute } from './explain_route.js';
import { Guard } from './guard.js';
import { liveRoute } from './live_route.js';
import { Metrics } from './metrics.js';
import { describe } from './openapi.js';
import { operationRoutes } from './operation_routes.js';
import type { Route } from './route.js';
import { ruleRoutes } from './rule_routes.js';
import { registerRuntimeMetrics } from './runtime_metrics.js';
import { streamRoutes } from './stream_routes.js';

export interface Api {
  readonly handle: RequestListener;
  readonly routes: readonly Route[];
  /** The OpenAPI document of the routes. */
  readonly document: object;
}

/** The REST API over a running server. `version` is the package's; without a guard everybody may do everything. */
export function createApi(parts: {
  readonly tocsin: Tocsin;
  readonly version: string;
  readonly logger: Logger;
  readonly guard?: Guard;
}): Api {
  const { tocsin, version, logger, guard = new Guard() } = parts;
  const metrics = new Metrics();
  registerRuntimeMetrics(metrics.registry, tocsin.reader);
  let document: object = {};
  const routes = [
    ...operationRoutes({ version, metrics, readiness: () => readiness(tocsin), document: () => document }),
    ...streamRoutes(tocsin.catalog),
    ...eventRoutes(tocsin.ingest, tocsin.reader),
    ...erasureRoutes(tocsin.erasures),
    ...ruleRoutes(tocsin.catalog),
    explainRoute(tocsin.catalog),
    diagnosisRoute(tocsin.reader),
    backtestRoute(tocsin.backtests),
    backupRoute(tocsin.backups),
    ...destinationRoutes(tocsin.destinations),
    // Before /v1/alerts/{id}: the path is one of its own.
    liveRoute({
      ...{ live: tocsin.live, reader: tocsin.reader, registry: metrics.registry },
      patience: tocsin.settings.liveStall,
    }),
    ...alertRoutes(tocsin.reader),
  ];
  document = describe(routes, version);
  return { routes, document, handle: createApp({ routes, document, metrics, logger, guard }) };
}

async function readiness(tocsin: Tocsin): Promise<{ reason: string; message: string } | null> {
  const { ready, reason, message } = await tocsin.status();
  return ready
    ? null
    : { reason: reason ?? 'unknown', message: message ?? 'the server cannot take events now' };
}
