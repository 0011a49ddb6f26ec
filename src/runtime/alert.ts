import { createHash } from 'node:crypto';
import type { Match, MatchedRow } from '../engine/emission.js';
import { toJson } from '../event/format.js';
import type { JsonValue } from '../event/json.js';
import type { StreamSchema } from '../event/schema.js';
import { formatTimestamp } from '../event/timestamp.js';
import type { RulePlan } from '../language/plan.js';
import type { AlertRecord } from '../store/store.js';
import type { RuleDefinition } from './change.js';

/** What an alert is made of besides its match. */
export interface AlertContext {
  readonly rule: RuleDefinition;
  readonly plan: RulePlan;
  readonly partition: number;
  /** Arrival stamp of the record that made the match final, in milliseconds. */
  readonly stamp: number;
  /** A stream's schema by its name, for the form of its columns. */
  readonly schema: (stream: string) => StreamSchema | null;
  /** How many alike were held back since the alert before; null: the rule holds none back. */
  readonly suppressed?: number | null;
}

const encoder = new TextEncoder();
const ANY = { kind: 'ANY' } as const;

/** The alert of a match: its id, and the body that webhooks carry (`interfaces.md`, Webhooks). */
export function alertOf(match: Match, context: AlertContext): AlertRecord {
  const { rule, plan, stamp, suppressed = null } = context;
  const id = alertId(match, context);
  const isAllRows = plan.operator.kind === 'match' && plan.operator.rowsPerMatch === 'all';
  const body = {
    type: 'alert.fired',
    timestamp: formatTimestamp(stamp),
    data: {
      id,
      rule: rule.name,
      rule_version: rule.version,
      severity: rule.severity,
      key: match.key,
      ...(isAllRows ? { rows: match.output } : { row: match.output[0] ?? null }),
      ...(suppressed === null ? {} : { suppressed }),
      window: { start: formatTimestamp(match.window.start), end: formatTimestamp(match.window.end) },
      events: match.events.map((event) => eventOf(event, context)),
    },
  };
  return {
    ...{ id, rule: rule.name, severity: rule.severity, stamp },
    body: encoder.encode(JSON.stringify(body)),
    destinations: rule.notify,
  };
}

/**
 * The id is made from what the match is, so that a replay gives the same one (`language.md`, From match to alert): SHA-256
 * over incarnation, version, operator, kind and status, key, partition and start row, the ordered (variable, offset) list
 * and the window, cut to 144 bits (FIPS 180-4; RFC 4648, 5 for the form).
 */
export function alertId({ kind, status, key, start, events, window }: Match, context: AlertContext): string {
  const { rule, plan, partition } = context;
  const identity = JSON.stringify([
    ...['tocsin alert 1', rule.incarnation, rule.version, plan.operator.kind, kind, status],
    ...[Object.entries(key), partition, start.offset],
    events.map(({ variable, row }) => [variable, row.offset]),
    [window.start, window.end],
  ]);
  return `al_${createHash('sha256').update(identity).digest().subarray(0, 18).toString('base64url')}`;
}

function eventOf({ variable, row }: MatchedRow, { schema }: AlertContext): JsonValue {
  const { stream, offset, time, values } = row;
  return { variable, stream, offset, time: formatTimestamp(time), data: dataOf(values, schema(stream)) };
}

/** A row's values as JSON: declared columns in the form of their types, the rest as it came. */
function dataOf(values: MatchedRow['row']['values'], schema: StreamSchema | null): JsonValue {
  const types = new Map(schema?.columns.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, toJson(value, types.get(name) ?? ANY)]),
  );
}
