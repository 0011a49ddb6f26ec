import { addExtension, Packr } from 'msgpackr';
import type { EngineSnapshot } from '../engine/engine.js';
import { Decimal } from '../event/decimal.js';
import type { ActivityState } from './activity.js';
import type { RegistryState } from './registry.js';
import type { RuleTallyState } from './tally.js';

/** Everything that a worker derives from the log up to a position. */
export interface PartitionState {
  readonly version: 1;
  readonly registry: RegistryState;
  readonly engine: EngineSnapshot;
  readonly activities: readonly (readonly [string, ActivityState])[];
  readonly tallies: readonly (readonly [string, RuleTallyState])[];
  /** The last arrival stamp seen. */
  readonly stamp: number;
}

/** An object with a key that msgpackr would rename on the way back: `__proto__` is data like any other key. */
class Keyed {
  constructor(readonly entries: readonly (readonly [string, unknown])[]) {}
}

addExtension({
  Class: Decimal,
  type: 1,
  write: ({ unscaled, scale }: Decimal): unknown => [unscaled.toString(), scale],
  read: ([unscaled, scale]: [string, number]): Decimal => new Decimal(BigInt(unscaled), scale),
});
addExtension({
  Class: Keyed,
  type: 2,
  write: ({ entries }: Keyed): unknown => entries,
  read: (entries: [string, unknown][]): unknown => Object.fromEntries(entries),
});

const packr = new Packr({ useRecords: false, useBigIntExtension: true });
const PROTO = '__proto__';

export function packState(state: PartitionState): Uint8Array {
  const bytes = packr.pack(state);
  return bytes.includes(PROTO) ? packr.pack(guarded(state)) : bytes;
}

/** Throws Error for bytes that are no state, or of a version that is not known. */
export function unpackState(bytes: Uint8Array): PartitionState {
  const state = packr.unpack(bytes) as Partial<PartitionState> | null;
  if (state?.version !== 1) {
    throw new Error(
      `the snapshot has version ${String(state?.version)}; this version of Tocsin reads version 1: start the version that wrote it, or a newer one`,
    );
  }
  return state as PartitionState;
}

function guarded(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Decimal) return value;
  if (Array.isArray(value)) return value.map(guarded);
  const entries = Object.entries(value).map(([key, each]) => [key, guarded(each)] as const);
  return Object.hasOwn(value, PROTO) ? new Keyed(entries) : Object.fromEntries(entries);
}
