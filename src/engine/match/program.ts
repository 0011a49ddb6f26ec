import { isFixed, MAX_PERMUTED, MAX_PERMUTED_WAYS, type PatternPlan } from '../../language/plan.js';

/**
 * A pattern as instructions of a Pike machine (R. Pike, sam; R. Cox, "Regular Expression Matching: the Virtual Machine
 * Approach", 2009). Targets of a split are in order of preference, so that a depth-first walk meets the paths in the
 * preferment order of ISO/IEC 9075-2.
 */
export type Instruction =
  /** Takes a row and labels it. `excluded`: inside {- -}. */
  | { readonly op: 'label'; readonly variable: number; readonly excluded: boolean }
  /** Takes a row without a label; none of `absent` may hold on it. */
  | { readonly op: 'gap'; readonly absent: readonly number[] }
  /** Absence at the end: takes rows without a label until the deadline, and completes there. */
  | { readonly op: 'wait'; readonly absent: readonly number[] }
  | { readonly op: 'split'; readonly targets: readonly number[] }
  /** An iteration that may take no row begins. */
  | { readonly op: 'enter'; readonly loop: number }
  /** Ends that iteration: to `exit` when it took no row, else to `again`. */
  | { readonly op: 'check'; readonly loop: number; readonly again: number; readonly exit: number }
  /** PERMUTE: forgets what was chosen in this slot. */
  | { readonly op: 'permute'; readonly slot: number }
  /** PERMUTE: goes on with an element that was not chosen yet, in list order; to `exit` when all were. */
  | {
      readonly op: 'choose';
      readonly slot: number;
      readonly elements: readonly number[];
      readonly exit: number;
    }
  | { readonly op: 'jump'; readonly target: number }
  | { readonly op: 'start' }
  | { readonly op: 'end' }
  | { readonly op: 'match' };

export interface Program {
  readonly instructions: readonly Instruction[];
  /** How deep PERMUTEs nest: the slots that a thread carries. */
  readonly slots: number;
}

/** The most instructions a program may have: nested bounds are limited to 100,000 (`language.md`, Errors). */
const MAX_INSTRUCTIONS = 2_000_000;
/** Each copy of a body that may be empty is reachable from each earlier one: their number counts squared. */
const MAX_EMPTY_COPIES = 1_000;

/**
 * Compiles a pattern. `absentAfter` is the NOT at the pattern's end. Counted quantifiers are written out.
 * Throws RangeError when the written-out program is too large.
 */
export function compileProgram(pattern: PatternPlan, absentAfter: readonly number[]): Program {
  const builder = new Builder();
  builder.emit(pattern, 0, false);
  if (absentAfter.length > 0) builder.push({ op: 'wait', absent: absentAfter });
  else builder.push({ op: 'match' });
  return { instructions: builder.instructions, slots: builder.slots };
}

/** True when the pattern can be satisfied without a row. */
export function isNullable(pattern: PatternPlan): boolean {
  switch (pattern.kind) {
    case 'variable':
      return false;
    case 'concatenation':
    case 'permute':
      return pattern.elements.every(isNullable);
    case 'alternation':
      return pattern.branches.some(isNullable);
    case 'quantified':
      return pattern.min === 0 || isNullable(pattern.body);
    case 'exclusion':
      return isNullable(pattern.body);
    case 'empty':
    case 'anchor':
    case 'gap':
      return true;
  }
}

/** Every order of the elements, in list order: abc, acb, bac, bca, cab, cba. */
function orders<T>(elements: readonly T[]): T[][] {
  if (elements.length === 0) return [[]];
  return elements.flatMap((first, i) =>
    orders(elements.filter((_, j) => j !== i)).map((rest) => [first, ...rest]),
  );
}

class Builder {
  readonly instructions: Instruction[] = [];
  slots = 0;
  #loops = 0;

  get next(): number {
    return this.instructions.length;
  }

  push(instruction: Instruction): number {
    if (this.instructions.length >= MAX_INSTRUCTIONS)
      throw new RangeError('the pattern is too large when its quantifiers are written out');
    return this.instructions.push(instruction) - 1;
  }

  emit(pattern: PatternPlan, permutes: number, excluded: boolean): void {
    switch (pattern.kind) {
      case 'variable':
        this.push({ op: 'label', variable: pattern.variable, excluded });
        return;
      case 'concatenation':
        for (const element of pattern.elements) this.emit(element, permutes, excluded);
        return;
      case 'alternation':
        this.#alternation(pattern.branches, permutes, excluded);
        return;
      case 'quantified':
        this.#quantified(pattern, permutes, excluded);
        return;
      case 'exclusion':
        this.emit(pattern.body, permutes, true);
        return;
      case 'permute':
        this.#permute(pattern.elements, permutes, excluded);
        return;
      case 'anchor':
        this.push({ op: pattern.at });
        return;
      case 'gap':
        this.#gap(pattern.absent);
        return;
      case 'empty':
        return;
    }
  }

  #alternation(branches: readonly PatternPlan[], permutes: number, excluded: boolean): void {
    const split = this.push({ op: 'split', targets: [] });
    const targets: number[] = [];
    const jumps: number[] = [];
    for (const branch of branches) {
      targets.push(this.next);
      this.emit(branch, permutes, excluded);
      jumps.push(this.push({ op: 'jump', target: -1 }));
    }
    this.instructions[split] = { op: 'split', targets };
    for (const jump of jumps) this.instructions[jump] = { op: 'jump', target: this.next };
  }

  #quantified(pattern: PatternPlan & { kind: 'quantified' }, permutes: number, excluded: boolean): void {
    const { body, min, max, greedy } = pattern;
    if (Math.max(min, max ?? 0) > MAX_EMPTY_COPIES && isNullable(body)) {
      throw new RangeError(`what may be empty can be repeated at most ${MAX_EMPTY_COPIES} times`);
    }
    for (let i = 0; i < min; i++) this.emit(body, permutes, excluded);
    if (max === min) return;
    const nullable = isNullable(body);
    const splits: number[] = [];
    const checks: { at: number; loop: number; again: number }[] = [];
    const optional = max === null ? 1 : max - min;
    for (let i = 0; i < optional; i++) {
      const split = this.push({ op: 'split', targets: [] });
      splits.push(split);
      const loop = nullable ? this.#loops++ : -1;
      if (nullable) this.push({ op: 'enter', loop });
      this.emit(body, permutes, excluded);
      if (nullable) {
        const at = this.push({ op: 'jump', target: -1 });
        checks.push({ at, loop, again: max === null ? split : this.next });
      } else if (max === null) {
        this.push({ op: 'jump', target: split });
      }
    }
    const exit = this.next;
    for (const split of splits) {
      this.instructions[split] = { op: 'split', targets: greedy ? [split + 1, exit] : [exit, split + 1] };
    }
    for (const { at, loop, again } of checks) this.instructions[at] = { op: 'check', loop, again, exit };
  }

  /** A reluctant loop over rows without a label. */
  #gap(absent: readonly number[]): void {
    const split = this.push({ op: 'split', targets: [] });
    this.push({ op: 'gap', absent });
    this.push({ op: 'jump', target: split });
    this.instructions[split] = { op: 'split', targets: [this.next, split + 1] };
  }

  /**
   * ISO: PERMUTE is the alternation of all orders. Elements that can be taken in one way only need no such list: choosing
   * the next one in list order meets the same paths in the same order, with n elements instead of n!.
   */
  #permute(elements: readonly PatternPlan[], slot: number, excluded: boolean): void {
    if (!elements.every(isFixed)) {
      if (elements.length > MAX_PERMUTED_WAYS) {
        throw new RangeError(
          `PERMUTE of more than ${MAX_PERMUTED_WAYS} elements takes variables only, no quantifiers, alternation or gaps`,
        );
      }
      const branches = orders(elements).map(
        (order): PatternPlan => ({ kind: 'concatenation', elements: order }),
      );
      this.#alternation(branches, slot, excluded);
      return;
    }
    if (elements.length > MAX_PERMUTED)
      throw new RangeError(`PERMUTE takes at most ${MAX_PERMUTED} elements`);
    this.slots = Math.max(this.slots, slot + 1);
    this.push({ op: 'permute', slot });
    const choose = this.push({ op: 'jump', target: -1 });
    const starts: number[] = [];
    for (const element of elements) {
      starts.push(this.next);
      this.emit(element, slot + 1, excluded);
      this.push({ op: 'jump', target: choose });
    }
    this.instructions[choose] = { op: 'choose', slot, elements: starts, exit: this.next };
  }
}

/** One instruction a line, for people and tests. */
export function printProgram(program: Program, names: readonly string[]): string {
  const list = (variables: readonly number[]) => variables.map((v) => names[v]).join('|');
  return program.instructions
    .map((instruction, at) => {
      const text = (() => {
        switch (instruction.op) {
          case 'label':
            return `label ${names[instruction.variable]}${instruction.excluded ? ' excluded' : ''}`;
          case 'gap':
          case 'wait':
            return instruction.absent.length === 0
              ? instruction.op
              : `${instruction.op} not ${list(instruction.absent)}`;
          case 'split':
            return `split ${instruction.targets.join(' ')}`;
          case 'enter':
            return `enter loop ${instruction.loop}`;
          case 'check':
            return `check loop ${instruction.loop}: again ${instruction.again}, empty ${instruction.exit}`;
          case 'permute':
            return `permute ${instruction.slot}`;
          case 'choose':
            return `choose ${instruction.slot}: ${instruction.elements.join(' ')}, done ${instruction.exit}`;
          case 'jump':
            return `jump ${instruction.target}`;
          default:
            return instruction.op;
        }
      })();
      return `${at}\t${text}`;
    })
    .join('\n');
}
