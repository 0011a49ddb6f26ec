import type { Row } from '../event/row.js';
import type { Subject } from '../event/subject.js';
import type { RulePlan } from '../language/plan.js';
import type { Match } from './emission.js';
import { type MissOptions, NearestMisses } from './explain/misses.js';
import { namesOf } from './explain/names.js';
import { Faults } from './expression/faults.js';
import { FilterOperator } from './filter.js';
import type { Keyed, KeyGroup } from './key_group.js';
import type { Limits } from './limits.js';
import { type MatchHead, MatchOperator } from './match/operator.js';
import type { ColumnTest } from './predicate/column_test.js';

/** What a rule did since it began, for metrics and diagnosis. Numbers of events, matches, threads and keys. */
export interface RuleCounts {
  readonly rows: number;
  readonly matches: number;
  readonly late: number;
  readonly dropped: number;
  readonly degradedSkips: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly partialMatches: number;
  readonly keys: number;
}

/** A rule's state apart from its keys, as plain data. */
export type RuleHead = {
  readonly since: number;
  readonly rowsAhead: number;
  readonly late: number;
  readonly faults: Readonly<Record<string, number>>;
} & (MatchHead | { readonly counts: FilterOperator['counts'] });

/** A rule at work: its plan and its operator. */
export class RunningRule implements Keyed {
  readonly faults = new Faults();
  readonly operator: MatchOperator | FilterOperator;
  /** Rules with equal texts of it have equal keys; null: the operator keeps none. */
  readonly groupKey: string | null;
  /** Rows appended before it are not seen. */
  since: number;
  late = 0;
  /** Rows seen, less the rows that its sequencer released: that grows for all its rules at once. */
  rowsAhead = 0;
  /** Matches of the row or deadline in hand. */
  readonly pending: Match[] = [];
  /** The earliest deadline that the sequencer knows of, in milliseconds; Infinity: none. */
  scheduled = Number.POSITIVE_INFINITY;
  isRemoved = false;
  /** Its counts may be others than at the last checkpoint. */
  isChanged = true;
  group: KeyGroup<RunningRule> | null = null;
  /** The starts that came nearest to a match; null where nobody asks. Not part of the state. */
  readonly misses: NearestMisses | null = null;
  /** The routing's number of the row that it was found for last. */
  visited = 0;
  /** What the operator says while it works: a deadline, in milliseconds. */
  onDeadline: (deadline: number) => void = () => {};

  /** `order`: the order of registration, the last tie between emissions. Throws RangeError when the pattern is too large. */
  constructor(
    readonly plan: RulePlan,
    readonly order: number,
    since: number,
    input: 'stream' | 'bounded',
    limits: Limits,
    misses: MissOptions | null,
  ) {
    this.since = since;
    const emit = (match: Match) => {
      this.pending.push(match);
    };
    const { operator, columns } = plan;
    if (operator.kind === 'filter') {
      this.operator = new FilterOperator(operator, columns, this.faults, emit);
      this.groupKey = null;
      return;
    }
    const waiting = (deadline: number) => this.onDeadline(deadline);
    const holding = (key: string, isHeld: boolean) => this.group?.note(this, key, isHeld);
    this.operator = new MatchOperator(operator, columns, input, limits, this.faults, emit, waiting, holding);
    if (misses !== null) {
      const running = this.operator;
      const { matcher, partitions } = running;
      const columnsOf = (row: Row) => running.keyColumns(row);
      this.misses = new NearestMisses(operator, matcher, partitions, columnsOf, namesOf(plan), misses);
      matcher.observer = this.misses;
    }
    this.groupKey = JSON.stringify(operator.partitionBy.map(({ expression }) => expression));
  }

  /** Its state apart from its keys. */
  head(): RuleHead {
    const { since, rowsAhead, late, faults, operator } = this;
    const own = operator instanceof MatchOperator ? operator.head() : { counts: { ...operator.counts } };
    return { since, rowsAhead, late, faults: faults.counts(), ...own };
  }

  /** Goes on from what `head` gave. Throws Error when that was of another kind of rule. */
  restoreHead({ since, rowsAhead, late, faults, ...own }: RuleHead): void {
    this.since = since;
    this.rowsAhead = rowsAhead;
    this.late = late;
    this.faults.restore(faults);
    const { operator } = this;
    if (operator instanceof MatchOperator && 'sequence' in own) operator.restoreHead(own);
    else if (!(operator instanceof MatchOperator) && !('sequence' in own))
      Object.assign(operator.counts, own.counts);
    else throw new Error(`the snapshot's state of rule ${this.plan.name} is of another kind`);
  }

  process(row: Row): void {
    this.isChanged = true;
    if (this.operator instanceof MatchOperator) this.operator.process(row, this.group?.keyOf(row));
    else this.operator.process(row);
  }

  /** A row that was erased: it was there, and that is all. */
  pass(row: Row, sequence: number): void {
    if (sequence < this.since || !(this.operator instanceof MatchOperator)) return;
    this.isChanged = true;
    this.operator.observedFrom ??= row.time;
  }

  /** Lets go of what is held of a subject, and of every start that gave no match. */
  erase(subject: Subject): void {
    this.isChanged = true;
    this.misses?.forget();
    if (this.operator instanceof MatchOperator) this.operator.erase(subject);
  }

  /** As of the operator's. */
  startTests(stream: string): readonly ColumnTest[] | null {
    return this.operator.startTests(stream);
  }

  /** The row's key; a rule without keys has one for all. */
  keyOf(row: Row): string {
    return this.operator instanceof MatchOperator ? this.operator.keyOf(row) : '';
  }

  /** Whether there is state of a key. */
  holds(key: string): boolean {
    return this.operator instanceof MatchOperator && this.operator.partitions.has(key);
  }

  keys(): Iterable<string> {
    return this.operator instanceof MatchOperator ? this.operator.partitions.keys() : [];
  }

  /** The earliest deadline, in milliseconds, or null. */
  nextDeadline(): number | null {
    return this.operator instanceof MatchOperator ? this.operator.nextDeadline() : null;
  }

  /** `rows`: those that it saw. */
  counts(rows: number): RuleCounts {
    const { operator } = this;
    const isMatch = operator instanceof MatchOperator;
    return {
      rows,
      ...operator.counts,
      late: this.late,
      faults: this.faults.counts(),
      partialMatches: isMatch ? operator.threads : 0,
      keys: isMatch ? operator.partitions.size : 0,
    };
  }
}
