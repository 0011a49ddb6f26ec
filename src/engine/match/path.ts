import type { Row } from '../../event/row.js';

/** The labelled rows of a partial match, newest first. Shared by the threads that went the same way, never changed. */
export interface Step {
  readonly row: Row;
  /** The row's place in its partition, from 0. */
  readonly position: number;
  /** Index into the plan's variables. */
  readonly variable: number;
  /** Inside {- -}: left out of ALL ROWS. */
  readonly excluded: boolean;
  readonly previous: Step | null;
}

/** The steps in the order of their rows. */
export function stepsOf(path: Step | null): Step[] {
  const steps: Step[] = [];
  for (let step = path; step !== null; step = step.previous) steps.push(step);
  return steps.reverse();
}

/** The label of the row at `position`, or null where the path has none. */
export function labelAt(path: Step | null, position: number): number | null {
  for (let step = path; step !== null && step.position >= position; step = step.previous) {
    if (step.position === position) return step.variable;
  }
  return null;
}

/** True when both label the same rows alike. */
export function samePath(a: Step | null, b: Step | null): boolean {
  while (a !== b) {
    if (a === null || b === null || a.position !== b.position || a.variable !== b.variable) return false;
    a = a.previous;
    b = b.previous;
  }
  return true;
}
