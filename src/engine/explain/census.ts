import type { State } from '../match/automaton.js';
import { rowsNeeded } from '../match/distance.js';
import type { MatchOperator } from '../match/operator.js';
import { stateId } from './chart.js';
import { nameOf } from './sql.js';

/** Partial matches that stand in one state. */
export interface StateCount {
  /** As in the explanation, as long as that draws the pattern as it runs. */
  readonly state: string;
  /** The variable that the next row has to be; null where any row will do. */
  readonly variable: string | null;
  /** What the next row may not be. */
  readonly absent: readonly string[];
  /** Rows with a label that a match takes from here, at least. */
  readonly needs: number;
  readonly partialMatches: number;
}

export interface Census {
  /** The most frequent first. */
  readonly states: readonly StateCount[];
  /** False: there are so many partial matches or states that not all were looked at. */
  readonly isWhole: boolean;
}

/** Partial matches that are looked at: more take too long for an answer. */
const MOST_LOOKED_AT = 200_000;
const MOST_STATES = 50;

/** Where the partial matches of a rule stand. */
export function censusOf({ plan, matcher, partitions }: MatchOperator): Census {
  const counts = new Map<State, number>();
  let seen = 0;
  for (const { starts } of partitions.values()) {
    for (const { threads } of starts) {
      seen += threads.length;
      for (const { state } of threads) counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    if (seen > MOST_LOOKED_AT) break;
  }
  if (counts.size === 0) return { states: [], isWhole: true };
  const needed = rowsNeeded(matcher.automaton.program);
  const nameAt = (variable: number) => nameOf(plan.variables[variable]!.name);
  const states = [...counts]
    .sort(([a, many], [b, more]) => more - many || a.pc - b.pc)
    .map(([state, partialMatches]): StateCount => {
      const { instruction, pc } = state;
      return {
        state: stateId(state),
        variable: instruction.op === 'label' ? nameAt(instruction.variable) : null,
        absent: instruction.op === 'gap' || instruction.op === 'wait' ? instruction.absent.map(nameAt) : [],
        needs: needed[pc]!,
        partialMatches,
      };
    });
  const isWhole = seen <= MOST_LOOKED_AT && states.length <= MOST_STATES;
  return { states: states.slice(0, MOST_STATES), isWhole };
}
