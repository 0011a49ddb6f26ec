import type { Row } from '../event/row.js';
import type { RulePlan } from '../language/plan.js';
import type { Match } from './emission.js';
import { Faults } from './expression/faults.js';
import { FilterOperator } from './filter.js';
import type { Limits } from './limits.js';
import { MatchOperator } from './match/operator.js';

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

/** A rule at work: its plan and its operator. */
export class RunningRule {
  readonly faults = new Faults();
  readonly operator: MatchOperator | FilterOperator;
  /** Rows appended before it are not seen. */
  since: number;
  late = 0;
  /** Matches of the row or deadline in hand. */
  readonly pending: Match[] = [];

  /** `order`: the order of registration, the last tie between emissions. Throws RangeError when the pattern is too large. */
  constructor(
    readonly plan: RulePlan,
    readonly order: number,
    since: number,
    input: 'stream' | 'bounded',
    limits: Limits,
  ) {
    this.since = since;
    const emit = (match: Match) => {
      this.pending.push(match);
    };
    const { operator, columns } = plan;
    this.operator =
      operator.kind === 'match'
        ? new MatchOperator(operator, columns, input, limits, this.faults, emit)
        : new FilterOperator(operator, columns, this.faults, emit);
  }

  process(row: Row): void {
    this.operator.process(row);
  }

  /** The earliest deadline, in milliseconds, or null. */
  nextDeadline(): number | null {
    return this.operator instanceof MatchOperator ? this.operator.nextDeadline() : null;
  }

  counts(): RuleCounts {
    const { operator } = this;
    const isMatch = operator instanceof MatchOperator;
    return {
      ...operator.counts,
      late: this.late,
      faults: this.faults.counts(),
      partialMatches: isMatch ? operator.threads : 0,
      keys: isMatch ? operator.partitions.size : 0,
    };
  }
}
