import type { Line } from './line.js';

export interface RowOptions {
  /** Small and short: what is large is left out. */
  readonly quick: boolean;
  /** Whether this work is wanted: the peers are measured work by work, in turn with ours. */
  readonly wants: (work: string) => boolean;
  /** Says what is being done, for whoever waits. */
  readonly say: (progress: string) => void;
}

/** A row of the table of goals: it measures and gives its lines one after the other. */
export interface Row {
  readonly title: string;
  measure(options: RowOptions): AsyncIterable<Line> | Iterable<Line>;
}

/** The rows by name, in the order of the table; each loads what it needs in a process of its own. */
export const ROWS: Readonly<Record<string, () => Promise<Row>>> = {
  keyed: async () => (await import('./keyed.js')).keyed,
  iso: async () => (await import('./iso.js')).iso,
  any: async () => (await import('./any.js')).any,
  rules: async () => (await import('./rules.js')).rules,
  registration: async () => (await import('./registration.js')).registration,
  batches: async () => (await import('./batches.js')).batches,
  single: async () => (await import('./single.js')).single,
  latency: async () => (await import('./latency.js')).latency,
  keys: async () => (await import('./keys.js')).keys,
  deliveries: async () => (await import('./deliveries.js')).deliveries,
};
