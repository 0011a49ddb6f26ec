import { keyOf } from './key.js';
import type { Step } from './step.js';
import type { Table } from './table.js';

/** The next number of a count that begins at 1. */
export function nextSequence(table: Table, step: Step, name: 'alert' | 'delivery'): number {
  const key = keyOf(name);
  const sequence = numberOf(step.get(table, key)) + 1;
  step.put(table, key, numberBytes(sequence));
  return sequence;
}

export function numberBytes(number: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleBE(number, 0);
  return bytes;
}

/** The number in a row; 0 where there is none. */
export function numberOf(row: Buffer | null): number {
  return row === null ? 0 : row.readDoubleBE(0);
}
