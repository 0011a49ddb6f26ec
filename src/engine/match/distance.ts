import type { Program } from './program.js';
import { successors } from './successors.js';

/**
 * By instruction: how many rows with a label a match takes from there, at least; Infinity where none can come. What PERMUTE
 * has chosen is not looked at: within one it may be too little.
 */
export function rowsNeeded({ instructions }: Program): Float64Array {
  const needed = new Float64Array(instructions.length).fill(Number.POSITIVE_INFINITY);
  // Backwards, as nearly all ways lead forward: a pass for each loop round another settles the rest.
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (let at = instructions.length - 1; at >= 0; at--) {
      const instruction = instructions[at]!;
      let least = Number.POSITIVE_INFINITY;
      if (instruction.op === 'match' || instruction.op === 'wait') least = 0;
      else for (const target of successors(instruction, at)) least = Math.min(least, needed[target]!);
      if (instruction.op === 'label') least++;
      if (least >= needed[at]!) continue;
      needed[at] = least;
      isSettled = false;
    }
  }
  return needed;
}
