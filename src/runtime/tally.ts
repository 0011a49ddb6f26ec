import type { SuppressionState } from './suppression.js';

/** A row that a rule did not see because it came too late. Times in milliseconds. */
export interface LateRow {
  readonly stream: string;
  readonly offset: number;
  readonly time: number;
  /** The watermark it came after. */
  readonly watermark: number;
}

/** An event that made a rule fail. */
export interface FailedRow {
  readonly offset: number;
  readonly message: string;
}

export interface RuleTallyState {
  readonly alerts: number;
  readonly failures: number;
  readonly late: readonly LateRow[];
  readonly failed: readonly FailedRow[];
  readonly suppression: SuppressionState | null;
}

const KEPT = 100;

/** What the runtime counts for a rule besides what the engine does, and the last late and failed rows: a bounded list. */
export class RuleTally {
  alerts: number;
  failures: number;
  readonly #late: LateRow[];
  readonly #failed: FailedRow[];

  constructor(state?: Omit<RuleTallyState, 'suppression'>) {
    this.alerts = state?.alerts ?? 0;
    this.failures = state?.failures ?? 0;
    this.#late = [...(state?.late ?? [])];
    this.#failed = [...(state?.failed ?? [])];
  }

  get late(): readonly LateRow[] {
    return this.#late;
  }

  get failed(): readonly FailedRow[] {
    return this.#failed;
  }

  noteLate(row: LateRow): void {
    this.#late.push(row);
    if (this.#late.length > KEPT) this.#late.shift();
  }

  noteFailure(row: FailedRow): void {
    this.failures++;
    this.#failed.push(row);
    if (this.#failed.length > KEPT) this.#failed.shift();
  }

  state(): Omit<RuleTallyState, 'suppression'> {
    return { alerts: this.alerts, failures: this.failures, late: this.#late, failed: this.#failed };
  }
}
