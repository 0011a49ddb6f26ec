import type { Row } from '../../event/row.js';
import type { MatchPlan } from '../../language/plan.js';
import type { Faults } from '../expression/faults.js';
import { Automaton, type State } from './automaton.js';
import { type Configuration, Determinised, MOST_VARIABLES, type Transition } from './determinised.js';
import { liveRegisters } from './liveness.js';
import type { Move } from './move.js';
import type { Place, StartObserver } from './observer.js';
import type { Partition } from './partition.js';
import { labelAt, type Step, samePath } from './path.js';
import { compileProgram } from './program.js';
import { type CandidateScope, Conditions, type RegisterState } from './registers.js';
import { Steps } from './steps.js';
import { type Start, type Thread, threadsOf } from './thread.js';
import { Threads } from './threads.js';

/** What happens to a thread that completes the pattern on a row. */
export type Completion =
  /** It is the best so far, less preferred threads end (ISO). */
  | 'preferred'
  /** EMIT EARLIEST: the most preferred one completed on the row is what counts; empty ones do not. */
  | 'earliest'
  /** NO SKIP: every one counts, none ends another. */
  | 'any';

/** Where a match begins, and whether it is complete there already. */
interface Beginning {
  readonly isEmpty: boolean;
  readonly states: readonly State[];
  /** Of the states, where there is a table. */
  readonly configuration: Configuration | null;
}

/** Takes rows, one at a time, to the threads of a start. One for each rule; holds no state between rows. */
export class Matcher {
  readonly automaton: Automaton;
  readonly conditions: Conditions;
  readonly completion: Completion;
  /** On how many rows each variable held where it was asked, by variable. */
  readonly hits: number[];
  /** Who is told when a start fails; null: nobody. */
  observer: StartObserver | null = null;
  readonly #plan: MatchPlan;
  readonly #live: readonly ReadonlySet<number>[];
  /** Null where conditions read more than the row. */
  readonly #determinised: Determinised | null;
  /** Where matches begin, elsewhere and at the first row of a partition. */
  readonly #beginnings: (Beginning | undefined)[] = [];
  readonly #scope: CandidateScope;
  /** Variables on the row in hand: 1 held, 0 did not (where the condition reads the row alone), -1 not known yet. */
  readonly #answers: Int8Array;
  /** The same as bits where a table is: which are known, */
  #known = 0;
  /** and which held. */
  #held = 0;
  /** What the row in hand did to a configuration, for the next start that stands in it. */
  #from: Configuration | null = null;
  #transition: Transition | null = null;

  #partition: Partition | null = null;
  /** Whether the row in hand is the last of its partition: known on bounded input only. */
  #isLast = false;

  // The threads being collected for the row in hand.
  #next: Thread[] = [];
  readonly #byState = new Threads();
  readonly #steps = new Steps();

  /** Throws RangeError when the pattern is too large. */
  constructor(plan: MatchPlan, faults: Faults) {
    this.#plan = plan;
    const program = compileProgram(plan.pattern, plan.absentAfter);
    this.automaton = new Automaton(program);
    const names = plan.variables.map(({ name }) => name);
    this.conditions = new Conditions(
      plan.variables.map(({ condition }) => condition),
      names,
    );
    this.#live = liveRegisters(program, this.conditions);
    this.completion = plan.skip.mode === 'no_skip' ? 'any' : plan.emitEarliest ? 'earliest' : 'preferred';
    this.#answers = new Int8Array(plan.variables.length);
    this.hits = plan.variables.map(() => 0);
    const { rowOnly, registers, readsMatchNumber } = this.conditions;
    const isByRow = rowOnly.every(Boolean) && registers.length === 0 && !readsMatchNumber;
    this.#determinised =
      isByRow && this.completion !== 'any' && plan.variables.length <= MOST_VARIABLES
        ? new Determinised(this.automaton, this.completion === 'earliest', plan.timedOut)
        : null;
    this.#scope = {
      row: null,
      faults,
      position: 0,
      current: 0,
      variable: 0,
      path: null,
      registers: this.conditions.initial,
      matchNumber: 0,
      rowAt: (position) => this.#partition?.rowAt(position) ?? null,
    };
  }

  /** Takes a row of a partition in hand: the one at `position`. `isLast`: `$` holds after it. */
  take(row: Row, position: number, partition: Partition, isLast: boolean): void {
    this.#isLast = isLast;
    this.#partition = partition;
    const scope = this.#scope;
    scope.row = row;
    scope.position = position;
    scope.current = position;
    if (this.#determinised === null) {
      this.#answers.fill(-1);
    } else {
      this.#known = 0;
      this.#held = 0;
      this.#from = null;
    }
  }

  /** The number that the next match of the partition gets, for conditions that read MATCH_NUMBER(). */
  numberMatches(matchNumber: number): void {
    this.#scope.matchNumber = matchNumber;
  }

  /** Whether a variable whose condition reads its own row alone takes the row in hand. */
  holds(variable: number): boolean {
    if (this.#determinised === null) return this.#test(variable, this.conditions.initial, null) !== null;
    const bit = 1 << variable;
    if ((this.#known & bit) === 0) {
      this.#known |= bit;
      if (this.#isTrue(variable)) {
        this.#held |= bit;
        this.hits[variable]!++;
      }
    }
    return (this.#held & bit) !== 0;
  }

  #isTrue(variable: number): boolean {
    const scope = this.#scope;
    const { stream } = this.#plan.variables[variable]!;
    if (stream !== null && stream !== scope.row!.stream) return false;
    const evaluate = this.conditions.evaluators[variable]!;
    scope.variable = variable;
    scope.path = null;
    return evaluate === null || evaluate(scope) === true;
  }

  /** False: no match can begin at the row in hand. `first`: it is the first of its partition. */
  canBegin(first: boolean): boolean {
    const { isEmpty, states, configuration } = this.#beginning(first);
    const table = this.#determinised;
    if (isEmpty) return true;
    if (table === null || configuration === null) {
      const { rowOnly } = this.conditions;
      return states.some(
        ({ instruction }) =>
          instruction.op === 'label' && (!rowOnly[instruction.variable] || this.holds(instruction.variable)),
      );
    }
    const { next, completed } = this.#lookUp(table, configuration);
    return next.states.length > 0 || completed !== null;
  }

  #beginning(first: boolean): Beginning {
    const at = first ? 1 : 0;
    let beginning = this.#beginnings[at];
    if (beginning === undefined) {
      const states = this.automaton.start(first);
      const end = states.findIndex(({ kind }) => kind === 'match');
      const isEmpty = end >= 0 && this.completion === 'preferred';
      const labels = (isEmpty ? states.slice(0, end) : states).filter(({ kind }) => kind === 'label');
      const configuration = this.#determinised?.configuration(labels) ?? null;
      beginning = { isEmpty, states: labels, configuration };
      this.#beginnings[at] = beginning;
    }
    return beginning;
  }

  #lookUp(table: Determinised, configuration: Configuration): Transition {
    if (configuration === this.#from) return this.#transition!;
    const { relevant } = configuration;
    for (let left = relevant & ~this.#known; left !== 0; left &= left - 1)
      this.holds(31 - Math.clz32(left & -left));
    const transition = table.transition(configuration, this.#held & relevant, this.#isLast);
    this.#from = configuration;
    this.#transition = transition;
    return transition;
  }

  /** Begins at the row in hand. The start has no threads and no best match when nothing can begin here. */
  begin(start: Start): void {
    const { isEmpty, states, configuration } = this.#beginning(start.position === 0);
    if (isEmpty) start.best = { path: null };
    if (configuration !== null) start.stand(configuration, null, null);
    else start.threads = states.map((state) => ({ state, registers: this.conditions.initial, path: null }));
    this.#step(start);
  }

  /** Takes the row in hand to every thread of the start, in order of preferment. False: nothing is different than before. */
  step(start: Start): boolean {
    const { observer } = this;
    if (observer === null) return this.#step(start);
    const { configuration, path, paths } = start;
    const list = configuration === null ? start.threads : null;
    const before = start.live;
    const isChanged = this.#step(start);
    // While a row is in hand the scope says where it stands.
    if (before > 0 && start.live === 0 && isMissed(start))
      observer.failed(start, list ?? threadsOf({ configuration, path, paths }), this.#scope as Place);
    return isChanged;
  }

  #step(start: Start): boolean {
    if (this.#determinised !== null) return this.#stepByTable(start, this.#determinised);
    this.#next = [];
    this.#byState.clear();
    this.#steps.clear();
    start.completed = NONE;
    for (const thread of start.threads) if (this.#advance(start, thread)) break;
    start.threads = this.#next;
    return true;
  }

  /** The same where conditions read the row alone: one look into a table for all threads. */
  #stepByTable(start: Start, table: Determinised): boolean {
    const before = start.configuration ?? this.#stand(start, table);
    if (before.states.length === 0) {
      start.completed = NONE;
      return false;
    }
    const { next, moves, uniform, completed } = this.#lookUp(table, before);
    const { path, paths } = start;
    const isShared = paths === null;
    if (completed === null) {
      if (isShared && uniform !== null) {
        if (uniform.variable < 0 && next === before) return false;
        start.completed = NONE;
        start.configuration = next;
        if (uniform.variable >= 0) start.path = this.#newStep(path, uniform);
        return true;
      }
      if (next === before && isSame(start, moves)) return false;
      start.completed = NONE;
    } else {
      const end = this.#follow(completed, path, paths);
      start.completed = NONE;
      if (this.completion === 'preferred') start.best = { path: end };
      else if (end !== null) start.completed = [end];
    }
    const after: (Step | null)[] = [];
    let isOne = true;
    for (let i = 0; i < moves.length; i++) {
      const move = moves[i]!;
      // Threads that come from one path with one label share what comes of it.
      let known = i - 1;
      const least = Math.max(0, i - NEAR);
      while (known >= least && !isAlike(moves[known]!, move, paths)) known--;
      after.push(known >= least ? after[known]! : this.#follow(move, path, paths));
      if (after[i] !== after[0]) isOne = false;
    }
    if (isOne) start.stand(next, after[0] ?? null, null);
    else start.stand(next, null, after);
    return true;
  }

  /** A start with a list of threads (it was restored) stands in a configuration from here on. */
  #stand(start: Start, table: Determinised): Configuration {
    const { threads } = start;
    const configuration = table.configuration(threads.map(({ state }) => state));
    const [first = null, ...rest] = threads.map(({ path }) => path);
    if (rest.every((path) => path === first)) start.stand(configuration, first, null);
    else start.stand(configuration, null, [first, ...rest]);
    return configuration;
  }

  #follow(move: Move, path: Step | null, paths: readonly (Step | null)[] | null): Step | null {
    const previous = paths === null ? path : paths[move.from]!;
    return move.variable < 0 ? previous : this.#newStep(previous, move);
  }

  #newStep(previous: Step | null, { variable, excluded }: Move): Step {
    const { row, position } = this.#scope;
    return { row: row!, position, variable, excluded, previous };
  }

  /** True when what is less preferred ends here. */
  #advance(start: Start, thread: Thread): boolean {
    const { instruction } = thread.state;
    switch (instruction.op) {
      case 'label': {
        const registers = this.#test(instruction.variable, thread.registers, thread.path);
        if (registers === null) return false;
        return this.#goOn(
          start,
          thread.state,
          registers,
          this.#label(thread.path, instruction.variable, instruction.excluded),
        );
      }
      case 'gap':
      case 'wait':
        for (const variable of instruction.absent) {
          if (this.#test(variable, thread.registers, thread.path) !== null) return false;
        }
        return this.#goOn(start, thread.state, thread.registers, thread.path);
      default:
        return false;
    }
  }

  #goOn(start: Start, from: State, registers: readonly RegisterState[], path: Step | null): boolean {
    for (const state of this.automaton.follow(from)) {
      if (state.kind === 'match_at_end') {
        if (!this.#isLast) continue;
      } else if (state.kind !== 'match') {
        this.#add(state, registers, path);
        continue;
      }
      if (this.completion === 'preferred') {
        start.best = { path };
        return true;
      }
      // What a gap completes was complete before it, unless the end had to come.
      if (
        (from.kind === 'label' || state.kind === 'match_at_end') &&
        path !== null &&
        !start.completed.some((other) => samePath(other, path))
      ) {
        start.completed = [...start.completed, path];
        if (this.completion === 'earliest') return true;
      }
    }
    return false;
  }

  #add(state: State, registers: readonly RegisterState[], path: Step | null): void {
    const live = this.#live[state.pc]!;
    const isKnown = this.#byState.some(this.#next, state, (other) =>
      this.#agree(other, live, registers, path),
    );
    if (isKnown) return;
    this.#next.push({ state, registers: this.#keep(live, registers), path });
    this.#byState.noteLast(this.#next);
  }

  /** Whether a thread of the same state, and more preferred, does all that one with these registers could. */
  #agree(
    other: Thread,
    live: ReadonlySet<number>,
    registers: readonly RegisterState[],
    path: Step | null,
  ): boolean {
    // Under NO SKIP the paths themselves are the answer. Steps are shared below, so that equal paths are one object.
    if (this.completion === 'any') return other.path === path;
    for (const register of live) {
      if (!this.conditions.registers[register]!.same(other.registers[register], registers[register]))
        return false;
    }
    for (let back = 0; back < this.conditions.labelLookback; back++) {
      const position = this.#scope.position - back;
      if (labelAt(other.path, position) !== labelAt(path, position)) return false;
    }
    return true;
  }

  /** Registers that cannot be read any more are let go. */
  #keep(live: ReadonlySet<number>, registers: readonly RegisterState[]): readonly RegisterState[] {
    if (live.size === registers.length) return registers;
    if (live.size === 0) return this.conditions.initial;
    return registers.map((state, i) => (live.has(i) ? state : this.conditions.initial[i]));
  }

  /** One step for threads that come from one path with one label. */
  #label(path: Step | null, variable: number, excluded: boolean): Step {
    const known = this.#steps.find(path, variable, excluded);
    if (known !== null) return known;
    const { row, position } = this.#scope;
    const step: Step = { row: row!, position, variable, excluded, previous: path };
    this.#steps.add(step);
    return step;
  }

  /** The registers with the row in hand labelled, or null when the variable does not take it. NULL counts as no. */
  #test(
    variable: number,
    registers: readonly RegisterState[],
    path: Step | null,
  ): readonly RegisterState[] | null {
    const scope = this.#scope;
    const { stream } = this.#plan.variables[variable]!;
    if (stream !== null && stream !== scope.row!.stream) return null;
    const evaluate = this.conditions.evaluators[variable]!;
    scope.variable = variable;
    scope.path = path;
    if (evaluate !== null && this.conditions.rowOnly[variable]) {
      let answer = this.#answers[variable]!;
      if (answer === -1) {
        answer = evaluate(scope) === true ? 1 : 0;
        this.#answers[variable] = answer;
        this.hits[variable]! += answer;
      }
      return answer === 1 ? this.conditions.update(registers, scope) : null;
    }
    const updated = this.conditions.update(registers, scope);
    if (evaluate !== null) {
      scope.registers = updated;
      if (evaluate(scope) !== true) return null;
    }
    if (this.#answers[variable] !== 1) {
      this.#answers[variable] = 1;
      this.hits[variable]!++;
    }
    return updated;
  }
}

const NONE: readonly Step[] = [];
/** Threads before one of which it is asked whether they share its path. */
const NEAR = 8;

/** Whether a start without threads gave no match, and will give none. */
function isMissed({ best, completed, matched }: Start): boolean {
  return best === null && completed.length === 0 && !matched;
}

/** Whether two moves leave threads with one path. */
function isAlike(a: Move, b: Move, paths: readonly (Step | null)[] | null): boolean {
  if (a.variable !== b.variable || a.excluded !== b.excluded) return false;
  return paths === null || paths[a.from] === paths[b.from];
}

/** Whether moves leave the same threads: the states are known to be, so the paths decide. */
function isSame({ paths }: Start, moves: readonly Move[]): boolean {
  for (let i = 0; i < moves.length; i++) {
    const { from, variable } = moves[i]!;
    if (variable >= 0 || (paths !== null && paths[from] !== paths[i])) return false;
  }
  return true;
}
