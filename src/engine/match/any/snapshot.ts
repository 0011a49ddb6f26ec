import type { JsonValue } from '../../../event/json.js';
import type { Row } from '../../../event/row.js';
import type { PartitionSnapshot } from '../snapshot.js';

/** A key of NO SKIP as plain data: the rows that a match can take. */
export interface WindowSnapshot {
  readonly kind: 'window';
  readonly version: 1;
  readonly key: string;
  readonly columns: Readonly<Record<string, JsonValue>>;
  /** Matches so far. */
  readonly matches: number;
  /** In order; null where no condition holds that is asked for. */
  readonly rows: readonly (Row | null)[];
  /** By row: the variables whose conditions hold, as bits. */
  readonly holds: readonly number[];
}

/** The state of a key, as either operator keeps it. */
export type KeyState = PartitionSnapshot | WindowSnapshot;

export function isWindow(state: KeyState): state is WindowSnapshot {
  return 'kind' in state && state.kind === 'window';
}
