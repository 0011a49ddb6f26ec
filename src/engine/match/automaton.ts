import type { Instruction, Program } from './program.js';

/**
 * Where a thread stands: at an instruction that takes a row, or at the end. Interned, so that `===` is equality.
 *
 * - `label`, `gap`, `wait`: takes the next row.
 * - `match`: the pattern is complete. `match_at_end`: it is, provided that no row follows (`$`).
 */
export interface State {
  readonly id: number;
  readonly kind: 'label' | 'gap' | 'wait' | 'match' | 'match_at_end';
  readonly instruction: Instruction;
  readonly pc: number;
  /** PERMUTE's choices so far, a bit an element, by nesting depth. */
  readonly slots: readonly number[];
}

interface Frame {
  readonly pc: number;
  readonly slots: readonly number[];
  /** Loops whose present iteration began without a row since. */
  readonly begun: readonly number[];
  readonly pastEnd: boolean;
}

/** A program made walkable: from each state the states that follow it, in preferment order, found once and kept. */
export class Automaton {
  readonly #states = new Map<string, State>();
  readonly #byId: State[] = [];
  readonly #follow: (readonly State[] | undefined)[] = [];
  readonly #starts: (readonly State[] | undefined)[] = [];
  readonly #noSlots: readonly number[];

  constructor(readonly program: Program) {
    this.#noSlots = new Array<number>(program.slots).fill(0);
  }

  /** The states that a match can begin in; `first`: at the first row of the partition, where `^` holds. */
  start(first: boolean): readonly State[] {
    const at = first ? 1 : 0;
    // A match starts at its first labelled row: a gap that comes before it takes nothing.
    this.#starts[at] ??= this.#close(0, this.#noSlots, first).filter((state) => state.kind !== 'gap');
    return this.#starts[at];
  }

  /** The states that follow once `state` has taken a row. */
  follow(state: State): readonly State[] {
    let follow = this.#follow[state.id];
    if (follow === undefined) {
      follow = state.kind === 'wait' ? [state] : this.#close(state.pc + 1, state.slots, false);
      this.#follow[state.id] = follow;
    }
    return follow;
  }

  /** A state by where it stands, for restoring a snapshot. Throws RangeError when the program has no such state. */
  state(pc: number, slots: readonly number[], pastEnd: boolean): State {
    const instruction = this.program.instructions[pc];
    const kind = instruction === undefined ? null : resting(instruction, pastEnd);
    if (instruction === undefined || kind === null)
      throw new RangeError(`the automaton has no state at ${pc}`);
    return this.#intern(kind, instruction, pc, slots);
  }

  #intern(kind: State['kind'], instruction: Instruction, pc: number, slots: readonly number[]): State {
    const key = slots.length === 0 ? `${pc}${kind}` : `${pc}${kind}${slots.join(',')}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = { id: this.#byId.length, kind, instruction, pc, slots };
      this.#states.set(key, state);
      this.#byId.push(state);
    }
    return state;
  }

  /** Walks the instructions that take no row, depth first, in order of preference. */
  #close(from: number, slots: readonly number[], first: boolean): readonly State[] {
    const found: State[] = [];
    const taken = new Set<State>();
    const seen = new Set<string>();
    const stack: Frame[] = [{ pc: from, slots, begun: [], pastEnd: false }];
    for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
      const key = `${frame.pc}|${frame.slots.join(',')}|${frame.begun.join(',')}|${frame.pastEnd}`;
      // The same place reached again, by a path that is less preferred, adds nothing.
      if (seen.has(key)) continue;
      seen.add(key);
      const instruction = this.program.instructions[frame.pc]!;
      const kind = resting(instruction, frame.pastEnd);
      if (kind !== null) {
        const state = this.#intern(kind, instruction, frame.pc, frame.slots);
        if (!taken.has(state)) {
          taken.add(state);
          found.push(state);
        }
        continue;
      }
      const next = step(instruction, frame, first);
      for (let i = next.length - 1; i >= 0; i--) stack.push(next[i]!);
    }
    return found;
  }
}

/** What a thread does at an instruction where it comes to rest, or null where it moves on (or, past `$`, dies). */
function resting(instruction: Instruction, pastEnd: boolean): State['kind'] | null {
  switch (instruction.op) {
    case 'label':
    case 'gap':
      return pastEnd ? null : instruction.op;
    case 'wait':
      // Past `$` no row can come: what must be absent is.
      return pastEnd ? 'match_at_end' : 'wait';
    case 'match':
      return pastEnd ? 'match_at_end' : 'match';
    default:
      return null;
  }
}

/** Where an instruction that takes no row leads, in order of preference. */
function step(instruction: Instruction, frame: Frame, first: boolean): readonly Frame[] {
  const to = (pc: number): Frame => ({ ...frame, pc });
  switch (instruction.op) {
    case 'split':
      return instruction.targets.map(to);
    case 'jump':
      return [to(instruction.target)];
    case 'enter':
      return [{ ...frame, pc: frame.pc + 1, begun: [...frame.begun, instruction.loop] }];
    case 'check': {
      const empty = frame.begun.includes(instruction.loop);
      const begun = frame.begun.filter((loop) => loop !== instruction.loop);
      return [{ ...frame, pc: empty ? instruction.exit : instruction.again, begun }];
    }
    case 'permute':
      return [{ ...to(frame.pc + 1), slots: frame.slots.with(instruction.slot, 0) }];
    case 'choose': {
      const chosen = frame.slots[instruction.slot]!;
      const next: Frame[] = [];
      instruction.elements.forEach((pc, i) => {
        if ((chosen & (1 << i)) === 0)
          next.push({ ...to(pc), slots: frame.slots.with(instruction.slot, chosen | (1 << i)) });
      });
      // What was chosen is forgotten on leaving, so that threads that agree on the rest are one.
      return next.length > 0
        ? next
        : [{ ...to(instruction.exit), slots: frame.slots.with(instruction.slot, 0) }];
    }
    case 'start':
      return first ? [to(frame.pc + 1)] : [];
    case 'end':
      return [{ ...frame, pc: frame.pc + 1, pastEnd: true }];
    default:
      return [];
  }
}
