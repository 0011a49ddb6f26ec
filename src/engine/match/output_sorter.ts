import type { Value } from '../../event/value.js';
import type { SortColumn } from '../../language/plan.js';
import type { Match } from '../emission.js';
import { compareKeys } from '../order.js';

/** Holds the output of bounded input back until its end, when an outer ORDER BY sorts it row by row. */
export class OutputSorter {
  #rows: { readonly keys: readonly Value[]; readonly match: Match }[] = [];
  #keys: (readonly Value[])[] = [];

  constructor(private readonly order: readonly SortColumn[]) {}

  /** The sort keys of the next output row of the match in hand. */
  note(keys: readonly Value[]): void {
    this.#keys.push(keys);
  }

  /** Takes a match whose rows' keys were noted. */
  hold(match: Match): void {
    const keys = this.#keys;
    this.#keys = [];
    for (const [i, row] of match.output.entries()) {
      this.#rows.push({ keys: keys[i] ?? [], match: { ...match, output: [row] } });
    }
  }

  /** Everything that was held, sorted; rows that sort alike stay in the order in which they came. */
  take(): readonly Match[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows.sort((a, b) => compareKeys(a.keys, b.keys, this.order)).map(({ match }) => match);
  }
}
