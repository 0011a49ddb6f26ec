import type { Emission } from '../engine/emission.js';
import { Engine, type EngineSnapshot } from '../engine/engine.js';
import type { Inspection } from '../engine/explain/inspection.js';
import type { MissOptions } from '../engine/explain/misses.js';
import type { PartitionSnapshot } from '../engine/match/snapshot.js';
import type { RuleCounts, RuleHead } from '../engine/rule.js';
import type { Decoded as DecodedEvent } from '../event/decode.js';
import type { Row } from '../event/row.js';
import { undeclaredSchema } from '../event/schema.js';
import { Subject } from '../event/subject.js';
import type { AlertRecord, DocumentChange, LogRecord, StatePiece } from '../store/store.js';
import { Activity } from './activity.js';
import { alertOf } from './alert.js';
import type { ErasureChange, RuleChange, RuleDefinition, StreamChange, TimeChange } from './change.js';
import { erasureDocument } from './erasure.js';
import { decodeLine } from './event-line.js';
import { type Decoded, decodeRecord } from './record.js';
import { type Place, Registry, type RuleEntry } from './registry.js';
import { type BoundRule, rebind } from './rule-text.js';
import {
  checkVersion,
  type HeadPiece,
  META,
  packPiece,
  type RulePiece,
  type StreamPiece,
  type UnpackedChange,
  unpackPiece,
} from './snapshot.js';
import { Suppression } from './suppression.js';
import type { Tail } from './tail.js';
import { RuleTally } from './tally.js';
import { type Tombstone, tombstoneOf } from './tombstone.js';

/** What is kept of starts that gave no match, for diagnosis: since the server began, not part of the state. */
const MISSES: MissOptions = { most: 10, ties: 'newest', keepsLastRows: false };

/** A rule at work in this partition. */
interface Running extends BoundRule {
  readonly suppression: Suppression | null;
}

/** What applying records gave, to be committed with the position behind them. */
export interface Applied {
  readonly alerts: readonly AlertRecord[];
  readonly documents: readonly DocumentChange[];
}

/** The engine failed on the event or tick at this offset: the partition's state is no longer sound. */
export class PoisonError extends Error {
  constructor(
    readonly offset: number,
    cause: unknown,
  ) {
    super(`evaluating the record at offset ${offset} failed: ${(cause as Error).message}`, { cause });
    this.name = 'PoisonError';
  }
}

/** The pieces of `META`, put together. */
interface Meta {
  readonly head: HeadPiece;
  readonly streams: readonly StreamPiece[];
  readonly rules: readonly RulePiece[];
}

class MetaPieces {
  #head: HeadPiece | null = null;
  readonly #streams: StreamPiece[] = [];
  readonly #rules: RulePiece[] = [];

  add(key: string, piece: unknown): void {
    if (key === 'head') this.#head = checkVersion(piece as HeadPiece);
    else if (key.startsWith('stream/')) this.#streams.push(piece as StreamPiece);
    else this.#rules.push(piece as RulePiece);
  }

  /** Throws Error when the checkpoint has no head. */
  whole(): Meta {
    return { head: this.#head ?? checkVersion(null), streams: this.#streams, rules: this.#rules };
  }
}

/**
 * What a partition's log amounts to: its streams and rules, the engine's state, counters. Deterministic: the same records
 * give the same alerts with the same ids, from the beginning or from any snapshot.
 */
export class Partition {
  readonly registry: Registry;
  readonly activities = new Map<string, Activity>();
  readonly tallies = new Map<string, RuleTally>();
  readonly #number: number;
  /** Offsets at which the engine is known to fail: the rules at fault are stopped just before. */
  readonly #traps: ReadonlySet<number>;
  readonly #running = new Map<string, Running>();
  #engine: Engine;
  #alerts: AlertRecord[] = [];
  #stamp: number;
  #lastLate = -1;
  /** Groups of keys that are of no use any more. */
  #dropped: string[] = [];
  #documents: DocumentChange[] = [];
  /** The state of before held what was erased since: it is to be saved anew with the next commit. */
  mustSave = false;
  #isErased = false;

  /** `traps`: offsets at which the engine is known to fail. */
  constructor(number: number, traps: ReadonlySet<number> = new Set(), meta?: Meta) {
    this.#number = number;
    this.#traps = traps;
    this.registry =
      meta === undefined
        ? new Registry()
        : Registry.from(
            meta.streams,
            meta.rules.map(({ entry }) => entry),
          );
    this.#stamp = meta?.head.stamp ?? 0;
    for (const [name, activity] of meta?.head.activities ?? []) {
      this.activities.set(name, new Activity(0, activity));
    }
    const pieces = new Map(meta?.rules.map((piece) => [piece.entry.name, piece]));
    for (const rule of this.registry.rules.values()) {
      const piece = pieces.get(rule.name);
      this.tallies.set(rule.name, new RuleTally(piece?.tally));
      if (!rule.enabled || rule.failure !== null) continue;
      const bound = rebind(rule.name, rule.query, rule.params, rule.streams);
      const suppression =
        rule.suppress === null ? null : new Suppression(rule.suppress, piece?.tally.suppression ?? undefined);
      this.#running.set(rule.name, { ...bound, suppression });
    }
    this.#engine = this.#makeEngine(this.#running.keys());
    if (meta === undefined) return;
    this.#engine.restoreHead(meta.head.engine);
    for (const { entry, engine } of meta.rules) {
      if (engine !== null && this.#running.has(entry.name)) this.#engine.restoreRule(entry.name, engine);
    }
  }

  /** Takes back the state that checkpoints left. Throws Error when it cannot be read or does not fit. */
  static async load(
    number: number,
    pages: AsyncIterable<readonly StatePiece[]>,
    traps: ReadonlySet<number> = new Set(),
  ): Promise<Partition> {
    const meta = new MetaPieces();
    let partition: Partition | null = null;
    let rules = new Map<string, string>();
    for await (const page of pages) {
      for (const { group, key, value } of page) {
        const piece = unpackPiece(value);
        if (group === META) {
          meta.add(key, piece);
          continue;
        }
        if (partition === null) {
          partition = new Partition(number, traps, meta.whole());
          rules = new Map([...partition.#running.keys()].map((name) => [partition!.#groupOf(name), name]));
        }
        const rule = rules.get(group);
        // What a rule left that is gone is left alone: it is dropped with the rule's next group.
        if (rule !== undefined) partition.#engine.restoreKey(rule, piece as PartitionSnapshot, true);
      }
    }
    return partition ?? new Partition(number, traps, meta.whole());
  }

  /** The last arrival stamp seen, in milliseconds: the log's clock stands there at least. */
  get stamp(): number {
    return this.#stamp;
  }

  /** Whether an erasure was applied since the last call. */
  takeErased(): boolean {
    const isErased = this.#isErased;
    this.#isErased = false;
    return isErased;
  }

  /**
   * Takes one record in log order; what `tail` has of it is not decoded again. Throws RecordError for one it cannot read,
   * PoisonError when the engine fails.
   */
  apply(record: LogRecord, tail?: Tail): void {
    this.#stamp = Math.max(this.#stamp, record.stamp);
    const fresh = record.kind === 'events' ? (tail?.take(record.payload) ?? null) : null;
    if (fresh !== null && this.registry.streams.get(fresh.stream)?.schema === fresh.schema) {
      this.#takeEvents(fresh.stream, fresh.events, record);
    } else this.#applyDecoded(decodeRecord(record), record);
    for (const emission of this.#engine.take()) this.#emit(emission, record.stamp);
  }

  #applyDecoded(decoded: Decoded, record: LogRecord): void {
    const place = { offset: record.first, stamp: record.stamp };
    switch (decoded.kind) {
      case 'events': {
        const schema = this.registry.streams.get(decoded.stream)?.schema;
        // Posted while the stream was being deleted.
        if (schema === undefined) break;
        const events = decoded.lines.map((line) => tombstoneOf(line) ?? decodeLine(line, schema));
        this.#takeEvents(decoded.stream, events, record);
        break;
      }
      case 'watermark':
        this.#passTime(decoded.change, place);
        break;
      case 'stream':
        this.#changeStream(decoded.change, place);
        break;
      case 'rule':
        this.#changeRule(decoded.change, place);
        break;
      case 'erasure':
        this.#erase(decoded.change, place);
        break;
    }
  }

  /** Alerts and documents since the last call. */
  take(): Applied {
    const alerts = this.#alerts;
    const documents = [...this.registry.takeDocuments(), ...this.#documents];
    this.#alerts = [];
    this.#documents = [];
    return { alerts, documents };
  }

  /** How many keys have other state than at the last `takeChanges`. */
  get changes(): number {
    return this.#engine.changes;
  }

  /** What changed since the last call: with the pieces that were taken before it is the whole state. */
  takeChanges(): UnpackedChange {
    const dropped = this.#dropped;
    this.#dropped = [];
    this.mustSave = false;
    const { streams, rules } = this.registry.takeChanges();
    const changes = this.#engine.takeChanges();
    const keys = changes.flatMap(({ name, keys: changed }) => {
      const group = this.#groupOf(name);
      return changed.map(({ key, state }) => ({ group, key, value: state }));
    });
    const heads = new Map(changes.map(({ name, head }) => [name, head]));
    const head: HeadPiece = {
      version: 2,
      stamp: this.#stamp,
      engine: this.#engine.head(),
      activities: [...this.activities].map(([name, activity]) => [name, activity.state()]),
    };
    return {
      dropped,
      pieces: [
        { group: META, key: 'head', value: head },
        ...streams.map((name) => ({
          ...{ group: META, key: `stream/${name}`, value: this.registry.streams.get(name) ?? null },
        })),
        ...[...new Set([...rules, ...heads.keys()])].map((name) => ({
          ...{
            group: META,
            key: `rule/${name}`,
            value: this.#rulePiece(name, heads.get(name) ?? this.#engine.ruleHead(name)),
          },
        })),
        ...keys,
      ],
    };
  }

  #rulePiece(name: string, engine: RuleHead | null): RulePiece | null {
    const entry = this.registry.rules.get(name);
    if (entry === undefined) return null;
    const suppression = this.#running.get(name)?.suppression?.state() ?? null;
    const tally = { ...(this.tallies.get(name) ?? new RuleTally()).state(), suppression };
    return { entry, tally, engine, group: this.#groupOf(name) };
  }

  /** Where the state of a rule's keys is kept: elsewhere each time it starts afresh. */
  #groupOf(name: string): string {
    return `${encodeURIComponent(name)}/${this.registry.rules.get(name)?.startedAt ?? -1}`;
  }

  /** Ticks that are due at `now`, in milliseconds. */
  dueTicks(now: number): TimeChange[] {
    const awaited = new Set(
      [...this.#running.values()].flatMap(({ plan: { sources } }) =>
        new Set(sources.map(({ stream }) => stream)).size > 1 ? sources.map(({ stream }) => stream) : [],
      ),
    );
    return [...this.registry.streams.values()].flatMap(({ name, schema }) => {
      const activity = this.activities.get(name);
      const watermark = this.#engine.watermark(name);
      const deadline = this.#engine.nextDeadline(name);
      return activity?.dueTick(schema, now, watermark, deadline, awaited.has(name)) ?? [];
    });
  }

  /** The stream's watermark in milliseconds, or null before anything is known of it. */
  watermark(stream: string): number | null {
    return this.#engine.watermark(stream);
  }

  /** What the engine counts for a rule; null when it does not run. */
  counts(rule: string): RuleCounts | null {
    return this.#engine.counts(rule);
  }

  /** What a rule saw, holds and waits for; null when it does not run. */
  inspect(rule: string): Inspection | null {
    return this.#engine.inspect(rule);
  }

  suppressed(rule: string): number {
    return this.#running.get(rule)?.suppression?.held ?? 0;
  }

  /** Null stands for an event that fitted when it was posted: the schema changed on its way into the log. */
  #takeEvents(
    stream: string,
    events: readonly (DecodedEvent | Tombstone | null)[],
    { first, stamp }: LogRecord,
  ): void {
    const activity = this.#activity(stream);
    let offset = first;
    for (const event of events) {
      const isErased = event !== null && 'erasure' in event;
      const time = event === null || isErased ? (event?.time ?? null) : (event.time ?? stamp);
      activity.see(offset, stamp, time);
      if (event !== null && time !== null) {
        const row: Row = { stream, offset, time, arrival: stamp, values: isErased ? {} : event.values };
        this.#drive(offset, (engine) => (isErased ? engine.pass(row) : engine.append(row)));
      }
      offset++;
    }
  }

  #passTime({ stream, watermark, seen }: TimeChange, { offset, stamp }: Place): void {
    if (!this.registry.streams.has(stream)) return;
    const activity = this.#activity(stream);
    if (seen !== null) {
      if (activity.lastOffset !== seen) return;
      activity.ticked = stamp;
    }
    this.#drive(offset, (engine) =>
      watermark === null ? engine.idle(stream) : engine.advance(stream, watermark),
    );
  }

  #changeStream(change: StreamChange, place: Place): void {
    this.registry.changeStream(change, place);
    if (change.op === 'put') {
      this.#engine.putStream(change.schema);
      if (!this.activities.has(change.name)) {
        this.activities.set(change.name, new Activity(place.stamp));
      }
      return;
    }
    this.activities.delete(change.name);
    this.#engine.removeStream(change.name);
  }

  #changeRule(change: RuleChange, place: Place): void {
    const { by } = change;
    if (change.op === 'put') {
      const isNew = this.registry.rules.get(change.rule.name)?.incarnation !== change.rule.incarnation;
      if (isNew) this.tallies.set(change.rule.name, new RuleTally());
      this.#stop(change.rule.name);
      this.registry.putRule(change.rule, this.#start(change.rule), { op: 'put', by }, place);
      return;
    }
    const rule = this.registry.rules.get(change.name);
    if (rule === undefined) return;
    this.#stop(rule.name);
    if (change.op === 'resume') {
      const resumed = { ...rule, enabled: true };
      this.registry.putRule(resumed, this.#start(resumed), { op: 'resume', by }, place);
    } else if (change.op === 'pause') {
      this.registry.pauseRule(rule.name, by, place);
    } else {
      this.registry.deleteRule(rule.name, by, place);
      this.tallies.delete(rule.name);
    }
  }

  /** What is held of the subject goes now; log and alerts follow, as the document says that goes with the commit. */
  #erase({ stream, key, by }: ErasureChange, { offset, stamp }: Place): void {
    if (key === null) return;
    const schema = this.registry.streams.get(stream)?.schema ?? undeclaredSchema(stream);
    const subject = new Subject(schema, key);
    this.#engine.erase(subject);
    for (const { plan, suppression } of this.#running.values()) {
      if (plan.sources.some((source) => source.stream === stream)) suppression?.erase(Object.values(key));
    }
    this.#documents.push(
      erasureDocument({
        ...{ partition: this.#number, offset, stream, schema, key, columns: subject.columns },
        ...{ requestedAt: stamp, by, finishedAt: null, events: 0, alerts: 0 },
      }),
    );
    this.mustSave = true;
    this.#isErased = true;
  }

  /** Binds a rule against the streams as they stand and starts it where it is enabled. */
  #start(rule: RuleDefinition): Pick<RuleEntry, 'streams' | 'failure'> {
    try {
      const bound = rebind(rule.name, rule.query, rule.params, this.registry.schemas());
      if (rule.enabled) {
        this.#engine.addRule(bound.plan);
        const suppression = rule.suppress === null ? null : new Suppression(rule.suppress);
        this.#running.set(rule.name, { ...bound, suppression });
      }
      return { streams: bound.plan.sources.map(({ schema }) => schema), failure: null };
    } catch (error) {
      return { streams: [], failure: `it cannot be started: ${(error as Error).message}` };
    }
  }

  #stop(name: string): void {
    if (this.#running.has(name)) this.#dropped.push(this.#groupOf(name));
    this.#engine.removeRule(name);
    this.#running.delete(name);
  }

  /** Feeds the engine; at a trap, without the rules that fail there. */
  #drive(offset: number, act: (engine: Engine) => void): void {
    if (this.#traps.has(offset)) {
      const failing = this.#failing(act);
      for (const { name, message } of failing) {
        this.#stop(name);
        this.tallies.get(name)?.noteFailure({ offset, message });
        this.registry.failRule(name, `stopped at offset ${offset}: ${message}; PUT it anew or resume it`);
      }
      // None fails alone: nobody sees this record.
      if (failing.length === 0) return;
    }
    try {
      act(this.#engine);
    } catch (error) {
      throw new PoisonError(offset, error);
    }
  }

  /** The rules that fail at `act`, each tried alone on a copy of its state. */
  #failing(act: (engine: Engine) => void): { name: string; message: string }[] {
    const bytes = packPiece(this.#engine.snapshot());
    return [...this.#running.keys()].flatMap((name) => {
      const alone = this.#makeEngine([name]);
      const keys = new Set(alone.head().sequencers.map(({ key }) => key));
      const { head, rules } = unpackPiece(bytes) as EngineSnapshot;
      const sequencers = head.sequencers.filter(({ key }) => keys.has(key));
      const own: EngineSnapshot = {
        head: { ...head, sequencers },
        rules: rules.filter((rule) => rule.name === name),
      };
      try {
        alone.restore(own);
        act(alone);
        return [];
      } catch (error) {
        return [{ name, message: (error as Error).message }];
      }
    });
  }

  #makeEngine(rules: Iterable<string>): Engine {
    const engine = new Engine({ mode: 'stream', misses: MISSES });
    for (const { schema } of this.registry.streams.values()) engine.putStream(schema);
    for (const name of rules) {
      const running = this.#running.get(name);
      if (running !== undefined) engine.addRule(running.plan);
    }
    return engine;
  }

  #activity(stream: string): Activity {
    let activity = this.activities.get(stream);
    if (activity === undefined) {
      activity = new Activity(this.#stamp);
      this.activities.set(stream, activity);
    }
    return activity;
  }

  #emit(emission: Emission, stamp: number): void {
    if (emission.kind === 'late') {
      const { row, watermark, rules } = emission;
      const { stream, offset, time } = row;
      if (offset !== this.#lastLate) this.#activity(stream).late++;
      this.#lastLate = offset;
      for (const rule of rules) this.tallies.get(rule)?.noteLate({ stream, offset, time, watermark });
      return;
    }
    const { rule: name, match } = emission;
    const running = this.#running.get(name);
    const rule = this.registry.rules.get(name);
    if (running === undefined || rule === undefined) return;
    if (match.kind === 'empty' && !running.showsEmpty) return;
    if (running.suppression?.holds(match) === true) return;
    const tally = this.tallies.get(name);
    if (tally !== undefined) tally.alerts++;
    const schema = (stream: string) => this.registry.streams.get(stream)?.schema ?? null;
    const suppressed = running.suppression?.heldBefore ?? null;
    const context = { rule, plan: running.plan, partition: this.#number, stamp, schema, suppressed };
    this.#alerts.push(alertOf(match, context));
  }
}
