import type { StreamSchema } from '../event/schema.js';
import type { DocumentChange } from '../store/store.js';
import type { RuleChange, RuleDefinition, StreamChange, Warning } from './change.js';

/** A stream as it stands at a place in the log. Times are arrival stamps. */
export interface StreamEntry {
  readonly name: string;
  readonly query: string | null;
  readonly schema: StreamSchema;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Offset of its last change. */
  readonly revision: number;
  readonly warnings: readonly Warning[];
}

/** A rule as it stands at a place in the log. */
export interface RuleEntry extends RuleDefinition {
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly revision: number;
  /** The streams it reads, as they were when it was bound: it stays bound to them until it is replaced. */
  readonly streams: readonly StreamSchema[];
  /** Why it does not run though it is enabled, or null. */
  readonly failure: string | null;
  /** Offset of the record that started it afresh last: the order that ties between alerts follow. */
  readonly startedAt: number;
}

/** One line of a rule's history. */
export interface RuleVersion extends Omit<RuleDefinition, 'name' | 'warnings' | 'onUpdate'> {
  readonly at: number;
  readonly by: string | null;
  readonly change: RuleChange['op'];
}

/** Names of what changed. */
export interface RegistryChanges {
  readonly streams: readonly string[];
  readonly rules: readonly string[];
}

/** Where a change stands in the log. */
export interface Place {
  readonly offset: number;
  readonly stamp: number;
}

const encoder = new TextEncoder();
const json = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** Streams and rules at a place in the log: what the change records up to there say. Each change gives documents to commit. */
export class Registry {
  readonly streams = new Map<string, StreamEntry>();
  /** In order of registration, replaced rules last: the order that ties between alerts follow. */
  readonly rules = new Map<string, RuleEntry>();
  #documents: DocumentChange[] = [];

  readonly #changedStreams = new Set<string>();
  readonly #changedRules = new Set<string>();

  /** Takes back what was there, in any order. */
  static from(streams: readonly StreamEntry[], rules: readonly RuleEntry[]): Registry {
    const registry = new Registry();
    for (const stream of streams) registry.streams.set(stream.name, stream);
    for (const rule of [...rules].sort((a, b) => a.startedAt - b.startedAt))
      registry.rules.set(rule.name, rule);
    return registry;
  }

  /** What was put or deleted since the last call. */
  takeChanges(): RegistryChanges {
    const changes = { streams: [...this.#changedStreams], rules: [...this.#changedRules] };
    this.#changedStreams.clear();
    this.#changedRules.clear();
    return changes;
  }

  /** The stream of that name, else the one that differs in case only. */
  stream(name: string): StreamEntry | null {
    return this.streams.get(name) ?? folded(this.streams, name);
  }

  rule(name: string): RuleEntry | null {
    return this.rules.get(name) ?? folded(this.rules, name);
  }

  schemas(): readonly StreamSchema[] {
    return [...this.streams.values()].map(({ schema }) => schema);
  }

  /** Names of the rules that read the stream. */
  readers(stream: string): readonly string[] {
    return [...this.rules.values()]
      .filter(({ streams }) => streams.some(({ name }) => name === stream))
      .map(({ name }) => name);
  }

  changeStream(change: StreamChange, { offset, stamp }: Place): void {
    this.#changedStreams.add(change.name);
    if (change.op === 'delete') {
      this.streams.delete(change.name);
      this.#documents.push({ kind: 'stream', key: change.name, value: null });
      return;
    }
    const { name, query, schema, version, warnings } = change;
    const createdAt = this.streams.get(name)?.createdAt ?? stamp;
    const entry = { name, query, schema, version, createdAt, updatedAt: stamp, revision: offset, warnings };
    this.streams.set(name, entry);
    this.#documents.push({ kind: 'stream', key: name, value: json(entry) });
  }

  /**
   * Writes a rule down, last in order: it starts afresh. `streams` and `failure`: what became of binding it; `op`: `resume`
   * where nothing else of it changed.
   */
  putRule(
    rule: RuleDefinition,
    bound: Pick<RuleEntry, 'streams' | 'failure'>,
    { op, by }: { readonly op: 'put' | 'resume'; readonly by: string | null },
    place: Place,
  ): void {
    const before = this.rules.get(rule.name);
    const createdAt = before?.incarnation === rule.incarnation ? before.createdAt : place.stamp;
    this.rules.delete(rule.name);
    this.#setRule({
      ...{ ...rule, ...bound, createdAt, updatedAt: place.stamp },
      ...{ revision: place.offset, startedAt: place.offset },
    });
    this.#writeVersion(rule, op, by, place);
  }

  pauseRule(name: string, by: string | null, place: Place): void {
    const rule = this.rules.get(name);
    if (rule === undefined) return;
    const paused = { ...rule, enabled: false, failure: null };
    this.#setRule({ ...paused, updatedAt: place.stamp, revision: place.offset });
    this.#writeVersion(paused, 'pause', by, place);
  }

  deleteRule(name: string, by: string | null, place: Place): void {
    const rule = this.rules.get(name);
    if (rule === undefined) return;
    this.rules.delete(name);
    this.#changedRules.add(name);
    this.#documents.push({ kind: 'rule', key: name, value: null });
    this.#writeVersion(rule, 'delete', by, place);
  }

  /** The rule stopped for a reason that is no change of anybody's. */
  failRule(name: string, failure: string): void {
    const rule = this.rules.get(name);
    if (rule !== undefined) this.#setRule({ ...rule, failure });
  }

  /** Documents that changed since the last call. */
  takeDocuments(): DocumentChange[] {
    const documents = this.#documents;
    this.#documents = [];
    return documents;
  }

  #setRule(entry: RuleEntry): void {
    this.rules.set(entry.name, entry);
    this.#changedRules.add(entry.name);
    this.#documents.push({ kind: 'rule', key: entry.name, value: json(entry) });
  }

  #writeVersion(rule: RuleDefinition, change: RuleChange['op'], by: string | null, place: Place): void {
    const { incarnation, version, query, severity, notify, params, suppress, enabled } = rule;
    const line: RuleVersion = {
      ...{ incarnation, version, query, severity, notify, params, suppress, enabled },
      ...{ at: place.stamp, by, change },
    };
    const key = `${versionPrefix(rule.name)}${String(place.offset).padStart(16, '0')}`;
    this.#documents.push({ kind: 'rule_version', key, value: json(line) });
  }
}

/** What the keys of a rule's history begin with: no name's prefix begins another's. */
export function versionPrefix(rule: string): string {
  return `${encodeURIComponent(rule)}/`;
}

function folded<T>(entries: ReadonlyMap<string, T>, name: string): T | null {
  const wanted = name.toLowerCase();
  for (const [known, entry] of entries) if (known.toLowerCase() === wanted) return entry;
  return null;
}
