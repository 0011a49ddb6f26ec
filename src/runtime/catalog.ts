import { randomUUID } from 'node:crypto';
import { type StreamSchema, undeclaredSchema } from '../event/schema.js';
import type { Diagnostic } from '../language/diagnostic.js';
import type { RulePlan } from '../language/plan.js';
import { printStatement } from '../language/print.js';
import type { LogEntry, Store } from '../store/store.js';
import type { RuleChange, RuleDefinition, Warning } from './change.js';
import type { Clock } from './clock.js';
import { incompatibility } from './compatible.js';
import { draftRule, draftStream } from './draft.js';
import { limitReached, RuntimeError } from './error.js';
import { checkPreconditions, etagOf, type Preconditions } from './etag.js';
import { explainRule, type RuleExplanation } from './explanation.js';
import type { Gate } from './gate.js';
import { History } from './history.js';
import { checkName } from './name.js';
import { ruleEntry, streamEntry } from './record.js';
import type { Registry, RuleEntry, StreamEntry } from './registry.js';
import type { RuleFields } from './rule-fields.js';
import { type BoundRule, parseOne, rebind } from './rule-text.js';
import type { Settings } from './settings.js';
import { asked } from './trouble.js';
import { type RuleVersionView, type RuleView, ruleView, type StreamView, streamView } from './views.js';
import type { Worker } from './worker.js';

/** Who asks, and what must be there for the change to be made. */
export interface Asker extends Preconditions {
  /** The name of the key, for the history. */
  readonly by?: string | null;
}

export interface StreamRequest extends Asker {
  readonly query: string;
}

export interface RuleRequest extends RuleFields, Asker {
  readonly query: string;
}

export interface PutStream {
  readonly stream: StreamView;
  readonly created: boolean;
  readonly changed: boolean;
}

export interface PutRule {
  readonly rule: RuleView;
  readonly created: boolean;
  readonly changed: boolean;
}

export interface ValidationRequest extends RuleFields {
  readonly query: string;
  readonly name?: string;
}

/** What there is to say of a text. `query` is its canonical form, null when it does not parse. */
export interface Validation {
  readonly valid: boolean;
  readonly query: string | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly plan: RulePlan | null;
}

/** A rule that could be registered, and what a registered one would run with. */
export interface Trial extends BoundRule {
  readonly rule: RuleDefinition;
  readonly schema: (stream: string) => StreamSchema | null;
  readonly warnings: readonly Warning[];
}

export interface CatalogParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly gate: Gate;
  readonly workers: readonly Worker[];
  readonly destinations: () => ReadonlySet<string>;
  /** Takes up the destinations that other servers on the store have made. */
  readonly catchUp: () => Promise<void>;
}

/**
 * Streams and rules. A change is checked, written to the log of every partition, and answered when the workers have applied
 * and committed it; changes follow one another. Besides what its methods name, each throws RuntimeError `not_ready`,
 * `store_full`, `store_unavailable`, `precondition_failed`.
 */
export class Catalog {
  readonly #parts: CatalogParts;
  readonly #history: History;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: CatalogParts) {
    this.#parts = parts;
    this.#history = new History(parts.store, parts.settings.maxRuleVersions);
  }

  /** Makes or changes a stream. Throws `invalid_stream`, `bad_name`, `name_mismatch`, `name_conflict`, `incompatible_change`, `stream_in_use`, `limit_reached`. */
  putStream(name: string, { query, by, ...preconditions }: StreamRequest): Promise<PutStream> {
    return this.#inTurn(async () => {
      const draft = draftStream(name, query);
      const identifier = draft.statement.name;
      const before = this.#registry.stream(identifier.name);
      checkPreconditions(preconditions, before === null ? null : etagOf(before.revision));
      if (before !== null && before.name !== identifier.name && identifier.quoted) {
        throw conflict('stream', identifier.name, before.name);
      }
      const called = before?.name ?? identifier.name;
      if (before !== null) {
        if (before.query === draft.query) {
          return { stream: this.#view(before), created: false, changed: false };
        }
        this.#checkChange(before, { ...draft.schema, name: called });
      } else this.#checkRoom('stream', 1);
      const { query: canonical, warnings } = draft;
      const version = (before?.version ?? 0) + 1;
      const schema = { ...draft.schema, name: called };
      const change = { name: called, version, query: canonical, schema, warnings, by: by ?? null };
      await this.#write([streamEntry({ op: 'put', ...change })]);
      return { stream: this.#view(this.#stream(called)), created: before === null, changed: true };
    });
  }

  stream(name: string): StreamView | null {
    const entry = this.#registry.stream(name);
    return entry === null ? null : this.#view(entry);
  }

  /** In order of name, names above `after`. */
  streams(after: string, limit: number): readonly StreamView[] {
    return page(this.#registry.streams, after, limit).map((entry) => this.#view(entry));
  }

  /** Throws `unknown_stream`, `stream_in_use`. */
  deleteStream(name: string, { by, ...preconditions }: Asker = {}): Promise<void> {
    return this.#inTurn(async () => {
      const stream = this.#stream(name);
      checkPreconditions(preconditions, etagOf(stream.revision));
      this.#checkUnread(stream, 'deleted');
      await this.#write([streamEntry({ op: 'delete', name: stream.name, by: by ?? null })]);
    });
  }

  /**
   * The stream's entry; a stream that is not known is made where the settings allow it. `mayBeMade` is asked before, and
   * keeps it from being made by throwing. Throws `unknown_stream`, `bad_name`, `limit_reached`.
   */
  async ensureStream(
    name: string,
    mayBeMade: (schema: StreamSchema) => Promise<void>,
  ): Promise<{ readonly stream: StreamEntry; readonly created: boolean }> {
    const known = this.#registry.stream(name);
    if (known !== null) return { stream: known, created: false };
    if (this.#parts.settings.unknownStreams === 'refuse') throw unknown('stream', name);
    checkName('stream', name);
    await mayBeMade(undeclaredSchema(name));
    return this.#inTurn(async () => {
      if (this.#registry.stream(name) !== null) return { stream: this.#stream(name), created: false };
      this.#checkRoom('stream', 1);
      await this.#write([undeclaredEntry(name, null)]);
      return { stream: this.#stream(name), created: true };
    });
  }

  /** Makes or replaces a rule. Throws `invalid_rule`, `bad_name`, `name_mismatch`, `name_conflict`, `bad_option`, `not_built`, `limit_reached`. */
  putRule(name: string, request: RuleRequest): Promise<PutRule> {
    return this.#inTurn(async () => {
      await this.#parts.catchUp();
      const registry = this.#registry;
      const before = registry.rule(name);
      checkPreconditions(request, before === null ? null : etagOf(before.revision));
      if (before !== null && before.name !== name) throw conflict('rule', name, before.name);
      const draft = draftRule(name, request, this.#surroundings());
      const { query, settings, warnings, plan } = draft;
      if (before !== null && before.failure === null && isSame(before, query, settings)) {
        return { rule: ruleView(before), created: false, changed: false };
      }
      const rule: RuleDefinition = {
        ...{ name, query, warnings, ...settings },
        incarnation: before?.incarnation ?? randomUUID(),
        version: (before?.version ?? 0) + 1,
      };
      const by = request.by ?? null;
      const strange = [...new Set(plan.sources.map(({ stream }) => stream))].filter(
        (stream) => !registry.streams.has(stream),
      );
      this.#checkRoom('stream', strange.length);
      if (before === null) this.#checkRoom('rule', 1);
      const entries = strange.map((stream) => undeclaredEntry(stream, by));
      await this.#change({ op: 'put', rule, by }, entries);
      return { rule: ruleView(this.#rule(name)), created: before === null, changed: true };
    });
  }

  rule(name: string): RuleView | null {
    const entry = this.#registry.rule(name);
    return entry === null ? null : ruleView(entry);
  }

  /** In order of name, names above `after`. */
  rules(after: string, limit: number): readonly RuleView[] {
    return page(this.#registry.rules, after, limit).map(ruleView);
  }

  /** Throws `unknown_rule`. */
  deleteRule(name: string, { by, ...preconditions }: Asker = {}): Promise<void> {
    return this.#inTurn(async () => {
      const rule = this.#rule(name);
      checkPreconditions(preconditions, etagOf(rule.revision));
      await this.#change({ op: 'delete', name: rule.name, by: by ?? null });
    });
  }

  /** Stops a rule: what it held is gone, and it sees no rows until it is resumed. Throws `unknown_rule`. */
  pause(name: string, { by, ...preconditions }: Asker = {}): Promise<RuleView> {
    return this.#inTurn(async () => {
      const rule = this.#rule(name);
      checkPreconditions(preconditions, etagOf(rule.revision));
      if (rule.enabled) await this.#change({ op: 'pause', name: rule.name, by: by ?? null });
      return ruleView(this.#rule(name));
    });
  }

  /** Starts a paused or failed rule afresh. Throws `unknown_rule`. */
  resume(name: string, { by, ...preconditions }: Asker = {}): Promise<RuleView> {
    return this.#inTurn(async () => {
      const rule = this.#rule(name);
      checkPreconditions(preconditions, etagOf(rule.revision));
      if (!rule.enabled || rule.failure !== null) {
        await this.#change({ op: 'resume', name: rule.name, by: by ?? null });
      }
      return ruleView(this.#rule(name));
    });
  }

  /** A rule's history, oldest first, lines above the cursor `after`; of a deleted rule too. Throws `unknown_rule`. */
  async versions(name: string, after: string, limit: number): Promise<readonly RuleVersionView[]> {
    const called = this.#registry.rule(name)?.name ?? name;
    const lines = await this.#history.list(called, after, limit);
    if (lines.length === 0 && after === '') throw unknown('rule', name);
    return lines;
  }

  /** What would become of a text; stores nothing. A CREATE STREAM is taken too. */
  validate({ name, ...request }: ValidationRequest): Validation {
    const { statement, diagnostics } = parseOne(request.query);
    if (statement === null) return { valid: false, query: null, diagnostics, plan: null };
    const query = printStatement(statement);
    const called = name ?? (statement.kind === 'select' ? 'rule' : statement.name.name);
    try {
      if (statement.kind === 'create_stream') {
        const draft = draftStream(called, request.query);
        return { valid: true, query, diagnostics: draft.diagnostics, plan: null };
      }
      const draft = draftRule(called, request, this.#surroundings());
      return { valid: true, query, diagnostics: draft.diagnostics, plan: draft.plan };
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code === 'not_ready') throw error;
      const span = { start: 0, end: 0 };
      const { code, message, detail } = error;
      const own: Diagnostic = { code, severity: 'error', message, hint: null, span };
      return { valid: false, query, diagnostics: detail.diagnostics ?? [own], plan: null };
    }
  }

  /** How a text would run; stores nothing. Throws as `putRule`. */
  explain({ name, ...request }: ValidationRequest): RuleExplanation {
    const { statement } = parseOne(request.query);
    const called = name ?? (statement?.kind === 'create_rule' ? statement.name.name : 'rule');
    const { plan, warnings } = draftRule(called, request, this.#surroundings());
    return explainRule(plan, warnings);
  }

  /**
   * Checks a rule as `putRule` does, and stores nothing. One that is registered with that text keeps its identity, so that
   * equal matches have equal ids. Throws as `putRule`.
   */
  trial({ name, ...request }: ValidationRequest): Trial {
    const { statement } = parseOne(request.query);
    const called = name ?? (statement?.kind === 'create_rule' ? statement.name.name : 'backtest');
    const { query, settings, warnings } = draftRule(called, request, this.#surroundings());
    const known = this.#registry.rules.get(called);
    const isKnown = known?.query === query && canonical(known.params) === canonical(settings.params);
    const { incarnation, version } = isKnown ? known : { incarnation: 'backtest', version: 0 };
    return {
      ...rebind(called, query, settings.params, this.#registry.schemas()),
      rule: { name: called, incarnation, version, query, warnings, ...settings },
      schema: (stream) => this.#registry.streams.get(stream)?.schema ?? null,
      warnings,
    };
  }

  get #registry(): Registry {
    return this.#first.partition.registry;
  }

  get #first(): Worker {
    const [worker] = this.#parts.workers;
    if (worker === undefined) throw new Error('a store has at least one partition');
    return worker;
  }

  #surroundings() {
    return {
      streams: this.#registry.schemas(),
      unknownStreams: this.#parts.settings.unknownStreams,
      destinations: this.#parts.destinations(),
    };
  }

  #view(entry: StreamEntry): StreamView {
    return streamView(entry, this.#first.partition.watermark(entry.name));
  }

  #stream(name: string): StreamEntry {
    const entry = this.#registry.stream(name);
    if (entry === null) throw unknown('stream', name);
    return entry;
  }

  #rule(name: string): RuleEntry {
    const entry = this.#registry.rule(name);
    if (entry === null) throw unknown('rule', name);
    return entry;
  }

  #checkChange(before: StreamEntry, after: StreamEntry['schema']): void {
    if (!before.schema.declared) {
      this.#checkUnread(before, 'declared');
      return;
    }
    const why = incompatibility(before.schema, after);
    if (why === null) return;
    const message = `the stream '${before.name}' cannot change like this: ${why}; make a stream of another name, or delete this one first`;
    throw new RuntimeError('incompatible_change', message);
  }

  #checkRoom(what: 'stream' | 'rule', more: number): void {
    const { maxStreams, maxRules } = this.#parts.settings;
    const { streams, rules } = this.#registry;
    const [held, most] = what === 'stream' ? [streams.size, maxStreams] : [rules.size, maxRules];
    if (more > 0 && held + more > most) throw limitReached(what, most);
  }

  #checkUnread({ name }: StreamEntry, fate: string): void {
    const names = this.#registry.readers(name);
    if (names.length === 0) return;
    const message = `the stream '${name}' cannot be ${fate} while rules read it: ${names.join(', ')}; delete them first`;
    throw new RuntimeError('stream_in_use', message, { names });
  }

  async #change(change: RuleChange, before: readonly LogEntry[] = []): Promise<void> {
    await this.#write([...before, ruleEntry(change)]);
    // The change is made: lines too many of its history go with the next one, if not now.
    await this.#history.trim(change.op === 'put' ? change.rule.name : change.name).catch(() => {});
  }

  async #write(entries: readonly LogEntry[]): Promise<void> {
    const { store, clock, workers } = this.#parts;
    for (const [number, worker] of workers.entries()) {
      const appended = await asked(store.append(number, entries, clock.now()));
      const last = appended.at(-1);
      if (last !== undefined) await worker.applied(last.last);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#parts.gate.pass(() => {
      const turn = this.#last.then(work);
      this.#last = turn.catch(() => {});
      return turn;
    });
  }
}

function undeclaredEntry(name: string, by: string | null): LogEntry {
  const schema = undeclaredSchema(name);
  return streamEntry({ op: 'put', name, version: 1, query: null, schema, warnings: [], by });
}

function isSame(before: RuleEntry, query: string, settings: object): boolean {
  const { severity, notify, params, suppress, onUpdate, enabled } = before;
  const known = { severity, notify, params, suppress, onUpdate, enabled };
  return before.query === query && canonical(known) === canonical(settings);
}

/** JSON with keys in order, so that equal objects give equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function page<T extends { readonly name: string }>(
  entries: ReadonlyMap<string, T>,
  after: string,
  limit: number,
): readonly T[] {
  return [...entries.values()]
    .filter(({ name }) => name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, limit);
}

function unknown(what: 'stream' | 'rule', name: string): RuntimeError {
  return new RuntimeError(`unknown_${what}`, `there is no ${what} '${name}'`);
}

function conflict(what: string, name: string, known: string): RuntimeError {
  const message = `there is a ${what} '${known}' already, which differs from '${name}' in case only`;
  return new RuntimeError('name_conflict', message, { names: [known] });
}
