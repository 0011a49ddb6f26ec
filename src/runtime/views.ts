import type { StreamSchema } from '../event/schema.js';
import type { AlertSeverity } from '../language/plan.js';
import type { Parameters, RuleChange, Suppress, Warning } from './change.js';
import { etagOf } from './etag.js';
import type { RuleEntry, StreamEntry } from './registry.js';

/** A stream as it is shown. Times are milliseconds since the epoch. */
export interface StreamView {
  readonly name: string;
  readonly declared: boolean;
  /** The canonical CREATE STREAM, or null for a stream that was only named. */
  readonly query: string | null;
  readonly schema: StreamSchema;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly watermark: number | null;
  readonly etag: string;
  readonly warnings: readonly Warning[];
}

/** A rule as it is shown. */
export interface RuleView {
  readonly name: string;
  /** The canonical SELECT. */
  readonly query: string;
  readonly severity: AlertSeverity;
  readonly notify: readonly string[];
  readonly params: Parameters;
  readonly suppress: Suppress | null;
  readonly onUpdate: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly incarnation: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The streams it reads. */
  readonly streams: readonly string[];
  readonly warnings: readonly Warning[];
  /** Why it does not run though it is enabled, or null. */
  readonly failure: string | null;
  readonly etag: string;
}

/** One line of a rule's history, oldest first. `cursor` leads on to the next. */
export interface RuleVersionView {
  readonly cursor: string;
  readonly version: number;
  readonly incarnation: string;
  readonly query: string;
  readonly severity: AlertSeverity;
  readonly notify: readonly string[];
  readonly params: Parameters;
  readonly suppress: Suppress | null;
  readonly enabled: boolean;
  readonly at: number;
  /** The name of the key that asked for it, or null. */
  readonly by: string | null;
  readonly change: RuleChange['op'];
}

export function streamView(entry: StreamEntry, watermark: number | null): StreamView {
  const { name, query, schema, version, createdAt, updatedAt, revision, warnings } = entry;
  return {
    ...{ name, declared: schema.declared, query, schema, version, createdAt, updatedAt },
    ...{ watermark, etag: etagOf(revision), warnings },
  };
}

export function ruleView(entry: RuleEntry): RuleView {
  const { revision, streams, startedAt: _, ...rest } = entry;
  return { ...rest, streams: streams.map(({ name }) => name), etag: etagOf(revision) };
}
