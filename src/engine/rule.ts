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
import { AnyOperator } from './match/any/operator.js';
import { isWindow, type KeyState } from './match/any/snapshot.js';
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
} & (
  | (MatchHead & {
      /** How its keys are kept; left out: by partial matches. */
      readonly keptBy?: 'window';
    })
  | { readonly counts: FilterOperator['counts'] }
);

/** The state of a key is another than before; null: there is none any more. */
export interface KeyChange {
  readonly key: string;
  readonly state: KeyState | null;
}

/** A rule at work: its plan and its operator. */
export class RunningRule implements Keyed {
  readonly faults = new Faults();
  operator: MatchOperator | AnyOperator | FilterOperator;
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
  /** The general operator of its pattern. */
  readonly #general: (() => MatchOperator) | null;

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
      this.#general = null;
      return;
    }
    const waiting = (deadline: number) => this.onDeadline(deadline);
    const holding = (key: string, isHeld: boolean) => this.group?.note(this, key, isHeld);
    const { faults } = this;
    this.#general = () => new MatchOperator(operator, columns, input, limits, faults, emit, waiting, holding);
    // Of partial matches that are not kept one by one there is nothing to tell: whoever wants all to be told waits for them.
    const any =
      misses?.keepsLastRows === true
        ? null
        : AnyOperator.of(operator, columns, input, limits, faults, emit, waiting, holding);
    this.operator = any ?? this.#general();
    if (misses !== null && this.operator instanceof MatchOperator) {
      const running = this.operator;
      const { matcher, partitions } = running;
      const columnsOf = (row: Row) => running.keyColumns(row);
      this.misses = new NearestMisses(operator, matcher, partitions, columnsOf, namesOf(plan), misses);
      matcher.observer = this.misses;
    }
    this.groupKey = JSON.stringify(operator.partitionBy.map(({ expression }) => expression));
  }

  /** The operator of a pattern, which keeps state by key; null for a plain SELECT. */
  get keyed(): MatchOperator | AnyOperator | null {
    return this.operator instanceof FilterOperator ? null : this.operator;
  }

  /** Its state apart from its keys. */
  head(): RuleHead {
    const { since, rowsAhead, late, faults, operator, keyed } = this;
    const own = keyed === null ? { counts: { ...operator.counts } } : keyed.head();
    const kept = operator instanceof AnyOperator ? { keptBy: 'window' as const } : {};
    return { since, rowsAhead, late, faults: faults.counts(), ...own, ...kept };
  }

  /** Goes on from what `head` gave. Throws RangeError when that was of another kind of rule. */
  restoreHead({ since, rowsAhead, late, faults, ...own }: RuleHead): void {
    this.since = since;
    this.rowsAhead = rowsAhead;
    this.late = late;
    this.faults.restore(faults);
    if (!('sequence' in own)) {
      if (this.keyed !== null) throw this.#isOfAnotherKind();
      Object.assign(this.operator.counts, own.counts);
      return;
    }
    // An earlier version kept partial matches, which a window cannot be made of: the rule goes on with them.
    if (this.operator instanceof AnyOperator && own.keptBy !== 'window') this.operator = this.#general!();
    if (this.keyed === null || (own.keptBy === 'window' && !(this.operator instanceof AnyOperator)))
      throw this.#isOfAnotherKind();
    this.keyed.restoreHead(own);
  }

  /** As of the operator's. Throws RangeError for the state of another pattern, or kept in another way than the head said. */
  restoreKey(state: KeyState, isSaved: boolean): void {
    const { operator } = this;
    if (operator instanceof AnyOperator && isWindow(state)) operator.restoreKey(state, isSaved);
    else if (operator instanceof MatchOperator && !isWindow(state)) operator.restoreKey(state, isSaved);
    else throw this.#isOfAnotherKind();
  }

  #isOfAnotherKind(): RangeError {
    return new RangeError(`the snapshot's state of rule ${this.plan.name} is of another kind`);
  }

  process(row: Row): void {
    this.isChanged = true;
    const { operator } = this;
    if (operator instanceof FilterOperator) operator.process(row);
    else operator.process(row, this.group?.keyOf(row));
  }

  /** A row that was erased: it was there, and that is all. */
  pass(row: Row, sequence: number): void {
    if (sequence < this.since || this.operator instanceof FilterOperator) return;
    this.isChanged = true;
    this.operator.observedFrom ??= row.time;
  }

  /** Lets go of what is held of a subject, and of every start that gave no match. */
  erase(subject: Subject): void {
    this.isChanged = true;
    this.misses?.forget();
    if (!(this.operator instanceof FilterOperator)) this.operator.erase(subject);
  }

  /** As of the operator's. */
  startTests(stream: string): readonly ColumnTest[] | null {
    return this.operator.startTests(stream);
  }

  /** The row's key; a rule without keys has one for all. */
  keyOf(row: Row): string {
    return this.keyed?.keyOf(row) ?? '';
  }

  /** Whether there is state of a key. */
  holds(key: string): boolean {
    return this.keyed?.partitions.has(key) ?? false;
  }

  keys(): Iterable<string> {
    return this.keyed?.partitions.keys() ?? [];
  }

  /** The earliest deadline, in milliseconds, or null. */
  nextDeadline(): number | null {
    return this.keyed?.nextDeadline() ?? null;
  }

  /** `rows`: those that it saw. */
  counts(rows: number): RuleCounts {
    const { operator, keyed } = this;
    return {
      rows,
      ...operator.counts,
      late: this.late,
      faults: this.faults.counts(),
      partialMatches: keyed?.threads ?? 0,
      keys: keyed?.partitions.size ?? 0,
    };
  }
}
