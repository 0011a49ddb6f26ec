import type { JsonValue } from '../../event/json.js';
import type { Row } from '../../event/row.js';
import type { Subject } from '../../event/subject.js';
import type { MatchPlan, OutputColumn } from '../../language/plan.js';
import type { Match, OpenMatch } from '../emission.js';
import type { Faults } from '../expression/faults.js';
import type { Limits } from '../limits.js';
import type { ColumnTest } from '../predicate/column_test.js';
import { ChangedKeys } from './changed_keys.js';
import { DeadlineQueue } from './deadline_queue.js';
import { eraseRows, tookRow } from './erasure.js';
import type { MatchCounts } from './match_counts.js';
import { MatchWriter } from './match_writer.js';
import { Matcher } from './matcher.js';
import type { Ending } from './observer.js';
import { OutputSorter } from './output_sorter.js';
import { Partition } from './partition.js';
import { PartitionKey } from './partition_key.js';
import { type Step, samePath, stepsOf } from './path.js';
import { type PartitionSnapshot, restorePartition, snapshotPartition } from './snapshot.js';
import { startTests } from './start_tests.js';
import { Start } from './thread.js';

/** An operator's state apart from its keys, as plain data. */
export interface MatchHead {
  readonly counts: MatchCounts;
  readonly sequence: number;
  readonly observedFrom: number | null;
  /** As of the matcher's; left out by an earlier version. */
  readonly hits?: readonly number[];
}

/** A key whose state is another than before; null: there is none any more. */
export interface KeyChange {
  readonly key: string;
  readonly state: PartitionSnapshot | null;
}

/** How emitted matches make other starts wait or end (`language.md` 19). */
export type Discipline =
  /** Starts do not concern each other: a match is out when nothing more preferred of its own start is left. */
  | 'independent'
  /** The earliest start is settled first, later ones wait. */
  | 'front'
  /** As `front`, and a start begins only when the one before is settled: conditions read MATCH_NUMBER(). */
  | 'sequential'
  | 'earliest'
  | 'any';

/** What an operator keeps of a key, and how its matches become final. */
export interface Terms {
  readonly input: 'stream' | 'bounded';
  readonly discipline: Discipline;
  /** Rows before a start that can still be read. */
  readonly lookback: number;
  /** Rows are kept that no partial match labelled. */
  readonly keepsRows: boolean;
  /** State of a key stays when it has no partial match. */
  readonly keepsKeys: boolean;
}

/** MATCH_RECOGNIZE as a running operator: rows in order of the rule come in, matches go out as they become final. */
export class MatchOperator {
  readonly counts: MatchCounts = { matches: 0, dropped: 0, degradedSkips: 0 };
  readonly plan: MatchPlan;
  readonly matcher: Matcher;
  readonly partitions = new Map<string, Partition>();
  readonly deadlines = new DeadlineQueue();
  /** Starts made so far. */
  sequence = 0;
  /** No row before this event time was seen: what was absent there is not known. Milliseconds; null before the first row. */
  observedFrom: number | null = null;
  threads = 0;

  readonly #key: PartitionKey;
  readonly #writer: MatchWriter;
  readonly #discipline: Discipline;
  readonly #keepRows: boolean;
  readonly #lookback: number;
  readonly #keepsPartitions: boolean;
  /** Nothing is read, or told, of rows without a label. */
  readonly #isLight: boolean;
  readonly #sorter: OutputSorter | null;
  readonly #changes = new ChangedKeys();

  constructor(
    plan: MatchPlan,
    columns: readonly OutputColumn[],
    private readonly input: 'stream' | 'bounded',
    private readonly limits: Limits,
    faults: Faults,
    emit: (match: Match) => void,
    /** A start waits for a time, in milliseconds. */
    private readonly waiting: (deadline: number) => void,
    /** State of a key is made, or gone. */
    private readonly holding: (key: string, isHeld: boolean) => void,
  ) {
    this.plan = plan;
    this.matcher = new Matcher(plan, faults);
    this.#key = new PartitionKey(plan.partitionBy, faults);
    this.#sorter =
      plan.outputOrder.length > 0 && input === 'bounded' ? new OutputSorter(plan.outputOrder) : null;
    const { counts } = this;
    this.#writer = new MatchWriter({
      ...{ plan, columns, key: this.#key, faults, counts, sorter: this.#sorter, emit },
    });
    const { measures } = this.#writer;
    const { conditions, completion } = this.matcher;
    const holds = measures.readsMatchNumber || plan.unmatchedRows;
    this.#discipline = conditions.readsMatchNumber
      ? 'sequential'
      : completion !== 'preferred'
        ? completion
        : plan.skip.mode === 'to_next_row' && !holds
          ? 'independent'
          : 'front';
    this.#lookback = Math.max(conditions.lookback, measures.lookback);
    this.#keepRows =
      input === 'bounded' ||
      this.#lookback > 0 ||
      measures.readsPartition ||
      this.#discipline === 'sequential';
    this.#keepsPartitions =
      this.#lookback > 0 ||
      measures.readsMatchNumber ||
      conditions.readsMatchNumber ||
      plan.absentBefore.length > 0 ||
      this.matcher.automaton.program.instructions.some(({ op }) => op === 'start');
    this.#isLight = !this.#keepRows && !this.#keepsPartitions && !plan.unmatchedRows;
  }

  get terms(): Terms {
    return {
      ...{ input: this.input, discipline: this.#discipline, lookback: this.#lookback },
      ...{ keepsRows: this.#keepRows, keepsKeys: this.#keepsPartitions },
    };
  }

  /** Bounded input: a row that will come, so that NEXT and `$` can be answered. Call for all rows, in order, before `process`. */
  foresee(row: Row): void {
    this.#partition(row, this.keyOf(row)).keep(row);
  }

  /** The row's key, by which partial matches are kept. */
  keyOf(row: Row): string {
    return this.#key.textOf(row);
  }

  /** PARTITION BY as an alert shows it. */
  keyColumns(row: Row): Readonly<Record<string, JsonValue>> {
    return this.#key.columnsOf(row);
  }

  /**
   * Tests of which a row of the stream must pass one to begin a match, where a row that does not, and whose key holds no
   * partial match, changes nothing. Null: every row has to be processed.
   */
  startTests(stream: string): readonly ColumnTest[] | null {
    const { automaton } = this.matcher;
    const starts = automaton.start(false);
    const keepsNothing = this.input === 'stream' && !this.#keepsPartitions && !this.plan.unmatchedRows;
    if (!keepsNothing || starts.some(({ kind }) => kind === 'match')) return null;
    return startTests(starts, this.plan.variables, stream);
  }

  /** Takes the next row in the rule's order. Deadlines before its time have been closed. `key`: what `keyOf` gives for it. */
  process(row: Row, key = this.keyOf(row)): void {
    this.observedFrom ??= row.time;
    if (this.#isLight) {
      this.#processLight(row, key);
      return;
    }
    const partition = this.#partition(row, key);
    this.matcher.observer?.took?.(key, row);
    const position = this.input === 'bounded' ? partition.count++ : partition.push(row, this.#keepRows);
    if (this.#discipline === 'sequential') {
      // The start may come to be tried when later rows have been seen: what was before it is looked at now.
      if (!this.#wasAbsent(partition, row)) partition.barred = [...partition.barred, position];
      this.#replay(partition);
    } else {
      this.matcher.take(row, position, partition, this.#isLast(partition, position));
      let isChanged = false;
      for (const start of partition.starts) if (this.matcher.step(start)) isChanged = true;
      if (this.#begin(partition, row, position)) isChanged = true;
      if (isChanged) this.#settle(partition);
    }
    this.#seeAbsent(partition, row, position);
    this.#tidy(partition);
  }

  /** The same where a row that changes no partial match leaves no trace: places count the rows that did. */
  #processLight(row: Row, key: string): void {
    const { matcher } = this;
    matcher.observer?.took?.(key, row);
    let partition = this.partitions.get(key);
    if (partition === undefined) {
      matcher.take(row, 0, NOWHERE, false);
      if (!matcher.canBegin(false)) return;
      partition = this.#partition(row, key);
    } else {
      matcher.take(row, partition.count, partition, false);
    }
    let [isChanged, isDecisive] = [false, false];
    const { starts } = partition;
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i]!;
      if (!matcher.step(start)) continue;
      isChanged = true;
      if (start.live === 0 || start.best !== null || start.completed.length > 0) isDecisive = true;
    }
    if (this.#begin(partition, row, partition.count)) {
      isChanged = true;
      const { live, best, completed } = partition.starts[partition.starts.length - 1]!;
      if (live === 0 || best !== null || completed.length > 0) isDecisive = true;
    }
    if (!isChanged && partition.starts.length > 0) return;
    partition.push(row, false);
    if (isDecisive) this.#settle(partition);
    this.#tidy(partition);
  }

  /** The earliest deadline, in milliseconds, or null. */
  nextDeadline(): number | null {
    for (let start = this.deadlines.peek(); start !== undefined; start = this.deadlines.peek()) {
      if (!start.done) return start.deadline;
      this.deadlines.pop();
    }
    return null;
  }

  /** Closes the earliest deadline. */
  closeNext(): void {
    const start = this.deadlines.pop();
    if (start === undefined || start.done) return;
    const partition = this.partitions.get(start.key)!;
    this.#expire(start, partition);
    this.#settle(partition);
    if (this.#discipline === 'sequential') this.#replay(partition);
    this.#tidy(partition);
  }

  /** No row will come any more: what waits for the end completes, all else ends. Deadlines have been closed. */
  end(): void {
    const live = [...this.partitions.values()].flatMap((partition) =>
      partition.starts.map((start) => ({ start, partition })),
    );
    live.sort((a, b) => a.start.sequence - b.start.sequence);
    for (const { start, partition } of live) {
      if (start.done) continue;
      this.#complete(start, 'end');
      this.#settle(partition);
      if (this.#discipline === 'sequential') this.#endSequential(partition);
    }
  }

  /** Bounded input with an outer ORDER BY: everything that came, a match for each output row. */
  takeSorted(): readonly Match[] {
    return this.#sorter?.take() ?? [];
  }

  /** Matches that have begun and are not decided, by key. */
  *open(): Generator<OpenMatch> {
    for (const partition of this.partitions.values()) {
      for (const { row, deadline, best, threads, done } of partition.starts) {
        const path = threads[0]?.path ?? best?.path ?? null;
        if (done) continue;
        yield {
          key: this.keyColumns(row),
          start: row,
          deadline: Number.isFinite(deadline) ? deadline : null,
          isHeld: best !== null,
          events: stepsOf(path).map((step) => ({
            variable: this.plan.variables[step.variable]?.name ?? '',
            row: step.row,
          })),
        };
      }
    }
  }

  head(): MatchHead {
    const { counts, sequence, observedFrom, matcher } = this;
    return { counts: { ...counts }, sequence, observedFrom, hits: [...matcher.hits] };
  }

  /** The state of every key. */
  keyStates(): readonly PartitionSnapshot[] {
    return [...this.partitions.values()].map(snapshotPartition);
  }

  /** How many keys have other state than at the last `takeChanges`. */
  get changes(): number {
    return this.#changes.count(this.partitions.size);
  }

  /** The keys whose state changed since the last call, for a checkpoint that holds the others already. */
  takeChanges(): readonly KeyChange[] {
    const { gone, changed } = this.#changes.take(this.partitions);
    return [
      ...gone.map((key) => ({ key, state: null })),
      ...changed.map((key) => {
        const partition = this.partitions.get(key)!;
        partition.isSaved = true;
        partition.isChanged = false;
        return { key, state: snapshotPartition(partition) };
      }),
    ];
  }

  restoreHead({ counts, sequence, observedFrom, hits = [] }: MatchHead): void {
    Object.assign(this.counts, counts);
    Object.assign(this.matcher.hits, hits);
    this.sequence = sequence;
    this.observedFrom = observedFrom;
  }

  /** `isSaved`: a checkpoint holds it as it is. Throws RangeError when it is of another pattern. */
  restoreKey(saved: PartitionSnapshot, isSaved: boolean): void {
    const partition = restorePartition(saved, this.matcher.automaton);
    partition.isSaved = isSaved;
    if (isSaved) this.#changes.restored();
    else this.#note(partition);
    this.partitions.set(partition.key, partition);
    this.holding(partition.key, true);
    for (const start of partition.starts) {
      partition.threads += start.live;
      if (start.live === 0 || start.deadline === Number.POSITIVE_INFINITY) continue;
      this.deadlines.push(start);
      this.waiting(start.deadline);
    }
    this.threads += partition.threads;
  }

  /**
   * Lets go of what is held of a subject: where PARTITION BY has its columns, of that key with all of its rows; else of each
   * start that took one of its rows, so that those that waited for it are decided.
   */
  erase(subject: Subject): void {
    const columns = this.#columnsOf(subject);
    for (const partition of [...this.partitions.values()]) {
      if (columns !== null) {
        const key = this.#columnsOfKey(partition);
        if (key === null || !subject.isKey(columns.map((name) => key[name] ?? null))) continue;
        for (const start of partition.starts) start.finish();
        this.threads -= partition.threads;
        this.#forget(partition);
      } else if (eraseRows(partition, subject)) {
        for (const start of partition.starts) {
          if (!tookRow(start, subject)) continue;
          start.finish();
          if (this.#discipline === 'sequential')
            partition.resume = Math.max(partition.resume, start.position + 1);
        }
        this.#settle(partition);
        if (this.#discipline === 'sequential') this.#replay(partition);
        this.#tidy(partition);
      }
    }
    this.deadlines.tidy();
  }

  /** PARTITION BY of a key; null: nothing is held of it. */
  #columnsOfKey({ columns, starts }: Partition): Partition['columns'] {
    const [start] = starts;
    return columns ?? (start === undefined ? null : this.keyColumns(start.row));
  }

  /** The names that a subject's columns have in PARTITION BY; null where not all of them stand there. */
  #columnsOf({ stream, columns }: Subject): readonly string[] | null {
    const names = columns.map((column) => {
      const by = this.plan.partitionBy.find(
        ({ expression: each }) =>
          each.kind === 'column' && each.name === column && (each.streams?.includes(stream) ?? true),
      );
      return by?.name ?? null;
    });
    return names.includes(null) ? null : (names as readonly string[]);
  }

  #forget(partition: Partition): void {
    this.partitions.delete(partition.key);
    this.holding(partition.key, false);
    if (partition.isChanged || partition.isSaved) this.#changes.forget(partition.key, partition.isSaved);
  }

  #endSequential(partition: Partition): void {
    for (;;) {
      this.#replay(partition);
      const [start] = partition.starts;
      if (start === undefined) return;
      this.#complete(start, 'end');
      this.#settle(partition);
    }
  }

  // ------------------------------------------------------------------ rows

  #partition(row: Row, key: string): Partition {
    const known = this.partitions.get(key);
    if (known !== undefined) return known;
    const partition = new Partition(key);
    if (this.#keepsPartitions) partition.columns = this.keyColumns(row);
    if (this.partitions.size >= this.limits.keysPerRule) this.#evict();
    this.partitions.set(key, partition);
    this.holding(key, true);
    return partition;
  }

  /** Its state is another than in the checkpoint. */
  #note(partition: Partition): void {
    if (partition.isChanged) return;
    partition.isChanged = true;
    this.#changes.note(partition.key);
  }

  #isLast(partition: Partition, position: number): boolean {
    return this.input === 'bounded' && position === partition.rows.length - 1;
  }

  #evict(): void {
    const [oldest] = this.partitions.values();
    if (oldest === undefined) return;
    for (const start of oldest.starts) this.#cut(start, 'limit');
    this.threads -= oldest.threads;
    this.#forget(oldest);
    this.counts.dropped++;
  }

  /** Whether what must be absent in the WITHIN before a match was absent before this row (`language.md` 4, NOT at the start). */
  #wasAbsent(partition: Partition, row: Row): boolean {
    if (this.plan.absentBefore.length === 0) return true;
    const from = row.time - this.plan.within!;
    if (partition.lastAbsent >= from) return false;
    return this.input === 'bounded' || from >= (this.observedFrom ?? Number.POSITIVE_INFINITY);
  }

  /** Begins a match at the row in hand, which the matcher has taken; false: none can begin. */
  #begin(partition: Partition, row: Row, position: number): boolean {
    if (position < partition.resume) return false;
    const isSequential = this.#discipline === 'sequential';
    if (!isSequential && !this.plan.unmatchedRows && !this.matcher.canBegin(position === 0)) return false;
    const deadline = this.plan.within === null ? Number.POSITIVE_INFINITY : row.time + this.plan.within;
    const start = new Start(this.sequence, partition.key, position, row, deadline);
    const isAllowed = isSequential ? !partition.barred.includes(position) : this.#wasAbsent(partition, row);
    if (isAllowed) this.matcher.begin(start);
    const alive = start.live > 0;
    if (!alive && start.best === null && start.completed.length === 0 && !this.plan.unmatchedRows) {
      if (isSequential) partition.resume = position + 1;
      return false;
    }
    this.sequence++;
    partition.begin(start);
    if (alive && deadline !== Number.POSITIVE_INFINITY) {
      this.deadlines.push(start);
      this.waiting(deadline);
    }
    return true;
  }

  #seeAbsent(partition: Partition, row: Row, position: number): void {
    if (this.plan.absentBefore.length === 0) return;
    this.matcher.take(row, position, partition, this.#isLast(partition, position));
    if (this.plan.absentBefore.some((variable) => this.matcher.holds(variable)))
      partition.lastAbsent = row.time;
  }

  /** Sequential matching: one start at a time is taken over the rows that are there. */
  #replay(partition: Partition): void {
    const { matcher } = this;
    for (;;) {
      matcher.numberMatches(partition.matches + 1);
      let [start] = partition.starts;
      if (start === undefined) {
        if (partition.resume >= partition.count) return;
        const position = partition.resume;
        const row = partition.rowAt(position)!;
        matcher.take(row, position, partition, this.#isLast(partition, position));
        this.#begin(partition, row, position);
        partition.fed = position;
        [start] = partition.starts;
        if (start === undefined) continue;
      }
      while (start.live > 0 && partition.fed + 1 < partition.count) {
        const position = ++partition.fed;
        const row = partition.rowAt(position)!;
        if (row.time > start.deadline) {
          this.#expire(start, partition);
        } else {
          matcher.take(row, position, partition, this.#isLast(partition, position));
          matcher.step(start);
        }
      }
      if (start.live > 0) return;
      this.#settle(partition);
    }
  }

  // ------------------------------------------------------------------ finality

  /** The deadline has passed: absence completes, every other thread ends (`language.md` 25). */
  #expire(start: Start, partition: Partition): void {
    const [left] = this.plan.timedOut ? start.threads : [];
    this.#complete(start, 'within');
    if (left !== undefined && start.best === null && !start.matched && start.completed.length === 0)
      this.#writer.match(partition, start, stepsOf(left.path), 'TIMED OUT', 0, start.deadline);
  }

  /** Absence at the end has come true for the threads that wait for it, in order of preferment; all others end. */
  #complete(start: Start, how: Ending): void {
    if (start.configuration?.waits === false && this.matcher.observer === null) {
      start.completed = [];
      start.threads = [];
      return;
    }
    const left = start.threads;
    start.completed = [];
    for (const thread of left) {
      if (thread.state.kind !== 'wait') continue;
      if (this.matcher.completion === 'preferred') {
        start.best = { path: thread.path };
        break;
      }
      const { path } = thread;
      // The same rows with the same labels, taken in another way, are one match.
      if (path === null || start.completed.some((other) => samePath(other, path))) continue;
      start.completed = [...start.completed, path];
      if (this.matcher.completion === 'earliest') break;
    }
    start.threads = [];
    if (left.length > 0 && start.best === null && start.completed.length === 0 && !start.matched)
      this.matcher.observer?.ended(start, left, how, null);
  }

  /** Emits what has become final in a partition, and lets go of the starts that are over. */
  #settle(partition: Partition): void {
    switch (this.#discipline) {
      case 'independent':
        for (const start of partition.starts) if (start.live === 0) this.#decide(partition, start);
        break;
      case 'front':
      case 'sequential':
        this.#settleFront(partition);
        break;
      case 'earliest':
        for (const start of partition.starts) {
          const [path] = start.completed;
          if (start.done || path === undefined) continue;
          this.#emitNonEmpty(partition, start, path);
        }
        this.#settleUnmatched(partition);
        break;
      case 'any':
        this.#settleAny(partition);
        break;
    }
    for (const start of partition.starts) {
      if (start.live === 0 && this.#isOver(start)) start.finish();
    }
    if (partition.starts.some(({ done }) => done))
      partition.starts = partition.starts.filter(({ done }) => !done);
  }

  /** A start without threads is over, unless an earlier one still holds it back. */
  #isOver(start: Start): boolean {
    switch (this.#discipline) {
      case 'front':
      case 'sequential':
        return start.best === null && !this.plan.unmatchedRows;
      case 'earliest':
        return !this.plan.unmatchedRows;
      default:
        return true;
    }
  }

  #settleFront(partition: Partition): void {
    const { starts } = partition;
    for (const start of starts) {
      if (start.done) continue;
      if (start.live > 0) {
        if (this.plan.skip.mode === 'past_last_row' && start.best?.path)
          this.#passOver(partition, start, this.#leastEnd(start, start.best.path.position) + 1);
        return;
      }
      this.#decide(partition, start);
    }
  }

  /** Where the match of a start ends at least, which is complete up to `end`: what waits for absence may have ended before. */
  #leastEnd(start: Start, end: number): number {
    if (this.plan.absentAfter.length === 0) return end;
    const ends = start.threads.map(({ state, path }) =>
      state.kind === 'wait' ? (path?.position ?? -1) : end,
    );
    return Math.min(end, ...ends);
  }

  #passOver(partition: Partition, front: Start, resume: number): void {
    for (const start of partition.starts)
      if (start !== front && start.position < resume) this.#cut(start, 'passed_over', front);
  }

  /** A start that nothing more preferred can come to: its best match is final, or there is none. */
  #decide(partition: Partition, start: Start): void {
    if (start.done) return;
    if (this.#discipline === 'sequential') partition.resume = Math.max(partition.resume, start.position + 1);
    if (start.best === null) {
      start.finish();
      if (this.plan.unmatchedRows && !partition.isCovered(start.position))
        this.#writer.unmatched(partition, start);
    } else if (start.best.path === null) {
      start.finish();
      partition.matches++;
      if (this.plan.emptyMatches === 'show') this.#writer.empty(partition, start);
    } else {
      this.#emitNonEmpty(partition, start, start.best.path);
    }
  }

  #emitNonEmpty(partition: Partition, start: Start, path: Step): void {
    partition.matches++;
    const steps = stepsOf(path);
    // Absence at the end is known at the deadline only.
    const end = this.plan.absentAfter.length > 0 ? start.deadline : null;
    if (this.plan.unmatchedRows) partition.covered = [...partition.covered, [start.position, path.position]];
    this.#writer.match(partition, start, steps, 'MATCHED', partition.matches, end);
    start.finish();
    this.#skip(partition, start, steps);
  }

  /** AFTER MATCH SKIP: starts that are passed over end, whatever they had. */
  #skip(partition: Partition, start: Start, steps: readonly Step[]): void {
    const { skip } = this.plan;
    if (skip.mode === 'to_next_row' || skip.mode === 'no_skip') {
      if (this.#discipline === 'sequential')
        partition.resume = Math.max(partition.resume, start.position + 1);
      return;
    }
    const past = steps[steps.length - 1]!.position + 1;
    let resume = past;
    if (skip.mode === 'to_first' || skip.mode === 'to_last') {
      const inSet = (step: Step) => skip.set.includes(step.variable);
      const target = skip.mode === 'to_first' ? steps.find(inSet) : steps.findLast(inSet);
      if (target !== undefined && target.position > start.position) {
        resume = target.position;
      } else {
        this.counts.degradedSkips++;
      }
    }
    partition.resume = Math.max(partition.resume, resume);
    this.matcher.observer?.skipped(start, resume);
    for (const other of partition.starts) {
      if (other.position >= resume || other.done) continue;
      this.#cut(other, 'passed_over', start);
      if (
        this.plan.unmatchedRows &&
        other.position < start.position &&
        !partition.isCovered(other.position)
      ) {
        this.#writer.unmatched(partition, other);
      }
    }
  }

  /** EMIT EARLIEST with unmatched rows: a row is unmatched once no start before it can still take it. */
  #settleUnmatched(partition: Partition): void {
    if (!this.plan.unmatchedRows) return;
    for (const start of partition.starts) {
      if (start.done) continue;
      if (start.live > 0) return;
      start.finish();
      if (!partition.isCovered(start.position)) this.#writer.unmatched(partition, start);
    }
  }

  #settleAny(partition: Partition): void {
    let left = this.limits.matchesPerRow;
    for (const start of partition.starts) {
      for (const path of start.completed) {
        start.matched = true;
        if (left-- <= 0) {
          this.counts.dropped++;
          continue;
        }
        partition.matches++;
        const end = this.plan.absentAfter.length > 0 ? start.deadline : null;
        this.#writer.match(partition, start, stepsOf(path), 'MATCHED', partition.matches, end);
      }
      start.completed = [];
    }
  }

  // ------------------------------------------------------------------ housekeeping

  /** Ends a start that might have gone on. */
  #cut(start: Start, how: Ending, by: Start | null = null): void {
    const { observer } = this.matcher;
    const { live, best, completed, matched, done } = start;
    const isOpen = !done && !matched && (live > 0 || best !== null || completed.length > 0);
    if (isOpen) observer?.ended(start, start.threads, how, by);
    start.finish();
  }

  /** Keeps within the limits, and lets go of what cannot be read any more. */
  #tidy(partition: Partition): void {
    let threads = 0;
    for (const start of partition.starts) threads += start.live;
    this.threads += threads - partition.threads;
    partition.threads = threads;
    while (
      partition.threads > this.limits.partialMatchesPerKey ||
      (this.threads > this.limits.partialMatchesPerRule && partition.threads > 0)
    ) {
      this.#dropOldest(partition);
    }
    if (this.deadlines.size > 1024 && this.deadlines.size > 4 * Math.max(1, this.threads))
      this.deadlines.tidy();
    if (partition.covered.length > 0) {
      const front = partition.starts[0]?.position ?? Math.min(partition.resume, partition.count);
      partition.covered = partition.covered.filter(([, last]) => last >= front);
    }
    if (this.input === 'bounded') return;
    if (this.#keepRows) {
      const front =
        partition.starts[0]?.position ??
        (this.#discipline === 'sequential' ? Math.min(partition.resume, partition.count) : partition.count);
      partition.forget(front - this.#lookback);
      if (partition.barred.length > 0)
        partition.barred = partition.barred.filter((position) => position >= front);
    }
    if (partition.starts.length === 0 && !this.#keepsPartitions) this.#forget(partition);
    else this.#note(partition);
  }

  /** The oldest start goes; where there is one only, its least preferred threads. */
  #dropOldest(partition: Partition): void {
    const [oldest] = partition.starts;
    if (oldest === undefined) return;
    const before = partition.threads;
    if (partition.starts.length > 1) {
      partition.threads -= oldest.live;
      this.#cut(oldest, 'limit');
      partition.starts = partition.starts.slice(1);
    } else {
      const keep = Math.min(oldest.live - 1, this.limits.partialMatchesPerKey);
      partition.threads = keep;
      oldest.threads = oldest.threads.slice(0, keep);
    }
    this.counts.dropped += before - partition.threads;
    this.threads += partition.threads - before;
  }
}

/** Of a key without state. */
const NOWHERE = new Partition('');
