import type { Row } from '../../event/row.js';
import type { Subject } from '../../event/subject.js';
import type { Partition } from './partition.js';
import type { Step } from './path.js';
import type { Start } from './thread.js';

/** Empties the subject's rows among those kept: their places stay. Says whether a row or a start of the key is the subject's. */
export function eraseRows(partition: Partition, subject: Subject): boolean {
  let isFound = false;
  partition.rows = partition.rows.map((row): Row => {
    if (!subject.has(row)) return row;
    isFound = true;
    return { ...row, values: {} };
  });
  return isFound || partition.starts.some((start) => tookRow(start, subject));
}

/** Whether a start began at a row of the subject, or took one on any of its ways. */
export function tookRow({ row, threads, best, completed }: Start, subject: Subject): boolean {
  if (subject.has(row)) return true;
  // The ways share their beginnings: each step is looked at once.
  const seen = new Set<Step>();
  const took = (path: Step | null): boolean => {
    for (let step = path; step !== null && !seen.has(step); step = step.previous) {
      if (subject.has(step.row)) return true;
      seen.add(step);
    }
    return false;
  };
  return threads.some(({ path }) => took(path)) || took(best?.path ?? null) || completed.some(took);
}
