/** What was measured several times: the middle, the least and the most. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One line of the table. */
export interface Line {
  /** The work: `equality, 10,000 rules`. */
  readonly work: string;
  readonly figure: Figure;
  /** What the figure counts: `events/s`, `ms`. */
  readonly unit: string;
  /** What it is compared with, measured in the same run: its figure over this reference's. Null: it is a reference itself. */
  readonly reference: { readonly name: string; readonly median: number } | null;
  /** Bytes; null where they say nothing. */
  readonly memory: number | null;
  /** The count that shows that the work was done. */
  readonly proof: string;
  /** The goal in words, and whether this run reached it. */
  readonly goal: { readonly text: string; readonly isMet: boolean } | null;
}

/** Throws Error for no samples. */
export function figureOf(samples: readonly number[]): Figure {
  const sorted = [...samples].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  if (median === undefined) throw new Error('a figure needs samples');
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/** The value below which `share` of the samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The figure over its reference's, or null. */
export function ratioOf({ figure, reference }: Line): number | null {
  return reference === null ? null : figure.median / reference.median;
}

/** A goal that the ratio to the reference must reach. */
export function atLeast(least: number, figure: Figure, reference: number): Line['goal'] {
  return { text: `at least ${shown(least)}`, isMet: figure.median / reference >= least };
}

/** A goal that the ratio to the reference must not pass. */
export function atMost(most: number, figure: Figure, reference: number): Line['goal'] {
  return { text: `at most ${shown(most)}`, isMet: figure.median / reference <= most };
}

/** A number as a person reads it: three figures where it is small. */
export function shown(number: number): string {
  if (number >= 100 || Number.isInteger(number)) return Math.round(number).toLocaleString('en-US');
  if (number >= 10) return number.toFixed(1);
  return number >= 0.1 ? number.toFixed(2) : number.toPrecision(2);
}
