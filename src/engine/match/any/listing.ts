import type { JsonValue } from '../../../event/json.js';
import type { Value } from '../../../event/value.js';
import type { MatchPlan, OutputColumn } from '../../../language/plan.js';
import type { Match, MatchedRow } from '../../emission.js';
import type { Faults } from '../../expression/faults.js';
import type { Limits } from '../../limits.js';
import { outputRow } from '../../output.js';
import type { MatchCounts } from '../match_counts.js';
import { type MatchScope, type Measures, matchScope, standAt } from '../measures.js';
import { OutputSorter } from '../output_sorter.js';
import type { Step } from '../path.js';
import type { Partition } from './partition.js';
import { Runs } from './runs.js';
import { MOST_COUNTED } from './summary.js';
import type { Window } from './window.js';

/** Nothing is read of rows without a label. */
const NO_ROWS = { rowAt: () => null };

/** Gives out what rows complete. */
export class Listing {
  readonly counts: MatchCounts = { matches: 0, dropped: 0, degradedSkips: 0 };
  readonly #runs = new Runs();
  readonly #sorter: OutputSorter | null;
  /** Labels of the run in hand, and the same as an alert shows them. */
  readonly #steps: Step[] = [];
  readonly #events: MatchedRow[] = [];

  constructor(
    private readonly plan: MatchPlan,
    private readonly measures: Measures,
    private readonly columns: readonly OutputColumn[],
    input: 'stream' | 'bounded',
    private readonly limits: Limits,
    private readonly faults: Faults,
    private readonly emit: (match: Match) => void,
  ) {
    this.#sorter =
      plan.outputOrder.length > 0 && input === 'bounded' ? new OutputSorter(plan.outputOrder) : null;
  }

  /** Bounded input with an outer ORDER BY: everything that came, a match for each output row. */
  takeSorted(): readonly Match[] {
    return this.#sorter?.take() ?? [];
  }

  /** Counts what is lost at a limit. */
  drop(count: number): void {
    this.counts.dropped = Math.min(this.counts.dropped + count, MOST_COUNTED);
  }

  /** What the last row of a key completed: listed up to the limits, in order of start, then preferment; the rest is counted. */
  complete(partition: Partition): void {
    const listed = this.#list(partition);
    if (listed === null || this.counts.dropped === MOST_COUNTED) return;
    const count = partition.window.countComplete();
    this.drop(count === MOST_COUNTED ? count : count - listed);
  }

  /** How many matches were listed; null: all. */
  #list(partition: Partition): number | null {
    const { window } = partition;
    const { matchesPerRow, matchedRowsPerRow } = this.limits;
    if (matchesPerRow === 0) return 0;
    this.#runs.complete(window);
    let listed = 0;
    let rows = 0;
    let isMore = this.#runs.next();
    while (isMore && listed < matchesPerRow && (listed === 0 || rows < matchedRowsPerRow)) {
      this.#readRun(window);
      listed++;
      rows += this.#steps.length;
      partition.matches++;
      this.#emitMatch(partition);
      isMore = this.#runs.next();
    }
    this.#runs.end();
    this.#steps.length = 0;
    this.#events.length = 0;
    return isMore ? listed : null;
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
      this.#events.push({ variable: this.plan.variables[label >> 1]!.name, row });
    }
  }

  #emitMatch(partition: Partition): void {
    const steps = this.#steps;
    const { row, position } = steps[0]!;
    const scope = matchScope(steps, row, position, partition.matches, 'MATCHED', NO_ROWS, this.faults);
    const output: Record<string, JsonValue>[] = [];
    if (this.plan.rowsPerMatch === 'one') this.#push(output, this.measures.row(scope), scope);
    else {
      for (let i = 0; i < steps.length; i++) {
        if (steps[i]!.excluded) continue;
        standAt(scope, i);
        this.#push(output, this.measures.row(scope), scope);
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
    this.#sorter?.note(this.measures.sortKeys(scope));
    output.push(outputRow(this.columns, values));
  }
}
