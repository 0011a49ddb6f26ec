import type { Row } from '../../event/row.js';
import type { MatchPlan } from '../../language/plan.js';
import type { Faults } from '../expression/faults.js';
import { Automaton, type State } from './automaton.js';
import {
  type Configuration,
  Determinised,
  MOST_VARIABLES,
  type Move,
  type Transition,
} from './determinised.js';
import { liveRegisters } from './liveness.js';
import type { Place, StartObserver } from './observer.js';
import { labelAt, type Step, samePath } from './path.js';
import { compileProgram } from './program.js';
import { type CandidateScope, Conditions, type RegisterState } from './registers.js';
import type { Start, Thread } from './thread.js';

/** What happens to a thread that completes the pattern on a row. */
export type Completion =
  /** It is the best so far, less preferred threads end (ISO). */
  | 'preferred'
  /** EMIT EARLIEST: the most preferred one completed on the row is what counts; empty ones do not. */
  | 'earliest'
  /** NO SKIP: every one counts, none ends another. */
  | 'any';

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
  readonly #beginnings: ({ readonly isEmpty: boolean; readonly configuration: Configuration } | undefined)[] =
    [];
  readonly #scope: CandidateScope;
  /** Variables on the row in hand: 1 held, 0 did not (where the condition reads the row alone), -1 not known yet. */
  readonly #answers: Int8Array;

  /** Whether the row in hand is the last of its partition: known on bounded input only. */
  #isLast = false;

  // The threads being collected for the row in hand.
  #next: Thread[] = [];
  #byState = new Map<State, Thread[]>();
  #steps = new Map<Step | null, Map<number, Step>>();

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
        ? new Determinised(this.automaton, this.completion === 'earliest')
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
      rowAt: () => null,
    };
  }

  /** Takes a row of a partition in hand. `rowAt` gives other rows of the partition by place; `$` holds after the last. */
  take(row: Row, position: number, rowAt: (position: number) => Row | null, isLast: boolean): void {
    this.#isLast = isLast;
    const scope = this.#scope;
    scope.row = row;
    scope.position = position;
    scope.current = position;
    scope.rowAt = rowAt;
    this.#answers.fill(-1);
  }

  /** The number that the next match of the partition gets, for conditions that read MATCH_NUMBER(). */
  numberMatches(matchNumber: number): void {
    this.#scope.matchNumber = matchNumber;
  }

  /** Whether a variable whose condition reads its own row alone takes the row in hand. */
  holds(variable: number): boolean {
    return this.#test(variable, this.conditions.initial, null) !== null;
  }

  /** False: no match can begin at the row in hand. `first`: it is the first of its partition. */
  canBegin(first: boolean): boolean {
    const table = this.#determinised;
    if (table === null) return true;
    const at = first ? 1 : 0;
    let beginning = this.#beginnings[at];
    if (beginning === undefined) {
      const states = this.automaton.start(first);
      const end = states.findIndex(({ kind }) => kind === 'match');
      const isEmpty = end >= 0 && this.completion === 'preferred';
      const labels = (isEmpty ? states.slice(0, end) : states).filter(({ kind }) => kind === 'label');
      beginning = { isEmpty, configuration: table.configuration(labels) };
      this.#beginnings[at] = beginning;
    }
    if (beginning.isEmpty) return true;
    const { next, completed } = this.#lookUp(table, beginning.configuration);
    return next.states.length > 0 || completed !== null;
  }

  #lookUp(table: Determinised, configuration: Configuration): Transition {
    let holds = 0;
    const { variables } = configuration;
    for (let i = 0; i < variables.length; i++) if (this.holds(variables[i]!)) holds |= 1 << variables[i]!;
    return table.transition(configuration, holds, this.#isLast);
  }

  /** Begins at the row in hand. The start has no threads and no best match when nothing can begin here. */
  begin(start: Start): void {
    const threads: Thread[] = [];
    for (const state of this.automaton.start(start.position === 0)) {
      if (state.kind === 'match') {
        if (this.completion === 'preferred') {
          start.best = { path: null };
          break;
        }
      } else if (state.kind === 'label') {
        threads.push({ state, registers: this.conditions.initial, path: null });
      }
    }
    start.threads = threads;
    start.configuration = null;
    this.#step(start);
  }

  /** Takes the row in hand to every thread of the start, in order of preferment. False: nothing is different than before. */
  step(start: Start): boolean {
    const { observer } = this;
    if (observer === null) return this.#step(start);
    const before = start.threads;
    const isChanged = this.#step(start);
    // While a row is in hand the scope says where it stands.
    if (start.threads.length === 0 && before.length > 0 && isMissed(start))
      observer.failed(start, before, this.#scope as Place);
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
    const { threads } = start;
    if (threads.length === 0) {
      start.completed = NONE;
      return false;
    }
    start.configuration ??= table.configuration(threads.map(({ state }) => state));
    const before = start.configuration;
    const { next, moves, completed } = this.#lookUp(table, before);
    if (completed === null && next === before && isSame(threads, moves)) return false;
    const path = (move: Move): Step | null => {
      const { path: previous } = threads[move.from]!;
      return move.variable < 0 ? previous : this.#newStep(previous, move);
    };
    start.completed = NONE;
    if (completed !== null) {
      const end = path(completed);
      if (this.completion === 'preferred') start.best = { path: end };
      else if (end !== null) start.completed = [end];
    }
    const after: Thread[] = [];
    let lastPath: Step | null = null;
    for (let i = 0; i < moves.length; i++) {
      // Threads that come from one by the same move share its path.
      if (i === 0 || moves[i] !== moves[i - 1]) lastPath = path(moves[i]!);
      after.push({ state: next.states[i]!, registers: this.conditions.initial, path: lastPath });
    }
    start.threads = after;
    start.configuration = next;
    return true;
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
    const same = this.#byState.get(state);
    const live = this.#live[state.pc]!;
    if (same === undefined) {
      const thread = { state, registers: this.#keep(live, registers), path };
      this.#byState.set(state, [thread]);
      this.#next.push(thread);
      return;
    }
    if (same.some((other) => this.#agree(other, live, registers, path))) return;
    const thread = { state, registers: this.#keep(live, registers), path };
    same.push(thread);
    this.#next.push(thread);
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

  #label(path: Step | null, variable: number, excluded: boolean): Step {
    let steps = this.#steps.get(path);
    if (steps === undefined) {
      steps = new Map();
      this.#steps.set(path, steps);
    }
    const key = excluded ? -1 - variable : variable;
    let step = steps.get(key);
    if (step === undefined) {
      const { row, position } = this.#scope;
      step = { row: row!, position, variable, excluded, previous: path };
      steps.set(key, step);
    }
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

/** Whether a start without threads gave no match, and will give none. */
function isMissed({ best, completed, matched }: Start): boolean {
  return best === null && completed.length === 0 && !matched;
}

/** Whether moves leave the same threads: the states are known to be, so the paths decide. */
function isSame(threads: readonly Thread[], moves: readonly Move[]): boolean {
  for (let i = 0; i < moves.length; i++) {
    const { from, variable } = moves[i]!;
    if (variable >= 0 || (from !== i && threads[from]!.path !== threads[i]!.path)) return false;
  }
  return true;
}
