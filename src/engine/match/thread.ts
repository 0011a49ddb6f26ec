import type { Row } from '../../event/row.js';
import type { State } from './automaton.js';
import type { Configuration } from './determinised.js';
import type { Step } from './path.js';
import type { RegisterState } from './registers.js';

/** One way to go on: a partial match (Pike's thread). Never changed. */
export interface Thread {
  readonly state: State;
  readonly registers: readonly RegisterState[];
  readonly path: Step | null;
}

/** Everything that began at one row of a partition: its threads in preferment order, and the best match so far. */
export class Start {
  /** In order of preferment; those below `best` are gone. */
  threads: readonly Thread[] = [];
  /** The completed match that only `threads` can still beat. An empty match has no steps. */
  best: { readonly path: Step | null } | null = null;
  /** What was completed on the row in hand: EMIT EARLIEST takes the first, NO SKIP all. */
  completed: readonly Step[] = [];
  /** The states of `threads`, where conditions read the row alone; null: not looked up yet. */
  configuration: Configuration | null = null;
  /** NO SKIP: a match of this start is out. */
  matched = false;
  /** Emitted, failed, or passed over. */
  done = false;

  constructor(
    /** Order of creation within the rule. */
    readonly sequence: number,
    /** The key of its partition. */
    readonly key: string,
    /** The start row's place in its partition. */
    readonly position: number,
    readonly row: Row,
    /** The last event time inside WITHIN, in milliseconds; Infinity without one. */
    readonly deadline: number,
  ) {}
}
