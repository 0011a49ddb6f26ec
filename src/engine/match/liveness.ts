import type { Instruction, Program } from './program.js';
import type { Conditions } from './registers.js';
import { successors } from './successors.js';

/**
 * Which registers a thread at an instruction can still come to read: the others need not agree for threads to be merged,
 * nor be kept. Live-variable analysis over the program, from the reads backwards.
 */
export function liveRegisters(program: Program, conditions: Conditions): readonly ReadonlySet<number>[] {
  const { instructions } = program;
  const live = instructions.map((instruction) => new Set(ownReads(instruction, conditions)));
  if (conditions.registers.length === 0) return live;
  const predecessors: number[][] = instructions.map(() => []);
  instructions.forEach((instruction, at) => {
    for (const target of successors(instruction, at)) predecessors[target]?.push(at);
  });
  const work = instructions.map((_, at) => at);
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    for (const before of predecessors[at]!) {
      const size = live[before]!.size;
      for (const register of live[at]!) live[before]!.add(register);
      if (live[before]!.size > size) work.push(before);
    }
  }
  return live;
}

function ownReads(instruction: Instruction, conditions: Conditions): number[] {
  switch (instruction.op) {
    case 'label':
      return [...conditions.reads[instruction.variable]!];
    case 'gap':
    case 'wait':
      return instruction.absent.flatMap((variable) => [...conditions.reads[variable]!]);
    default:
      return [];
  }
}
