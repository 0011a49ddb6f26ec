import { setImmediate as breathe } from 'node:timers/promises';
import { addExtension, Packr } from 'msgpackr';
import type { EngineHead } from '../engine/engine.js';
import type { RuleHead } from '../engine/rule.js';
import { Decimal } from '../event/decimal.js';
import type { StateChange, StateEntry } from '../store/store.js';
import type { ActivityState } from './activity.js';
import type { RuleEntry, StreamEntry } from './registry.js';
import type { RuleTallyState } from './tally.js';

/** The group of what is not the state of a rule's keys. It comes first. */
export const META = '';

/** The piece `head` of `META`: where the engine's clocks stand, and what waits for them. Written with each checkpoint. */
export interface HeadPiece {
  readonly version: 2;
  /** The last arrival stamp seen. */
  readonly stamp: number;
  readonly engine: EngineHead;
  readonly activities: readonly (readonly [string, ActivityState])[];
}

/** A piece `rule/<name>` of `META`: a rule and all of its state but that of its keys. */
export interface RulePiece {
  readonly entry: RuleEntry;
  readonly tally: RuleTallyState;
  /** Null: it does not run. */
  readonly engine: RuleHead | null;
  /** The group of its keys' pieces. */
  readonly group: string;
}

/** A piece `stream/<name>` of `META`. */
export type StreamPiece = StreamEntry;

/** A change of the state before it is packed: null deletes a piece. */
export interface UnpackedChange {
  readonly dropped: readonly string[];
  readonly pieces: readonly { readonly group: string; readonly key: string; readonly value: object | null }[];
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
/** Pieces that are packed before others get their turn. */
const SLICE = 500;

/** Packs a change; the loop is not held for long. */
export async function packChange({ dropped, pieces }: UnpackedChange): Promise<StateChange> {
  const packed: StateEntry[] = [];
  for (const [index, { group, key, value }] of pieces.entries()) {
    if (index % SLICE === SLICE - 1) await breathe();
    packed.push({ group, key, value: value === null ? null : packPiece(value) });
  }
  return { dropped, pieces: packed };
}

export function packPiece(value: object): Uint8Array {
  const bytes = packr.pack(value);
  return bytes.includes(PROTO) ? packr.pack(guarded(value)) : bytes;
}

/** Throws Error for bytes that were not packed. */
export function unpackPiece(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}

/** Throws Error for a version that is not known. */
export function checkVersion(head: Partial<HeadPiece> | null | undefined): HeadPiece {
  if (head?.version === 2) return head as HeadPiece;
  throw new Error(
    `the checkpoint has version ${String(head?.version)}; this version of Tocsin reads version 2: start the version that wrote it, or a newer one`,
  );
}

function guarded(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Decimal) return value;
  if (Array.isArray(value)) return value.map(guarded);
  const entries = Object.entries(value).map(([key, each]) => [key, guarded(each)] as const);
  return Object.hasOwn(value, PROTO) ? new Keyed(entries) : Object.fromEntries(entries);
}
