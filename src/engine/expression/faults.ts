/** What went wrong while evaluating: the value is NULL, the rule goes on, and it is counted (`language.md` 5). */
export type Fault = 'division_by_zero' | 'failed_cast' | 'type_mismatch' | 'overflow' | 'invalid_argument';

/** Counts of faults of one rule. */
export class Faults {
  readonly #counts = new Map<Fault, number>();

  /** Counts one fault and gives the value that stands for it. */
  note(fault: Fault): null {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + 1);
    return null;
  }

  /** All faults together. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** As plain data: only what happened at all. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** Goes on from what `counts` gave. */
  restore(counts: Readonly<Record<string, number>>): void {
    this.#counts.clear();
    for (const [fault, count] of Object.entries(counts)) this.#counts.set(fault as Fault, count);
  }
}
