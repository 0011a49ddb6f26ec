import type { Row } from '../../../event/row.js';
import type { Subject } from '../../../event/subject.js';
import type { MatchPlan, OutputColumn } from '../../../language/plan.js';
import type { Match, OpenMatch } from '../../emission.js';
import type { Faults } from '../../expression/faults.js';
import type { Limits } from '../../limits.js';
import type { ColumnTest } from '../../predicate/column_test.js';
import { PriorityQueue } from '../../queue.js';
import type { Automaton } from '../automaton.js';
import { ChangedKeys } from '../changed_keys.js';
import type { MatchCounts } from '../match_counts.js';
import type { MatchHead } from '../operator.js';
import { PartitionKey } from '../partition_key.js';
import { startTests } from '../start_tests.js';
import { Listing } from './listing.js';
import { Partition } from './partition.js';
import { RowTests } from './row_tests.js';
import { Runs } from './runs.js';
import type { WindowSnapshot } from './snapshot.js';
import type { Unambiguous } from './unambiguous.js';
import { Window } from './window.js';
import { compileWindowed, type Windowed } from './windowed.js';

/** The first start of a key, or one that was the first: it leaves when WITHIN is over. */
interface Wait {
  readonly deadline: number;
  readonly partition: Partition;
}

/** A state's key and what it is now, or null: there is none any more. */
export interface WindowChange {
  readonly key: string;
  readonly state: WindowSnapshot | null;
}

/**
 * AFTER MATCH NO SKIP where conditions read the row alone, as a running operator. Partial matches are not kept one by one, but
 * the rows that they can take: what a row completes is counted, and enumerated as far as the limits allow, from the rows.
 * (M. Bucchi, A. Grez, A. Quintana, C. Riveros, S. Vansummeren, "CORE: a Complex event Recognition Engine", VLDB 2022, keeps a
 * graph of them for the same end; going forward over summaries gives the order of start, then preferment.)
 */
export class AnyOperator {
  readonly partitions = new Map<string, Partition>();
  /** Starts made so far. */
  sequence = 0;
  /** No row before this event time was seen. Milliseconds; null before the first row. */
  observedFrom: number | null = null;
  /** Rows that are kept. */
  threads = 0;

  readonly #automaton: Unambiguous;
  readonly #general: Automaton;
  readonly #listing: Listing;
  readonly #tests: RowTests;
  readonly #key: PartitionKey;
  readonly #waits = new PriorityQueue<Wait>((a, b) => a.deadline < b.deadline);
  readonly #runs = new Runs();
  readonly #changes = new ChangedKeys();

  /** Whether there is an operator for the rule: see `of`. */
  static takes(plan: MatchPlan, input: 'stream' | 'bounded'): boolean {
    return compileWindowed(plan, input) !== null;
  }

  /** Null for a rule that has to be matched in the general way. Throws RangeError when the pattern is too large. */
  static of(
    plan: MatchPlan,
    columns: readonly OutputColumn[],
    input: 'stream' | 'bounded',
    limits: Limits,
    faults: Faults,
    emit: (match: Match) => void,
    /** A start waits for a time, in milliseconds. */
    waiting: (deadline: number) => void,
    /** State of a key is made, or gone. */
    holding: (key: string, isHeld: boolean) => void,
  ): AnyOperator | null {
    const compiled = compileWindowed(plan, input);
    return compiled === null
      ? null
      : new AnyOperator(plan, compiled, columns, input, limits, faults, emit, waiting, holding);
  }

  private constructor(
    readonly plan: MatchPlan,
    { automaton, general, conditions, measures }: Windowed,
    columns: readonly OutputColumn[],
    private readonly input: 'stream' | 'bounded',
    private readonly limits: Limits,
    faults: Faults,
    emit: (match: Match) => void,
    private readonly waiting: (deadline: number) => void,
    private readonly holding: (key: string, isHeld: boolean) => void,
  ) {
    this.#automaton = automaton;
    this.#general = general;
    this.#listing = new Listing(plan, measures, columns, input, limits, faults, emit);
    this.#tests = new RowTests(automaton, plan.variables, conditions, faults);
    this.#key = new PartitionKey(plan.partitionBy, faults);
  }

  get counts(): MatchCounts {
    return this.#listing.counts;
  }

  /** On how many rows each variable held where it was asked, by variable. */
  get hits(): readonly number[] {
    return this.#tests.hits;
  }

  /** Rows that will come are not asked for. */
  foresee(_row: Row): void {}

  /** The row's key, by which partial matches are kept. */
  keyOf(row: Row): string {
    return this.#key.textOf(row);
  }

  /** Tests of which a row of the stream must pass one to begin a match. Null: every row has to be processed. */
  startTests(stream: string): readonly ColumnTest[] | null {
    if (this.input !== 'stream') return null;
    return startTests(this.#general.start(false), this.plan.variables, stream);
  }

  /** Takes the next row in the rule's order. Deadlines before its time have been closed. `key`: what `keyOf` gives for it. */
  process(row: Row, key = this.keyOf(row)): void {
    this.observedFrom ??= row.time;
    let partition = this.partitions.get(key);
    const holds = this.#tests.holds(row, partition?.window.alive() ?? 0);
    if (partition === undefined) {
      if (!this.#automaton.letter(holds).begins) return;
      partition = this.#begin(row, key);
    }
    const { window } = partition;
    const { begins } = this.#automaton.letter(holds);
    const isFirst = window.size === 0;
    if (isFirst && !begins) return;
    if (begins) this.sequence++;
    if (!window.push(row, holds)) return;
    if (window.isComplete) this.#listing.complete(partition);
    if (isFirst) this.#wait(partition);
    partition.isLive = true;
    this.#tidy(partition);
  }

  /** The earliest deadline, in milliseconds, or null. */
  nextDeadline(): number | null {
    for (let wait = this.#waits.peek(); wait !== undefined; wait = this.#waits.peek()) {
      const { partition, deadline } = wait;
      if (partition.isLive && this.#deadline(partition) === deadline) return deadline;
      this.#waits.pop();
      if (partition.isLive) this.#waits.push({ deadline: this.#deadline(partition), partition });
    }
    return null;
  }

  /** Closes the earliest deadline: a start has no more time. */
  closeNext(): void {
    if (this.nextDeadline() === null) return;
    const { partition } = this.#waits.pop()!;
    if (!partition.window.dropFront()) {
      this.#forget(partition);
      return;
    }
    this.#waits.push({ deadline: this.#deadline(partition), partition });
    this.#recount(partition);
    this.#changes.note(partition.key);
  }

  /** No row will come any more: nothing waits for it. */
  end(): void {}

  /** Bounded input with an outer ORDER BY: everything that came, a match for each output row. */
  takeSorted(): readonly Match[] {
    return this.#listing.takeSorted();
  }

  /** Matches that have begun and are not decided, by key. */
  *open(): Generator<OpenMatch> {
    for (const { columns, window } of this.partitions.values()) {
      const runs = new Runs();
      runs.alive(window);
      for (let isThere = runs.next(); isThere; isThere = runs.nextStart()) {
        const events = Array.from({ length: runs.length }, (_, i) => ({
          variable: this.plan.variables[runs.labelAt(i) >> 1]!.name,
          row: window.row(runs.numberAt(i))!,
        }));
        const start = events[0]!.row;
        const { within } = this.plan;
        const deadline = within === null ? null : start.time + within;
        yield { key: columns, start, deadline, isHeld: false, events };
      }
    }
  }

  head(): MatchHead {
    const { counts, sequence, observedFrom, hits } = this;
    return { counts: { ...counts }, sequence, observedFrom, hits: [...hits] };
  }

  restoreHead({ counts, sequence, observedFrom, hits = [] }: MatchHead): void {
    Object.assign(this.counts, counts);
    Object.assign(this.#tests.hits, hits);
    this.sequence = sequence;
    this.observedFrom = observedFrom;
  }

  /** The state of every key. */
  keyStates(): readonly WindowSnapshot[] {
    return [...this.partitions.values()].map((partition) => partition.snapshot());
  }

  /** How many keys have other state than at the last `takeChanges`. */
  get changes(): number {
    return this.#changes.count(this.partitions.size);
  }

  /** The keys whose state changed since the last call, for a checkpoint that holds the others already. */
  takeChanges(): readonly WindowChange[] {
    const { gone, changed } = this.#changes.take(this.partitions);
    return [
      ...gone.map((key) => ({ key, state: null })),
      ...changed.map((key) => {
        const partition = this.partitions.get(key)!;
        partition.isSaved = true;
        return { key, state: partition.snapshot() };
      }),
    ];
  }

  /** `isSaved`: a checkpoint holds it as it is. */
  restoreKey(saved: WindowSnapshot, isSaved: boolean): void {
    const { key } = saved;
    const partition = Partition.restore(saved, this.#automaton);
    partition.isSaved = isSaved;
    if (isSaved) this.#changes.restored();
    else this.#changes.note(key);
    this.partitions.set(key, partition);
    this.holding(key, true);
    this.#wait(partition);
    this.#recount(partition);
  }

  /** Lets go of the keys that have a row of a subject: which partial matches have taken it is not kept. */
  erase(subject: Subject): void {
    for (const partition of [...this.partitions.values()]) {
      const rows = partition.snapshot().rows.filter((row) => row !== null);
      const own = rows.filter((row) => subject.has(row)).length;
      if (own === 0) continue;
      // What others had begun goes too.
      if (own < rows.length) this.#listing.drop(1);
      this.#forget(partition);
    }
  }

  // ------------------------------------------------------------------ keys

  #begin(row: Row, key: string): Partition {
    const partition = new Partition(key, this.#key.columnsOf(row), this.#automaton);
    if (this.partitions.size >= this.limits.keysPerRule) this.#evict();
    this.partitions.set(key, partition);
    this.holding(key, true);
    return partition;
  }

  #evict(): void {
    const [oldest] = this.partitions.values();
    if (oldest === undefined) return;
    this.#forget(oldest);
    this.#listing.drop(1);
  }

  #forget(partition: Partition): void {
    this.threads -= partition.counted;
    partition.counted = 0;
    partition.isLive = false;
    if (this.input === 'bounded') {
      // Its matches are numbered to the end of the input.
      partition.window = new Window(this.#automaton);
      return;
    }
    this.partitions.delete(partition.key);
    this.holding(partition.key, false);
    this.#changes.forget(partition.key, partition.isSaved);
  }

  /** When the first start has no more time, in milliseconds; Infinity without WITHIN. */
  #deadline({ window }: Partition): number {
    return window.row(window.front)!.time + (this.plan.within ?? Number.POSITIVE_INFINITY);
  }

  #wait(partition: Partition): void {
    if (this.plan.within === null) return;
    const deadline = this.#deadline(partition);
    this.#waits.push({ deadline, partition });
    this.waiting(deadline);
    if (this.#waits.size > 1024 && this.#waits.size > 4 * this.partitions.size)
      this.#waits.retain(({ partition: { isLive } }) => isLive);
  }

  #recount(partition: Partition): void {
    this.threads += partition.window.size - partition.counted;
    partition.counted = partition.window.size;
  }

  /** Keeps within the limits, and lets go of what cannot be taken any more. */
  #tidy(partition: Partition): void {
    const { window } = partition;
    let isLive = window.alive() !== 0;
    // Starts that failed are looked for now and then: those before the first live one have no more use.
    if (isLive && (window.end & (window.block - 1)) === 0) {
      const first = this.#runs.firstAlive(window);
      isLive = first !== null && (first === window.front || window.dropBefore(first));
    }
    this.#recount(partition);
    while (
      isLive &&
      (window.size > this.limits.partialMatchesPerKey || this.threads > this.limits.partialMatchesPerRule)
    ) {
      const before = window.size;
      isLive = window.dropFront();
      this.#listing.drop(before - window.size);
      this.#recount(partition);
    }
    if (isLive) this.#changes.note(partition.key);
    else this.#forget(partition);
  }
}
