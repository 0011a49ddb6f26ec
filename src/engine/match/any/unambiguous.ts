import type { Automaton, State } from '../automaton.js';
import type { Instruction } from '../program.js';

/** Before the start row: it takes any row without a label, or begins. */
export const BEFORE = 0;
/** The pattern was completed by the last row. */
export const COMPLETE = 1;
/** States are bits of a number. */
export const MOST_STATES = 31;
/** Of the automaton that is made unambiguous, and of what comes of it before what does the same is one. */
const MOST_GIVEN = 64;
const MOST_FOUND = 200;
/** Past this many they are forgotten, and made anew. */
const MOST_LETTERS = 4_096;
/** Variables that decide a step are tried in all combinations. */
const MOST_ABSENT = 4;

/** What a row does: of each state the states that follow, in order of preferment, and the label that leads there. */
export interface Letter {
  /** The variables whose conditions hold, as bits. */
  readonly holds: number;
  readonly targets: readonly Uint8Array[];
  /** By state and place in `targets`: the label, as of `labelOf`; -1: the row gets none. */
  readonly labels: readonly Int16Array[];
  /** By state: `targets` as bits, */
  readonly masks: Int32Array;
  /** those without a label, and those with one. */
  readonly free: Int32Array;
  readonly labelled: Int32Array;
  /** A match can begin with the row. */
  readonly begins: boolean;
}

export function labelOf(variable: number, excluded: boolean): number {
  return variable * 2 + (excluded ? 1 : 0);
}

interface Target {
  readonly state: number;
  readonly label: number;
}

/** A state of the automaton, with the states that more preferred runs of the same start and labels stand in. */
interface Found {
  readonly state: State;
  readonly ahead: readonly State[];
}

/** States that differ in what they do, and by its text the number of each. */
interface Numbered {
  readonly found: readonly Found[];
  readonly numbers: ReadonlyMap<string, number>;
}

const COMPLETED = 'completed';
/** The same among places of states. */
const COMPLETES = -1;
type Next = Found | typeof COMPLETED;

/**
 * The automaton of a pattern whose conditions read the row alone, made unambiguous: each distinct set of (row, variable) that
 * fits, of each start, is one run, and the lexicographic order of runs is that of start, then preferment. A run that comes where
 * a more preferred one with the same labels stands already is none (as a thread of Pike's machine that meets another); so a
 * state is one of the automaton with those that stand before it, as far as they can still come to the same.
 */
export class Unambiguous {
  /** How many states there are: at most 31. */
  readonly size: number;
  /** By state: the variables that a row is tested for, in this order, up to the first that must be absent and holds. */
  readonly reads: readonly (readonly number[])[];
  /** The variables that a match can begin with. */
  readonly begins: readonly number[];
  /** Rows on which nothing holds that is asked for: any number of them does what one does. */
  readonly mergesIdle: boolean;
  readonly #letters = new Map<number, Letter>();
  readonly #ways: Ways;
  /** By number; null: BEFORE and COMPLETE. */
  readonly #found: readonly (Found | null)[];
  readonly #numbers: ReadonlyMap<string, number>;

  private constructor(ways: Ways, { found, numbers }: Numbered) {
    this.#ways = ways;
    this.#found = [null, null, ...found];
    this.#numbers = numbers;
    this.size = this.#found.length;
    this.reads = this.#found.map((each) => (each === null ? [] : readBy(each.state.instruction)));
    this.begins = [...new Set(ways.starts.flatMap(({ instruction }) => readBy(instruction)))];
    this.mergesIdle = this.#isIdempotent(this.letter(0));
  }

  /** Null where the pattern has `^`, `$` or absence at its end, or more states than there is room for. */
  static of(automaton: Automaton): Unambiguous | null {
    const ways = Ways.of(automaton);
    const all = ways?.explore() ?? null;
    if (ways === null || all === null) return null;
    const numbered = merged(ways, all);
    return numbered === null ? null : new Unambiguous(ways, numbered);
  }

  /** `holds`: the variables that are asked for and whose conditions are true for the row, as bits. */
  letter(holds: number): Letter {
    let letter = this.#letters.get(holds);
    if (letter === undefined) {
      if (this.#letters.size >= MOST_LETTERS) this.#letters.clear();
      letter = this.#make(holds);
      this.#letters.set(holds, letter);
    }
    return letter;
  }

  #make(holds: number): Letter {
    const targets = this.#found.map((found, i): readonly Target[] => {
      if (i === COMPLETE) return [];
      const next = found === null ? this.#ways.begin(holds) : this.#ways.step(found, holds);
      const list = next.map(([each, label]) => ({
        state: each === COMPLETED ? COMPLETE : this.#numbers.get(textOf(each))!,
        label,
      }));
      // An earlier start comes before a later one.
      return i === BEFORE ? [...list, { state: BEFORE, label: -1 }] : list;
    });
    const bits = (takes: (label: number) => boolean) =>
      Int32Array.from(targets, (list) =>
        list.reduce((mask, { state, label }) => (takes(label) ? mask | (1 << state) : mask), 0),
      );
    return {
      holds,
      targets: targets.map((list) => Uint8Array.from(list, ({ state }) => state)),
      labels: targets.map((list) => Int16Array.from(list, ({ label }) => label)),
      masks: bits(() => true),
      free: bits((label) => label < 0),
      labelled: bits((label) => label >= 0),
      begins: targets[BEFORE]!.length > 1,
    };
  }

  #isIdempotent({ targets }: Letter): boolean {
    return targets.every((once) => {
      const twice = [...once].flatMap((state) => [...targets[state]!]);
      return twice.length === once.length && twice.every((state, i) => state === once[i]);
    });
  }
}

/** The steps of runs, over the states of the automaton. */
class Ways {
  private constructor(
    private readonly automaton: Automaton,
    readonly starts: readonly State[],
    private readonly rivals: Rivals,
  ) {}

  static of(automaton: Automaton): Ways | null {
    if (automaton.program.instructions.some(({ op }) => op === 'start' || op === 'end' || op === 'wait'))
      return null;
    const starts = automaton.start(false).filter(({ kind }) => kind === 'label');
    const states = new Set(starts);
    for (const state of states) {
      for (const next of automaton.follow(state)) if (next.kind !== 'match') states.add(next);
      if (states.size > MOST_GIVEN) return null;
    }
    return new Ways(automaton, starts, new Rivals(automaton, [...states]));
  }

  /** The steps that begin a match at a row. */
  begin(holds: number): (readonly [Next, number])[] {
    return this.starts.flatMap((state, i) => {
      if (!takes(state, holds)) return [];
      const before = this.starts.slice(0, i).filter((other) => isSameLabel(other, state));
      return this.#follow(state, before);
    });
  }

  step({ state, ahead }: Found, holds: number): (readonly [Next, number])[] {
    if (!takes(state, holds)) return [];
    return this.#follow(
      state,
      ahead.filter((other) => isSameLabel(other, state) && takes(other, holds)),
    );
  }

  /** `ahead`: what more preferred runs take the row with, to the same label. */
  #follow(state: State, ahead: readonly State[]): (readonly [Next, number])[] {
    const { instruction } = state;
    const label = instruction.op === 'label' ? labelOf(instruction.variable, instruction.excluded) : -1;
    const before = new Set(ahead.flatMap((other) => this.automaton.follow(other)));
    const next: (readonly [Next, number])[] = [];
    for (const follow of this.automaton.follow(state)) {
      if (before.has(follow)) continue;
      if (follow.kind !== 'match') next.push([this.#found(follow, before), label]);
      // What a gap completes was complete before it.
      else if (label >= 0) next.push([COMPLETED, label]);
      before.add(follow);
    }
    return next;
  }

  #found(state: State, before: ReadonlySet<State>): Found {
    const ahead = [...before].filter((other) => this.rivals.are(state, other));
    return { state, ahead: ahead.sort((a, b) => a.id - b.id) };
  }

  /** Every state that a run can come to; null: there are too many. */
  explore(): readonly Found[] | null {
    const all = new Map<string, Found>();
    const work: (Found | null)[] = [null];
    const add = (list: readonly (readonly [Next, number])[]) => {
      for (const [next] of list) {
        if (next === COMPLETED || all.has(textOf(next))) continue;
        all.set(textOf(next), next);
        work.push(next);
      }
    };
    for (let found = work.pop(); found !== undefined; found = work.pop()) {
      if (all.size > MOST_FOUND) return null;
      const absent = found === null ? [] : absentOf([found.state, ...found.ahead]);
      if (absent.length > MOST_ABSENT) return null;
      if (found === null) add(this.begin(-1));
      else for (const holds of labelled(found.state, absent)) add(this.step(found, holds));
    }
    return [...all.values()];
  }
}

/** Which conditions can hold on a row that the state takes: of those absent somewhere each choice. */
function* labelled({ instruction }: State, absent: readonly number[]): Generator<number> {
  const own = instruction.op === 'label' ? 1 << instruction.variable : 0;
  for (let choice = 0; choice < 1 << absent.length; choice++) {
    yield absent.reduce((holds, variable, i) => ((choice >> i) & 1 ? holds | (1 << variable) : holds), own);
  }
}

/** States that do the same are one: Moore's partition refinement, over ordered lists of targets. Null: they are too many. */
function merged(ways: Ways, all: readonly Found[]): Numbered | null {
  const absent = absentOf(all.flatMap(({ state, ahead }) => [state, ...ahead]));
  const texts = all.map(textOf);
  const steps = all.map((found) =>
    absent.length > MOST_ABSENT
      ? null
      : [...labelled(found.state, absent)].map((holds) =>
          ways.step(found, holds).map(([next, label]) => ({
            label,
            text: next === COMPLETED ? COMPLETED : textOf(next),
          })),
        ),
  );
  let classes = new Map(texts.map((text, i) => [text, steps[i] === null ? text : '']));
  for (let count = 0; ; ) {
    const ids = new Map<string, number>();
    const refined = new Map<string, string>();
    for (const [i, text] of texts.entries()) {
      const { instruction } = all[i]!.state;
      const own =
        instruction.op === 'label' ? labelOf(instruction.variable, instruction.excluded) : instruction;
      const lists = steps[i]?.map((list) =>
        list.map(({ text: next, label }) =>
          next === COMPLETED ? `${label}!` : `${label}>${classes.get(next)}`,
        ),
      );
      const signature = JSON.stringify([classes.get(text), own, lists]);
      if (!ids.has(signature)) ids.set(signature, ids.size);
      refined.set(text, String(ids.get(signature)));
    }
    classes = refined;
    if (ids.size + 2 > MOST_STATES) return null;
    if (ids.size === count) break;
    count = ids.size;
  }
  const found: Found[] = [];
  const byClass = new Map<string, number>();
  const numbers = new Map<string, number>();
  for (const [i, text] of texts.entries()) {
    const name = classes.get(text)!;
    let number = byClass.get(name);
    if (number === undefined) {
      number = found.push(all[i]!) + 1;
      byClass.set(name, number);
    }
    numbers.set(text, number);
  }
  return { found, numbers };
}

/** Pairs of states from which the same labels can lead to the end, or to one state. */
class Rivals {
  /** By place in the list of states. */
  readonly #places: ReadonlyMap<State, number>;
  readonly #are: Uint8Array;

  constructor(automaton: Automaton, states: readonly State[]) {
    const size = states.length;
    const places = new Map(states.map((state, i) => [state, i]));
    const are = new Uint8Array(size * size);
    this.#places = places;
    this.#are = are;
    const follows = states.map((state) =>
      automaton.follow(state).flatMap((next) => {
        if (next.kind !== 'match') return [places.get(next)!];
        return state.kind === 'label' ? [COMPLETES] : [];
      }),
    );
    const meet = (a: readonly number[], b: readonly number[]) => {
      for (const x of a)
        for (const y of b)
          if (x === y || (x !== COMPLETES && y !== COMPLETES && are[x * size + y] !== 0)) return true;
      return false;
    };
    // What follows stands behind, mostly: from the end it takes few rounds.
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      for (let a = size - 1; a >= 0; a--) {
        for (let b = size - 1; b >= 0; b--) {
          if (are[a * size + b] !== 0 || !isSameLabel(states[a]!, states[b]!)) continue;
          if (!meet(follows[a]!, follows[b]!)) continue;
          are[a * size + b] = 1;
          isChanged = true;
        }
      }
    }
  }

  are(a: State, b: State): boolean {
    const [i, j] = [this.#places.get(a), this.#places.get(b)];
    return i !== undefined && j !== undefined && this.#are[i * this.#places.size + j] !== 0;
  }
}

function textOf({ state, ahead }: Found): string {
  return `${state.id}<${ahead.map(({ id }) => id).join(' ')}`;
}

function readBy(instruction: Instruction): readonly number[] {
  if (instruction.op === 'label') return [instruction.variable];
  return instruction.op === 'gap' ? instruction.absent : [];
}

function absentOf(states: readonly State[]): number[] {
  return [
    ...new Set(states.flatMap(({ instruction }) => (instruction.op === 'gap' ? instruction.absent : []))),
  ];
}

function takes({ instruction }: State, holds: number): boolean {
  if (instruction.op === 'label') return (holds & (1 << instruction.variable)) !== 0;
  return instruction.op === 'gap' && instruction.absent.every((variable) => (holds & (1 << variable)) === 0);
}

/** Whether a row gets the same label from both, or from both none. */
function isSameLabel({ instruction: a }: State, { instruction: b }: State): boolean {
  if (a.op === 'label') return b.op === 'label' && a.variable === b.variable;
  return a.op === 'gap' && b.op === 'gap';
}
