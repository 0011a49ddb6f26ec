import type { Instruction } from './program.js';

/** Where an instruction at `at` leads, whatever is preferred. */
export function successors(instruction: Instruction, at: number): readonly number[] {
  switch (instruction.op) {
    case 'split':
      return instruction.targets;
    case 'jump':
      return [instruction.target];
    case 'check':
      return [instruction.again, instruction.exit];
    case 'choose':
      return [...instruction.elements, instruction.exit];
    case 'wait':
      return [at];
    case 'match':
      return [];
    default:
      return [at + 1];
  }
}
