import type { JsonValue } from '../../../event/json.js';
import type { WindowSnapshot } from './snapshot.js';
import type { Unambiguous } from './unambiguous.js';
import { Window } from './window.js';

/** One key of one rule: the rows that its matches can take. */
export class Partition {
  /** Matches so far. */
  matches = 0;
  /** It stands in the checkpoint, perhaps as it was before. */
  isSaved = false;
  /** It keeps rows. */
  isLive = true;
  /** Rows that it keeps, as they were counted last. */
  counted = 0;
  window: Window;

  constructor(
    readonly key: string,
    /** PARTITION BY as the alert shows it. */
    readonly columns: Readonly<Record<string, JsonValue>>,
    automaton: Unambiguous,
  ) {
    this.window = new Window(automaton);
  }

  snapshot(): WindowSnapshot {
    const { key, columns, matches, window } = this;
    return {
      kind: 'window',
      version: 1,
      key,
      columns,
      matches,
      rows: window.rows(),
      holds: window.allHolds(),
    };
  }

  static restore({ key, columns, matches, rows, holds }: WindowSnapshot, automaton: Unambiguous): Partition {
    const partition = new Partition(key, columns, automaton);
    partition.matches = matches;
    partition.window.restore(rows, holds);
    return partition;
  }
}
