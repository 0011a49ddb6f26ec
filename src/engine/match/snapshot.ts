import type { Row } from '../../event/row.js';
import type { Automaton } from './automaton.js';
import { Partition } from './partition.js';
import type { Step } from './path.js';
import type { RegisterState } from './registers.js';
import { Start, type Thread } from './thread.js';

/** A partition as plain data. Rows and steps are shared by many threads: each is written once and named by its index. */
export interface PartitionSnapshot {
  readonly key: string;
  /** As of the partition; left out where it is null. */
  readonly columns?: NonNullable<Partition['columns']>;
  readonly count: number;
  readonly base: number;
  readonly resume: number;
  readonly matches: number;
  readonly lastAbsent: number;
  readonly barred: readonly number[];
  readonly covered: readonly (readonly [number, number])[];
  readonly fed: number;
  readonly rowTable: readonly Row[];
  /** row, position, variable, excluded, previous (-1: none) */
  readonly stepTable: readonly (readonly [number, number, number, boolean, number])[];
  /** Indexes into the row table: the rows kept for looking back. */
  readonly rows: readonly number[];
  readonly starts: readonly StartSnapshot[];
}

interface StartSnapshot {
  readonly sequence: number;
  readonly position: number;
  readonly row: number;
  readonly deadline: number;
  readonly matched: boolean;
  /** -2: no best match; -1: an empty one; else its last step. */
  readonly best: number;
  readonly threads: readonly {
    readonly pc: number;
    readonly slots: readonly number[];
    readonly pastEnd: boolean;
    readonly registers: readonly RegisterState[];
    readonly path: number;
  }[];
}

export function snapshotPartition(partition: Partition): PartitionSnapshot {
  const rowTable: Row[] = [];
  const rowIndex = new Map<Row, number>();
  const stepTable: [number, number, number, boolean, number][] = [];
  const stepIndex = new Map<Step, number>();
  const ofRow = (row: Row): number => {
    let index = rowIndex.get(row);
    if (index === undefined) {
      index = rowTable.push(row) - 1;
      rowIndex.set(row, index);
    }
    return index;
  };
  const ofPath = (path: Step | null): number => {
    const missing: Step[] = [];
    let step = path;
    for (; step !== null && !stepIndex.has(step); step = step.previous) missing.push(step);
    let index = step === null ? -1 : stepIndex.get(step)!;
    for (const each of missing.reverse()) {
      index = stepTable.push([ofRow(each.row), each.position, each.variable, each.excluded, index]) - 1;
      stepIndex.set(each, index);
    }
    return index;
  };
  return {
    key: partition.key,
    ...(partition.columns === null ? {} : { columns: partition.columns }),
    count: partition.count,
    base: partition.base,
    resume: partition.resume,
    matches: partition.matches,
    lastAbsent: partition.lastAbsent,
    barred: [...partition.barred],
    covered: [...partition.covered],
    fed: partition.fed,
    rows: partition.rows.map(ofRow),
    starts: partition.starts.map((start) => ({
      sequence: start.sequence,
      position: start.position,
      row: ofRow(start.row),
      deadline: start.deadline,
      matched: start.matched,
      best: start.best === null ? -2 : ofPath(start.best.path),
      threads: start.threads.map(({ state, registers, path }) => ({
        pc: state.pc,
        slots: state.slots,
        pastEnd: state.kind === 'match_at_end',
        registers,
        path: ofPath(path),
      })),
    })),
    rowTable,
    stepTable,
  };
}

/** Throws RangeError when the snapshot does not fit the automaton. */
export function restorePartition(snapshot: PartitionSnapshot, automaton: Automaton): Partition {
  const partition = new Partition(snapshot.key);
  const steps: Step[] = [];
  for (const [row, position, variable, excluded, previous] of snapshot.stepTable) {
    steps.push({
      row: snapshot.rowTable[row]!,
      position,
      variable,
      excluded,
      previous: previous < 0 ? null : steps[previous]!,
    });
  }
  const path = (index: number): Step | null => (index < 0 ? null : steps[index]!);
  partition.columns = snapshot.columns ?? null;
  partition.count = snapshot.count;
  partition.base = snapshot.base;
  partition.resume = snapshot.resume;
  partition.matches = snapshot.matches;
  partition.lastAbsent = snapshot.lastAbsent;
  partition.barred = [...snapshot.barred];
  partition.covered = [...snapshot.covered];
  partition.fed = snapshot.fed;
  partition.rows = snapshot.rows.map((row) => snapshot.rowTable[row]!);
  partition.starts = snapshot.starts.map((saved) => {
    const start = new Start(
      saved.sequence,
      snapshot.key,
      saved.position,
      snapshot.rowTable[saved.row]!,
      saved.deadline,
    );
    start.matched = saved.matched;
    start.best = saved.best === -2 ? null : { path: path(saved.best) };
    start.threads = saved.threads.map(
      (thread): Thread => ({
        state: automaton.state(thread.pc, thread.slots, thread.pastEnd),
        registers: thread.registers,
        path: path(thread.path),
      }),
    );
    return start;
  });
  return partition;
}
