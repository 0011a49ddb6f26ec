import type { Scope } from './scope.js';

/**
 * The scope that each operation needs, by its id; null: everybody, without a key. What needs none tells nothing of this
 * server's data. Destinations are for `admin`: they send alerts elsewhere, and their addresses are often secrets.
 */
const NEEDS: Readonly<Record<string, Scope | null>> = {
  getRoot: null,
  getHealth: null,
  getReadiness: null,
  getDescription: null,
  listProblems: null,
  getProblem: null,
  getMetrics: 'rules:read',

  postEvents: 'events:write',
  postWatermark: 'events:write',
  readEvents: 'alerts:read',
  // It reaches into alerts too, and nothing brings back what it takes.
  eraseEvents: 'admin',
  listErasures: 'admin',

  listStreams: 'rules:read',
  getStream: 'rules:read',
  putStream: 'rules:write',
  deleteStream: 'rules:write',

  listRules: 'rules:read',
  getRule: 'rules:read',
  listRuleVersions: 'rules:read',
  validateRule: 'rules:read',
  explainRule: 'rules:read',
  // They show events.
  backtestRule: 'alerts:read',
  diagnoseRule: 'alerts:read',
  putRule: 'rules:write',
  deleteRule: 'rules:write',
  pauseRule: 'rules:write',
  resumeRule: 'rules:write',

  listAlerts: 'alerts:read',
  followAlerts: 'alerts:read',
  getAlert: 'alerts:read',
  listDeliveries: 'alerts:read',
  retryDelivery: 'admin',

  // It holds everything.
  makeBackup: 'admin',

  listDestinations: 'admin',
  getDestination: 'admin',
  putDestination: 'admin',
  deleteDestination: 'admin',
  testDestination: 'admin',
  enableDestination: 'admin',
};

/** The operations that somebody has decided on. */
export const DECIDED: readonly string[] = Object.keys(NEEDS);

/** The scope that an operation needs, or null for none. One that nobody has decided on needs `admin`. */
export function neededScope(operation: string): Scope | null {
  return Object.hasOwn(NEEDS, operation) ? (NEEDS[operation] as Scope | null) : 'admin';
}
