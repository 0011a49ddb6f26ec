import type { State } from './automaton.js';

/** How one thread comes from the threads before a row: from which, and with which label for the row. */
export interface Move {
  /** Index of the thread that it goes on from. */
  readonly from: number;
  /** The variable that the row is labelled with; -1: the row gets no label. */
  readonly variable: number;
  readonly excluded: boolean;
}

/** How a state goes on over a row of which `holds` are the variables that it satisfies; null: it does not. */
export function moveOf({ instruction }: State, from: number, holds: number): Move | null {
  switch (instruction.op) {
    case 'label': {
      const { variable, excluded } = instruction;
      return (holds & (1 << variable)) === 0 ? null : { from, variable, excluded };
    }
    case 'gap':
    case 'wait':
      return instruction.absent.some((variable) => (holds & (1 << variable)) !== 0)
        ? null
        : { from, variable: -1, excluded: false };
    default:
      return null;
  }
}
