import type { JsonValue } from '../../../event/json.js';
import type { Row } from '../../../event/row.js';
import type { Value } from '../../../event/value.js';
import type { MatchPlan, OutputColumn } from '../../../language/plan.js';
import type { Match, MatchedRow, OpenMatch } from '../../emission.js';
import type { Faults } from '../../expression/faults.js';
import type { Limits } from '../../limits.js';
import { outputRow } from '../../output.js';
import { type ColumnTest, indexableTests } from '../../predicate/column_test.js';
import { PriorityQueue } from '../../queue.js';
import { Automaton } from '../automaton.js';
import { type MatchScope, Measures, matchScope, standAt } from '../measures.js';
import type { MatchCounts } from '../match_counts.js';
import type { MatchHead } from '../operator.js';
import { OutputSorter } from '../output_sorter.js';
import type { Step } from '../path.js';
import { compileProgram } from '../program.js';
import { Conditions } from '../registers.js';
import { PartitionBy } from './partition_by.js';
import { RowTests } from './row_tests.js';
import { Runs } from './runs.js';
import type { WindowSnapshot } from './snapshot.js';
import { MOST_COUNTED } from './summary.js';
import { Unambiguous } from './unambiguous.js';
import { Window } from './window.js';

/** One key: the rows that its matches can take. */
class Partition {
  /** Matches so far. */
  matches = 0;
  /** It stands in the checkpoint, perhaps as it was before. */
  isSaved = false;
  /** It keeps rows. */
  isLive = true;
  /** Rows that it keeps, as they were counted last. */
  counted = 0;

  constructor(
    readonly key: string,
    readonly columns: Readonly<Record<string, JsonValue>>,
    public window: Window,
  ) {}
}

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

/** What AFTER MATCH NO SKIP needs of a rule to be matched over a window. */
interface Compiled {
  readonly automaton: Unambiguous;
  readonly starts: Automaton;
  readonly conditions: Conditions;
  readonly measures: Measures;
}

/**
 * AFTER MATCH NO SKIP where conditions read the row alone, as a running operator. Partial matches are not kept one by one, but
 * the rows that they can take: what a row completes is counted, and enumerated as far as the limits allow, from the rows.
 * (M. Bucchi, A. Grez, A. Quintana, C. Riveros, S. Vansummeren, "CORE: a Complex event Recognition Engine", VLDB 2022, keeps a
 * graph of them for the same end; going forward over summaries gives the order of start, then preferment.)
 */
export class AnyOperator {
  readonly counts: MatchCounts = { matches: 0, dropped: 0, degradedSkips: 0 };
  readonly partitions = new Map<string, Partition>();
  /** Starts made so far. */
  sequence = 0;
  /** No row before this event time was seen. Milliseconds; null before the first row. */
  observedFrom: number | null = null;
  /** Rows that are kept. */
  threads = 0;

  readonly #automaton: Unambiguous;
  readonly #starts: Automaton;
  readonly #measures: Measures;
  readonly #tests: RowTests;
  readonly #partitionBy: PartitionBy;
  readonly #sorter: OutputSorter | null;
  readonly #waits = new PriorityQueue<Wait>((a, b) => a.deadline < b.deadline);
  readonly #runs = new Runs();
  /** Labels of the run in hand, and the same as an alert shows them. */
  readonly #steps: Step[] = [];
  readonly #events: MatchedRow[] = [];
  /** Keys whose state is not in the checkpoint as it is, */
  readonly #changed = new Set<string>();
  /** and those that stand there and have none any more. */
  readonly #gone = new Set<string>();

  /** Whether there is an operator for the rule: see `of`. */
  static takes(plan: MatchPlan, input: 'stream' | 'bounded'): boolean {
    return compileAny(plan, input) !== null;
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
    const compiled = compileAny(plan, input);
    return compiled === null
      ? null
      : new AnyOperator(plan, compiled, columns, input, limits, faults, emit, waiting, holding);
  }

  private constructor(
    readonly plan: MatchPlan,
    { automaton, starts, conditions, measures }: Compiled,
    private readonly columns: readonly OutputColumn[],
    private readonly input: 'stream' | 'bounded',
    private readonly limits: Limits,
    private readonly faults: Faults,
    private readonly emit: (match: Match) => void,
    private readonly waiting: (deadline: number) => void,
    private readonly holding: (key: string, isHeld: boolean) => void,
  ) {
    this.#automaton = automaton;
    this.#starts = starts;
    this.#measures = measures;
    this.#tests = new RowTests(automaton, plan.variables, conditions, faults);
    this.#partitionBy = new PartitionBy(plan, faults);
    this.#sorter =
      plan.outputOrder.length > 0 && input === 'bounded' ? new OutputSorter(plan.outputOrder) : null;
  }

  /** On how many rows each variable held where it was asked, by variable. */
  get hits(): readonly number[] {
    return this.#tests.hits;
  }

  /** Rows that will come are not asked for. */
  foresee(_row: Row): void {}

  /** The row's key, by which partial matches are kept. */
  keyOf(row: Row): string {
    return this.#partitionBy.keyOf(row);
  }

  /** Tests of which a row of the stream must pass one to begin a match. Null: every row has to be processed. */
  startTests(stream: string): readonly ColumnTest[] | null {
    if (this.input !== 'stream') return null;
    const tests: ColumnTest[] = [];
    for (const { instruction } of this.#starts.start(false)) {
      if (instruction.op !== 'label') continue;
      const { stream: own, condition } = this.plan.variables[instruction.variable]!;
      if (own !== null && own !== stream) continue;
      const indexable = condition === null ? null : indexableTests(condition, instruction.variable);
      if (indexable === null) return null;
      tests.push(...indexable);
    }
    return tests;
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
    if (window.isComplete) this.#complete(partition);
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
    this.#changed.add(partition.key);
  }

  /** No row will come any more: nothing waits for it. */
  end(): void {}

  /** Bounded input with an outer ORDER BY: everything that came, a match for each output row. */
  takeSorted(): readonly Match[] {
    return this.#sorter?.take() ?? [];
  }

  /** Matches that have begun and are not decided, by key. */
  *open(): Generator<OpenMatch> {
    for (const { columns, window } of this.partitions.values()) {
      const runs = new Runs();
      runs.alive(window);
      for (let isThere = runs.next(); isThere; isThere = runs.nextStart()) {
        const events = Array.from({ length: runs.length }, (_, i) =>
          this.#matched(window.row(runs.numberAt(i))!, runs.labelAt(i)),
        );
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
    return [...this.partitions.values()].map(snapshotOf);
  }

  /** How many keys have other state than at the last `takeChanges`. */
  get changes(): number {
    return this.#changed.size + this.#gone.size;
  }

  /** The keys whose state changed since the last call, for a checkpoint that holds the others already. */
  takeChanges(): readonly WindowChange[] {
    const changes: WindowChange[] = [];
    for (const key of this.#gone) if (!this.partitions.has(key)) changes.push({ key, state: null });
    for (const key of this.#changed) {
      const partition = this.partitions.get(key);
      if (partition === undefined) continue;
      partition.isSaved = true;
      changes.push({ key, state: snapshotOf(partition) });
    }
    this.#gone.clear();
    this.#changed.clear();
    return changes;
  }

  /** `isSaved`: a checkpoint holds it as it is. */
  restoreKey({ key, columns, matches, rows, holds }: WindowSnapshot, isSaved: boolean): void {
    const partition = new Partition(key, columns, new Window(this.#automaton));
    partition.matches = matches;
    partition.isSaved = isSaved;
    partition.window.restore(rows, holds);
    if (!isSaved) this.#changed.add(key);
    this.partitions.set(key, partition);
    this.holding(key, true);
    this.#wait(partition);
    this.#recount(partition);
  }

  // ------------------------------------------------------------------ keys

  #begin(row: Row, key: string): Partition {
    const partition = new Partition(key, this.#partitionBy.columnsOf(row), new Window(this.#automaton));
    if (this.partitions.size >= this.limits.keysPerRule) this.#evict();
    this.partitions.set(key, partition);
    this.holding(key, true);
    return partition;
  }

  #evict(): void {
    const [oldest] = this.partitions.values();
    if (oldest === undefined) return;
    this.#forget(oldest);
    this.counts.dropped = Math.min(this.counts.dropped + 1, MOST_COUNTED);
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
    this.#changed.delete(partition.key);
    if (partition.isSaved) this.#gone.add(partition.key);
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
      this.counts.dropped = Math.min(this.counts.dropped + before - window.size, MOST_COUNTED);
      this.#recount(partition);
    }
    if (isLive) this.#changed.add(partition.key);
    else this.#forget(partition);
  }

  // ------------------------------------------------------------------ matches

  /** What the last row completed: listed up to the limits, in order of start, then preferment; the rest is counted. */
  #complete(partition: Partition): void {
    const { window } = partition;
    const { matchesPerRow, matchedRowsPerRow } = this.limits;
    if (matchesPerRow > 0) this.#runs.complete(window);
    let listed = 0;
    let rows = 0;
    this.#steps.length = 0;
    this.#events.length = 0;
    while (listed < matchesPerRow && (listed === 0 || rows < matchedRowsPerRow)) {
      if (!this.#runs.next()) return;
      this.#readRun(window);
      listed++;
      rows += this.#steps.length;
      partition.matches++;
      this.#emitMatch(partition);
    }
    if (this.counts.dropped === MOST_COUNTED) return;
    const count = window.countComplete();
    this.counts.dropped =
      count === MOST_COUNTED ? count : Math.min(this.counts.dropped + count - listed, MOST_COUNTED);
  }

  /** The labels of the run in hand: those that it has in common with the last one are there. */
  #readRun(window: Window): void {
    const runs = this.#runs;
    const { shared } = runs;
    // Faster than a new length, where few go.
    while (this.#steps.length > shared) {
      this.#steps.pop();
      this.#events.pop();
    }
    for (let i = shared; i < runs.length; i++) {
      const position = runs.numberAt(i);
      const label = runs.labelAt(i);
      const row = window.row(position)!;
      this.#steps.push({ row, position, variable: label >> 1, excluded: (label & 1) !== 0, previous: null });
      this.#events.push(this.#matched(row, label));
    }
  }

  #matched(row: Row, label: number): MatchedRow {
    return { variable: this.plan.variables[label >> 1]!.name, row };
  }

  #emitMatch(partition: Partition): void {
    const steps = this.#steps;
    const { row, position } = steps[0]!;
    const scope = matchScope(steps, row, position, partition.matches, 'MATCHED', () => null, this.faults);
    const output: Record<string, JsonValue>[] = [];
    if (this.plan.rowsPerMatch === 'one') this.#push(output, this.#measures.row(scope), scope);
    else {
      for (let i = 0; i < steps.length; i++) {
        if (steps[i]!.excluded) continue;
        standAt(scope, i);
        this.#push(output, this.#measures.row(scope), scope);
      }
    }
    if (output.length === 0) return;
    this.counts.matches++;
    const match: Match = {
      kind: 'match',
      key: partition.columns,
      number: partition.matches,
      status: 'MATCHED',
      output,
      events: this.#events.slice(),
      start: row,
      window: { start: row.time, end: steps[steps.length - 1]!.row.time },
    };
    if (this.#sorter === null) this.emit(match);
    else this.#sorter.hold(match);
  }

  #push(output: Record<string, JsonValue>[], values: readonly Value[] | null, scope: MatchScope): void {
    if (values === null) return;
    this.#sorter?.note(this.#measures.sortKeys(scope));
    output.push(outputRow(this.columns, values));
  }
}

function snapshotOf({ key, columns, matches, window }: Partition): WindowSnapshot {
  return { kind: 'window', version: 1, key, columns, matches, rows: window.rows(), holds: window.allHolds() };
}

/** Null where a window of rows does not say all that the rule has to know. */
function compileAny(plan: MatchPlan, input: 'stream' | 'bounded'): Compiled | null {
  if (plan.skip.mode !== 'no_skip' || plan.timedOut || plan.absentBefore.length > 0) return null;
  if (plan.absentAfter.length > 0 || plan.variables.length > 31) return null;
  // Where event time does not go on from row to row, WITHIN ends other starts than the first.
  if (input === 'bounded' && plan.orderBy.length > 0 && plan.within !== null) return null;
  const names = plan.variables.map(({ name }) => name);
  const conditions = new Conditions(
    plan.variables.map(({ condition }) => condition),
    names,
  );
  const { rowOnly, registers, readsMatchNumber } = conditions;
  if (!rowOnly.every(Boolean) || registers.length > 0 || readsMatchNumber) return null;
  const measures = new Measures(plan, names);
  if (measures.readsPartition || measures.lookback > 0) return null;
  const starts = new Automaton(compileProgram(plan.pattern, []));
  const automaton = Unambiguous.of(starts);
  return automaton === null ? null : { automaton, starts, conditions, measures };
}
