import type { JsonValue } from '../../event/json.js';
import type { Value } from '../../event/value.js';
import type { MatchPlan, OutputColumn } from '../../language/plan.js';
import type { Match } from '../emission.js';
import type { Faults } from '../expression/faults.js';
import { outputRow } from '../output.js';
import type { MatchCounts } from './match_counts.js';
import { type MatchScope, Measures, matchScope, standAt } from './measures.js';
import type { OutputSorter } from './output_sorter.js';
import type { Partition } from './partition.js';
import type { PartitionKey } from './partition_key.js';
import type { Step } from './path.js';
import type { Start } from './thread.js';

export interface MatchWriterParts {
  readonly plan: MatchPlan;
  readonly columns: readonly OutputColumn[];
  readonly key: PartitionKey;
  readonly faults: Faults;
  /** Of which `matches` is counted up. */
  readonly counts: MatchCounts;
  /** Bounded input with an outer ORDER BY: matches are held until the end. */
  readonly sorter: OutputSorter | null;
  readonly emit: (match: Match) => void;
}

/** Makes output of what was matched: measures, WHERE and the select list over the labelled rows. */
export class MatchWriter {
  readonly measures: Measures;
  readonly #parts: MatchWriterParts;

  constructor(parts: MatchWriterParts) {
    this.#parts = parts;
    this.measures = new Measures(
      parts.plan,
      parts.plan.variables.map(({ name }) => name),
    );
  }

  /** `number`: MATCH_NUMBER(). `end`: when it was known, in milliseconds; null: with its last row. */
  match(
    partition: Partition,
    start: Start,
    steps: readonly Step[],
    status: Match['status'],
    number: number,
    end: number | null,
  ): void {
    const { plan, faults } = this.#parts;
    const scope = matchScope(steps, start.row, start.position, number, status, partition, faults);
    const output: Record<string, JsonValue>[] = [];
    if (plan.rowsPerMatch === 'one') {
      this.#push(output, this.measures.row(scope), scope);
    } else {
      steps.forEach((step, i) => {
        if (step.excluded) return;
        standAt(scope, i);
        this.#push(output, this.measures.row(scope), scope);
      });
    }
    this.#out(start, 'match', steps, output, scope, end);
  }

  /** An empty match, which has the number of the partition's last one. */
  empty(partition: Partition, start: Start): void {
    const { row, position } = start;
    const scope = matchScope([], row, position, partition.matches, 'MATCHED', partition, this.#parts.faults);
    const output: Record<string, JsonValue>[] = [];
    this.#push(output, this.measures.row(scope), scope);
    this.#out(start, 'empty', [], output, scope, null);
  }

  /** WITH UNMATCHED ROWS: the row that a start stands at. */
  unmatched(partition: Partition, start: Start): void {
    const { row, position } = start;
    const scope = matchScope([], row, position, 0, 'MATCHED', partition, this.#parts.faults);
    const output: Record<string, JsonValue>[] = [];
    this.#push(output, this.measures.unmatched(scope), scope);
    this.#out(start, 'unmatched', [], output, scope, null);
  }

  #push(output: Record<string, JsonValue>[], values: readonly Value[] | null, scope: MatchScope): void {
    if (values === null) return;
    const { sorter, columns } = this.#parts;
    sorter?.note(this.measures.sortKeys(scope));
    output.push(outputRow(columns, values));
  }

  #out(
    start: Start,
    kind: Match['kind'],
    steps: readonly Step[],
    output: readonly Record<string, JsonValue>[],
    scope: MatchScope,
    end: number | null,
  ): void {
    if (output.length === 0) return;
    const { plan, key, counts, sorter, emit } = this.#parts;
    counts.matches++;
    const names = plan.variables;
    const match: Match = {
      kind,
      key: key.columnsOf(start.row),
      number: scope.matchNumber,
      status: scope.status,
      output,
      events: steps.map(({ variable, row }) => ({ variable: names[variable]!.name, row })),
      start: start.row,
      window: { start: start.row.time, end: end ?? steps[steps.length - 1]?.row.time ?? start.row.time },
    };
    if (sorter === null) emit(match);
    else sorter.hold(match);
  }
}
