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

/** The threads of a start whose conditions read the row alone: their states, and how each came there. */
export interface Way {
  /** Null: the threads stand in a list of their own. */
  readonly configuration: Configuration | null;
  /** The path that all threads share, */
  readonly path: Step | null;
  /** or one each, where they differ. */
  readonly paths: readonly (Step | null)[] | null;
}

const NO_THREADS: readonly Thread[] = [];
const NO_STEPS: readonly Step[] = [];
const NO_REGISTERS: readonly RegisterState[] = [];

/** Everything that began at one row of a partition: its threads in preferment order, and the best match so far. */
export class Start implements Way {
  configuration: Configuration | null = null;
  path: Step | null = null;
  paths: readonly (Step | null)[] | null = null;
  /** The completed match that only `threads` can still beat. An empty match has no steps. */
  best: { readonly path: Step | null } | null = null;
  /** What was completed on the row in hand: EMIT EARLIEST takes the first, NO SKIP all. */
  completed: readonly Step[] = NO_STEPS;
  /** NO SKIP: a match of this start is out. */
  matched = false;
  /** Emitted, failed, or passed over. */
  done = false;
  private list: readonly Thread[] = NO_THREADS;

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

  /** How many threads it has. */
  get live(): number {
    return this.configuration === null ? this.list.length : this.configuration.states.length;
  }

  /** In order of preferment; those below `best` are gone. Where there is a configuration the list is made anew each time. */
  get threads(): readonly Thread[] {
    return this.configuration === null ? this.list : threadsOf(this);
  }

  set threads(threads: readonly Thread[]) {
    this.list = threads;
    this.configuration = null;
    this.path = null;
    this.paths = null;
  }

  /** The threads are those of a configuration from here on. */
  stand(configuration: Configuration, path: Step | null, paths: readonly (Step | null)[] | null): void {
    this.list = NO_THREADS;
    this.configuration = configuration;
    this.path = path;
    this.paths = paths;
  }

  /** It is over: nothing of it is held any more. */
  finish(): void {
    this.done = true;
    this.threads = NO_THREADS;
    this.best = null;
    this.completed = NO_STEPS;
  }
}

/** The threads of a way that has a configuration. */
export function threadsOf({ configuration, path, paths }: Way): readonly Thread[] {
  return (configuration?.states ?? []).map((state, i) => ({
    state,
    registers: NO_REGISTERS,
    path: paths === null ? path : paths[i]!,
  }));
}
