import type { Emission } from '../engine/emission.js';
import { Engine, type EngineSnapshot } from '../engine/engine.js';
import type { RuleCounts } from '../engine/rule.js';
import { decode } from '../event/decode.js';
import { JsonError, parseJson } from '../event/json.js';
import type { Row } from '../event/row.js';
import type { StreamSchema } from '../event/schema.js';
import type { AlertRecord, DocumentChange, LogRecord } from '../store/store.js';
import { Activity } from './activity.js';
import { alertOf } from './alert.js';
import type { RuleChange, RuleDefinition, StreamChange, TimeChange } from './change.js';
import { decodeRecord } from './record.js';
import { type Place, Registry, type RuleEntry } from './registry.js';
import { type BoundRule, rebind } from './rule-text.js';
import { type PartitionState, packState, unpackState } from './snapshot.js';
import { Suppression } from './suppression.js';
import { RuleTally } from './tally.js';

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

  /** `snapshot`: what `snapshot()` gave. Throws Error when it cannot be read or does not fit. */
  constructor(number: number, snapshot: Uint8Array | null, traps: ReadonlySet<number> = new Set()) {
    this.#number = number;
    this.#traps = traps;
    const state = snapshot === null ? null : unpackState(snapshot);
    this.registry = state === null ? new Registry() : Registry.from(state.registry);
    this.#stamp = state?.stamp ?? 0;
    for (const [name, activity] of state?.activities ?? []) {
      this.activities.set(name, new Activity(0, activity));
    }
    const held = new Map(state?.tallies);
    for (const rule of this.registry.rules.values()) {
      const tally = held.get(rule.name);
      this.tallies.set(rule.name, new RuleTally(tally));
      if (!rule.enabled || rule.failure !== null) continue;
      const bound = rebind(rule.name, rule.query, rule.params, rule.streams);
      const suppression =
        rule.suppress === null ? null : new Suppression(rule.suppress, tally?.suppression ?? undefined);
      this.#running.set(rule.name, { ...bound, suppression });
    }
    this.#engine = this.#makeEngine(this.#running.keys());
    if (state !== null) this.#engine.restore(state.engine);
  }

  /** The last arrival stamp seen, in milliseconds: the log's clock stands there at least. */
  get stamp(): number {
    return this.#stamp;
  }

  /** Takes one record in log order. Throws RecordError for one it cannot read, PoisonError when the engine fails. */
  apply(record: LogRecord): void {
    const decoded = decodeRecord(record);
    const place = { offset: record.first, stamp: record.stamp };
    this.#stamp = Math.max(this.#stamp, record.stamp);
    switch (decoded.kind) {
      case 'events':
        decoded.lines.forEach((line, index) => {
          this.#takeEvent(decoded.stream, line, { offset: record.first + index, stamp: record.stamp });
        });
        break;
      case 'watermark':
        this.#passTime(decoded.change, place);
        break;
      case 'stream':
        this.#changeStream(decoded.change, place);
        break;
      case 'rule':
        this.#changeRule(decoded.change, place);
        break;
    }
    for (const emission of this.#engine.take()) this.#emit(emission, record.stamp);
  }

  /** Alerts and documents since the last call. */
  take(): Applied {
    const alerts = this.#alerts;
    this.#alerts = [];
    return { alerts, documents: this.registry.takeDocuments() };
  }

  snapshot(): Uint8Array {
    const state: PartitionState = {
      version: 1,
      registry: this.registry.state(),
      engine: this.#engine.snapshot(),
      activities: [...this.activities].map(([name, activity]) => [name, activity.state()]),
      tallies: [...this.tallies].map(([name, tally]) => [
        name,
        { ...tally.state(), suppression: this.#running.get(name)?.suppression?.state() ?? null },
      ]),
      stamp: this.#stamp,
    };
    return packState(state);
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

  suppressed(rule: string): number {
    return this.#running.get(rule)?.suppression?.held ?? 0;
  }

  #takeEvent(name: string, line: string, { offset, stamp }: Place): void {
    const stream = this.registry.streams.get(name);
    // Posted while the stream was being deleted.
    if (stream === undefined) return;
    const decoded = decodeLine(line, stream.schema);
    const activity = this.#activity(name);
    if (decoded === null) {
      // It fitted when it was posted; the schema changed on its way into the log.
      activity.see(offset, stamp, null);
      return;
    }
    const time = decoded.time ?? stamp;
    activity.see(offset, stamp, time);
    const row: Row = { stream: name, offset, time, arrival: stamp, values: decoded.values };
    this.#drive(offset, (engine) => engine.append(row));
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
    // The engine forgets the stream's clock too: one of the same name begins anew.
    const { clocks, ...rest } = this.#engine.snapshot();
    const engine = this.#makeEngine(this.#running.keys());
    engine.restore({ ...rest, clocks: clocks.filter(({ stream }) => stream !== change.name) });
    this.#engine = engine;
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
    const bytes = this.snapshot();
    return [...this.#running.keys()].flatMap((name) => {
      const alone = this.#makeEngine([name]);
      const keys = new Set(alone.snapshot().sequencers.map(({ key }) => key));
      const whole = unpackState(bytes).engine;
      const own: EngineSnapshot = {
        ...whole,
        sequencers: whole.sequencers.filter(({ key }) => keys.has(key)),
        rules: whole.rules.filter((rule) => rule.name === name),
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
    const engine = new Engine({ mode: 'stream' });
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
    this.#alerts.push(alertOf(match, { rule, plan: running.plan, partition: this.#number, stamp, schema }));
  }
}

/** An event of the log in run-time form, or null when it does not fit the schema. */
function decodeLine(line: string, schema: StreamSchema) {
  try {
    const decoded = decode(parseJson(line), schema);
    return 'code' in decoded ? null : decoded;
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}
