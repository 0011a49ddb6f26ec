import type { Row } from '../event/row.js';
import type { StreamSchema } from '../event/schema.js';
import type { Subject } from '../event/subject.js';
import type { RulePlan } from '../language/plan.js';
import type { Emission, OpenMatch } from './emission.js';
import { type Inspection, inspect } from './explain/inspection.js';
import type { MissOptions } from './explain/misses.js';
import { BOUNDED_LIMITS, type Limits, STREAM_LIMITS } from './limits.js';
import type { KeyState } from './match/any/snapshot.js';
import { bySortColumns, byTime, byTimeThen, type RowOrder } from './order.js';
import { type KeyChange, type RuleCounts, type RuleHead, RunningRule } from './rule.js';
import { Sequencer, type SequencerHead } from './sequencer.js';
import { StreamClock } from './watermark.js';

export interface EngineOptions {
  /** `bounded`: all rows are appended, then `end()` gives the ISO batch result. `stream`: rows flow. */
  readonly mode: 'stream' | 'bounded';
  readonly limits?: Partial<Limits>;
  /** What is kept of starts that gave no match, for a person; null or left out: nothing, and it costs nothing. */
  readonly misses?: MissOptions | null;
}

/** The engine's state apart from its rules, as plain data; a Decimal among the values stays an object of its class. */
export interface EngineHead {
  readonly version: 1;
  readonly appended: number;
  readonly clocks: readonly {
    readonly stream: string;
    readonly latest: number;
    readonly watermark: number;
    readonly idle: boolean;
  }[];
  readonly sequencers: readonly SequencerHead[];
}

/** The whole state as plain data. */
export interface EngineSnapshot {
  readonly head: EngineHead;
  readonly rules: readonly {
    readonly name: string;
    readonly head: RuleHead;
    readonly keys: readonly KeyState[];
  }[];
}

/** What changed of a rule since the last checkpoint. */
export interface RuleChanges {
  readonly name: string;
  readonly head: RuleHead;
  readonly keys: readonly KeyChange[];
}

/** Where the rows of a stream go. */
interface StreamInput {
  readonly stream: string;
  readonly clock: StreamClock;
  readonly sequencers: readonly Sequencer[];
}

/**
 * Rules over streams: plans and rows in, matches out. Pure, synchronous and deterministic: it reads no clock and sets no
 * timer, so the same calls give the same emissions. Times are milliseconds since the epoch.
 */
export class Engine {
  readonly #mode: 'stream' | 'bounded';
  readonly #limits: Limits;
  readonly #misses: MissOptions | null;
  readonly #clocks = new Map<string, StreamClock>();
  readonly #rules = new Map<string, RunningRule>();
  readonly #sequencers = new Map<string, Sequencer>();
  #byStream = new Map<string, Sequencer[]>();
  /** The stream of the last row, of which the next one mostly is too. */
  #last: StreamInput | null = null;
  #emissions: Emission[] = [];
  #rows: Row[] = [];
  #appended = 0;
  #registered = 0;

  constructor({ mode, limits, misses }: EngineOptions) {
    this.#mode = mode;
    this.#misses = misses ?? null;
    this.#limits = { ...(mode === 'stream' ? STREAM_LIMITS : BOUNDED_LIMITS), ...limits };
  }

  /** Makes a stream known, or changes its declaration from the next row on. */
  putStream(schema: StreamSchema): void {
    const clock = this.#clocks.get(schema.name);
    if (clock === undefined) this.#clocks.set(schema.name, new StreamClock(schema));
    else clock.schema = schema;
  }

  /** Forgets a stream that no rule reads, its clock too: one of the same name begins anew. */
  removeStream(name: string): void {
    this.#clocks.delete(name);
    this.#last = null;
  }

  /** Starts a rule: it sees the rows appended after this. Throws Error when its name is taken, RangeError when its pattern is too large. */
  addRule(plan: RulePlan): void {
    if (this.#rules.has(plan.name)) throw new Error(`a rule named ${plan.name} is running already`);
    const clocks = plan.sources.map(({ stream, schema }) => {
      if (!this.#clocks.has(stream)) this.putStream(schema);
      return this.#clocks.get(stream)!;
    });
    const rule = new RunningRule(
      plan,
      this.#registered++,
      this.#appended,
      this.#mode,
      this.#limits,
      this.#misses,
    );
    const seen = Math.max(...clocks.map(({ latest }) => latest));
    if (rule.keyed !== null && seen !== Number.NEGATIVE_INFINITY) rule.keyed.observedFrom = seen;
    this.#rules.set(plan.name, rule);
    const key = sequencerKey(plan);
    let sequencer = this.#sequencers.get(key);
    if (sequencer === undefined) {
      sequencer = new Sequencer(key, clocks, this.#order(plan), (emission) => this.#emissions.push(emission));
      this.#sequencers.set(key, sequencer);
    }
    sequencer.add(rule);
    this.#indexStreams();
  }

  /** Stops a rule: its state is gone. No effect when there is none of that name. */
  removeRule(name: string): void {
    const rule = this.#rules.get(name);
    if (rule === undefined) return;
    this.#rules.delete(name);
    const key = sequencerKey(rule.plan);
    const sequencer = this.#sequencers.get(key)!;
    sequencer.remove(rule);
    if (sequencer.rules.size === 0) this.#sequencers.delete(key);
    this.#indexStreams();
  }

  /** Takes one row in log order. A row after its watermark comes out as `late`. Throws Error for a stream that is not known. */
  append(row: Row): void {
    const { clock, sequencers } = this.#last?.stream === row.stream ? this.#last : this.#find(row.stream);
    const sequence = this.#appended++;
    if (this.#mode === 'bounded') {
      this.#rows.push(row);
      return;
    }
    clock.see(row);
    for (let i = 0; i < sequencers.length; i++) sequencers[i]!.append(row, sequence);
  }

  #find(stream: string): StreamInput {
    const clock = this.#clocks.get(stream);
    if (clock === undefined) throw new Error(`the engine knows no stream ${stream}`);
    const input: StreamInput = { stream, clock, sequencers: this.#byStream.get(stream) ?? [] };
    this.#last = input;
    return input;
  }

  /** A row that was erased since: time passes on its stream, and no rule sees it. */
  pass(row: Row): void {
    const sequence = this.#appended++;
    this.#clocks.get(row.stream)?.see(row);
    for (const sequencer of this.#byStream.get(row.stream) ?? []) sequencer.append(row, sequence, true);
  }

  /** Lets go of what is held of a subject's rows: rows that wait, partial matches with one of them, keys that are its own. */
  erase(subject: Subject): void {
    for (const sequencer of this.#byStream.get(subject.stream) ?? []) sequencer.erase(subject);
  }

  /** Nothing earlier than `watermark` will come on this stream (a tick, or said by a producer). */
  advance(stream: string, watermark: number): void {
    this.#clocks.get(stream)?.advance(watermark);
    for (const sequencer of this.#byStream.get(stream) ?? []) sequencer.advance();
  }

  /** The stream is silent: until it speaks again it holds back no pattern that reads other streams too. */
  idle(stream: string): void {
    const clock = this.#clocks.get(stream);
    if (clock !== undefined) clock.idle = true;
    for (const sequencer of this.#byStream.get(stream) ?? []) sequencer.advance();
  }

  /** The input has ended: watermark = infinity (`language.md` 20). Nothing may be appended after it. */
  end(): void {
    for (const sequencer of this.#sequencers.values()) {
      if (this.#mode === 'bounded') this.#load(sequencer);
      sequencer.end();
    }
    for (const { plan, keyed } of this.#rules.values()) {
      for (const match of keyed?.takeSorted() ?? [])
        this.#emissions.push({ kind: 'match', rule: plan.name, match });
    }
  }

  /** What became final since the last call, in order. */
  take(): Emission[] {
    const emissions = this.#emissions;
    this.#emissions = [];
    return emissions;
  }

  /** The stream's watermark, or null when nothing is known yet. */
  watermark(stream: string): number | null {
    const watermark = this.#clocks.get(stream)?.watermark ?? Number.NEGATIVE_INFINITY;
    return watermark === Number.NEGATIVE_INFINITY ? null : watermark;
  }

  /** The latest event time seen on the stream, or null before its first row. */
  latest(stream: string): number | null {
    const latest = this.#clocks.get(stream)?.latest ?? Number.NEGATIVE_INFINITY;
    return latest === Number.NEGATIVE_INFINITY ? null : latest;
  }

  /** The earliest event time that a rule reading the stream waits for, or null when none waits. */
  nextDeadline(stream: string): number | null {
    const all = (this.#byStream.get(stream) ?? [])
      .map((sequencer) => sequencer.nextDeadline())
      .filter((deadline) => deadline !== null);
    return all.length === 0 ? null : Math.min(...all);
  }

  /** Null when there is no such rule. */
  counts(rule: string): RuleCounts | null {
    const running = this.#rules.get(rule);
    return running === undefined ? null : running.counts(this.#sequencerOf(running).rowsOf(running));
  }

  /** What a rule saw, holds and waits for; null when there is no such rule. */
  inspect(rule: string): Inspection | null {
    const running = this.#rules.get(rule);
    return running === undefined ? null : inspect(running, this.#sequencerOf(running));
  }

  /** What a rule has begun and not decided, in order of the starts within each key; nothing for a plain SELECT. */
  open(rule: string): Iterable<OpenMatch> {
    return this.#rules.get(rule)?.keyed?.open() ?? [];
  }

  head(): EngineHead {
    return {
      version: 1,
      appended: this.#appended,
      clocks: [...this.#clocks.values()].map(({ schema, latest, watermark, idle }) => ({
        stream: schema.name,
        latest,
        watermark,
        idle,
      })),
      sequencers: [...this.#sequencers.values()].map((sequencer) => sequencer.head()),
    };
  }

  snapshot(): EngineSnapshot {
    return {
      head: this.head(),
      rules: [...this.#rules.values()].map((rule) => ({
        name: rule.plan.name,
        head: rule.head(),
        keys: rule.keyed?.keyStates() ?? [],
      })),
    };
  }

  /** The state of a rule apart from its keys; null when it does not run. */
  ruleHead(name: string): RuleHead | null {
    return this.#rules.get(name)?.head() ?? null;
  }

  /** How many keys of how many rules have other state than at the last `takeChanges`. */
  get changes(): number {
    let changes = 0;
    for (const { keyed } of this.#rules.values()) changes += keyed?.changes ?? 0;
    return changes;
  }

  /** What changed of the rules since the last call, for a checkpoint that holds the rest already. */
  takeChanges(): RuleChanges[] {
    const changes: RuleChanges[] = [];
    for (const rule of this.#rules.values()) {
      if (!rule.isChanged) continue;
      rule.isChanged = false;
      const keys = rule.keyed?.takeChanges() ?? [];
      changes.push({ name: rule.plan.name, head: rule.head(), keys });
    }
    return changes;
  }

  /** Takes a whole state back after the same `putStream` and `addRule` calls. Throws Error when it does not fit them. */
  restore(snapshot: EngineSnapshot): void {
    this.restoreHead(snapshot.head);
    for (const { name, head, keys } of snapshot.rules) {
      this.restoreRule(name, head);
      for (const key of keys) this.restoreKey(name, key, false);
      // No checkpoint holds it.
      this.#rule(name).isChanged = true;
    }
  }

  /** The first step of taking a state back in pieces. Throws Error for another version, or rows of rules that are not there. */
  restoreHead({ version, appended, clocks, sequencers }: EngineHead): void {
    if (version !== 1) throw new Error(`a snapshot of version ${String(version)} cannot be read`);
    this.#appended = appended;
    for (const { stream, latest, watermark, idle } of clocks) {
      const clock = this.#clocks.get(stream);
      if (clock !== undefined) Object.assign(clock, { latest, watermark, idle });
    }
    for (const head of sequencers) {
      const sequencer = this.#sequencers.get(head.key);
      if (sequencer === undefined) throw new Error('the snapshot has rows for rules that are not there');
      sequencer.restoreHead(head);
    }
  }

  /** Throws Error when there is no such rule, or it is of another kind. */
  restoreRule(name: string, head: RuleHead): void {
    const rule = this.#rule(name);
    rule.restoreHead(head);
    rule.isChanged = false;
    this.#sequencerOf(rule).noteSince(rule);
  }

  /** `isSaved`: a checkpoint holds the key's state as it is. Throws Error when there is no such rule, RangeError for another pattern. */
  restoreKey(name: string, state: KeyState, isSaved: boolean): void {
    this.#rule(name).restoreKey(state, isSaved);
  }

  #rule(name: string): RunningRule {
    const rule = this.#rules.get(name);
    if (rule === undefined) throw new Error(`the snapshot has state of a rule ${name} that is not there`);
    return rule;
  }

  #sequencerOf({ plan }: RunningRule): Sequencer {
    return this.#sequencers.get(sequencerKey(plan))!;
  }

  #order(plan: RulePlan): RowOrder {
    const { orderBy } = plan.operator;
    if (orderBy.length === 0) return byTime;
    return this.#mode === 'stream' ? byTimeThen(orderBy) : bySortColumns(orderBy);
  }

  /** Bounded input: all rows of the sequencer's streams, sorted, shown to its rules before the first is matched. */
  #load(sequencer: Sequencer): void {
    const streams = new Set(sequencer.clocks.map(({ schema }) => schema.name));
    const rows = this.#rows.filter(({ stream }) => streams.has(stream)).sort(sequencer.order);
    for (const { keyed } of sequencer.rules) {
      if (keyed !== null) for (const row of rows) keyed.foresee(row);
    }
    for (const row of rows) sequencer.play(row);
  }

  #indexStreams(): void {
    this.#last = null;
    this.#byStream = new Map();
    for (const sequencer of this.#sequencers.values()) {
      for (const { schema } of sequencer.clocks) {
        const list = this.#byStream.get(schema.name);
        if (list === undefined) this.#byStream.set(schema.name, [sequencer]);
        else list.push(sequencer);
      }
    }
  }
}

/** Rules with equal keys read the same streams in the same order. */
function sequencerKey({ sources, operator }: RulePlan): string {
  const streams = [...new Set(sources.map(({ stream }) => stream))].sort();
  return JSON.stringify([streams, operator.orderBy], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}
