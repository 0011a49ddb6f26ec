import { StoreError } from '../store.js';
import { keyOf } from './key.js';
import type { Step } from './step.js';
import type { Table } from './table.js';

/** What is known of a partition besides its records, kept as one row. */
export interface PartitionState {
  /** First offset kept, and the one that the next event gets. */
  readonly first: number;
  readonly next: number;
  /** The last stamp given. */
  readonly stamp: number;
  /** Of the lease; owner '' when it is free. */
  readonly epoch: number;
  readonly owner: string;
  readonly until: number;
  /** Of the last commit. */
  readonly position: number;
  /** The position as of which there is state; -1: none. */
  readonly stateAt: number;
}

const NEW: PartitionState = {
  ...{ first: 0, next: 0, stamp: 0, epoch: 0, owner: '', until: 0, position: 0, stateAt: -1 },
};

/** Numbers in front of the owner's name, 8 bytes each. */
const NUMBERS = ['first', 'next', 'stamp', 'epoch', 'until', 'position', 'stateAt'] as const;

/** Throws RangeError: the embedded store has one partition. */
export function checkPartition(partition: number): void {
  if (partition !== 0) throw new RangeError(`there is no partition ${partition}: the store on disk has one`);
}

/** As the database has it, or the step where one is given. Throws StoreError `damaged`. */
export function partitionState(table: Table, partition: number, step?: Step): PartitionState {
  checkPartition(partition);
  const key = keyOf(partition);
  const row = step === undefined ? table.get(key) : step.get(table, key);
  if (row === null) return NEW;
  const [first = 0, next = 0, stamp = 0, epoch = 0, until = 0, position = 0, stateAt = -1] = NUMBERS.map(
    (_, index) => row.readDoubleBE(8 * index),
  );
  const owner = row.toString('utf8', 8 * NUMBERS.length);
  return { first, next, stamp, epoch, owner, until, position, stateAt };
}

/** Writes back what changes. */
export function changePartition(
  table: Table,
  partition: number,
  step: Step,
  change: Partial<PartitionState>,
): void {
  const state = { ...partitionState(table, partition, step), ...change };
  const numbers = Buffer.allocUnsafe(8 * NUMBERS.length);
  for (const [index, name] of NUMBERS.entries()) numbers.writeDoubleBE(state[name], 8 * index);
  step.put(table, keyOf(partition), numbers, Buffer.from(state.owner));
}

/** Throws StoreError `fenced` when the epoch is not the current one. */
export function checkEpoch({ epoch: current }: PartitionState, epoch: number): void {
  if (epoch === current) return;
  throw new StoreError('fenced', `epoch ${epoch} is over: the partition is at epoch ${current}`);
}
