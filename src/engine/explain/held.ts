import type { JsonValue } from '../../event/json.js';
import type { Row } from '../../event/row.js';
import type { MatchOperator } from '../match/operator.js';
import type { Start } from '../match/thread.js';
import type { RowPlace } from './misses.js';
import { nameOf } from './sql.js';

/** A match that is complete and not out, and why. */
export interface HeldMatch {
  readonly key: Readonly<Record<string, JsonValue>>;
  readonly start: RowPlace;
  /** Its last row with a label; null for an empty match. */
  readonly last: RowPlace | null;
  /**
   * `longer`: more rows, or another way, would be preferred to it. `earlier_start`: a start before it is not decided.
   * `deadline`: it is a match when WITHIN has passed with nothing that must be absent.
   */
  readonly by: 'longer' | 'earlier_start' | 'deadline';
  /** The start that holds it. */
  readonly holder: RowPlace | null;
  /** What would decide it: the variables that partial matches of the holder, or its own, wait for. */
  readonly waitsFor: readonly string[];
  /** When WITHIN decides it, in milliseconds of event time; null without one. */
  readonly until: number | null;
}

const MOST_HELD = 20;
/** Starts that are looked at: more take too long for an answer. */
const MOST_LOOKED_AT = 100_000;

/** Matches of a rule that wait, in order of their keys' first rows; not more than a list should have. */
export function heldMatches(operator: MatchOperator): readonly HeldMatch[] {
  const { plan, partitions } = operator;
  const held: HeldMatch[] = [];
  let seen = 0;
  for (const { starts } of partitions.values()) {
    let holder: Start | null = null;
    for (const start of starts) {
      if (held.length >= MOST_HELD || seen++ > MOST_LOOKED_AT) return held;
      if (start.done) continue;
      const isOpen = start.live > 0;
      const waiting = start.threads.find(({ state }) => state.kind === 'wait');
      const complete = start.best ?? waiting;
      if (complete !== undefined) {
        const by = start.best === null ? 'deadline' : isOpen ? 'longer' : 'earlier_start';
        const decides = by === 'earlier_start' ? holder : start;
        held.push({
          ...{ key: operator.keyColumns(start.row), start: placeOf(start.row), by },
          last: complete.path === null ? null : placeOf(complete.path.row),
          holder: by === 'earlier_start' && holder !== null ? placeOf(holder.row) : null,
          waitsFor: decides === null ? [] : waitedFor(decides, plan.variables),
          until: decides === null || !Number.isFinite(decides.deadline) ? null : decides.deadline,
        });
      }
      if (isOpen) holder ??= start;
    }
  }
  return held;
}

function waitedFor({ threads }: Start, variables: MatchOperator['plan']['variables']): readonly string[] {
  const names = new Set<string>();
  for (const { state } of threads) {
    if (state.instruction.op === 'label') names.add(nameOf(variables[state.instruction.variable]!.name));
  }
  return [...names];
}

function placeOf({ stream, offset, time }: Row): RowPlace {
  return { stream, offset, time };
}
