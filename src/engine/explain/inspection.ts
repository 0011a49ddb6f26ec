import { MatchOperator } from '../match/operator.js';
import type { RunningRule } from '../rule.js';
import type { Sequencer } from '../sequencer.js';
import { type Census, censusOf } from './census.js';
import { type HeldMatch, heldMatches } from './held.js';
import type { Miss } from './misses.js';
import { namesOf } from './names.js';
import { type Names, nameOf, sqlOf } from './sql.js';

/** What a running rule saw, holds and waits for, at one moment. Times in milliseconds. */
export interface Inspection {
  /** Where event time stands for the rule; null before anything is known. */
  readonly watermark: number | null;
  /** Rows that wait for it. */
  readonly waitingRows: number;
  /** The next deadline of its own; null: none. */
  readonly nextDeadline: number | null;
  readonly streams: readonly {
    readonly stream: string;
    readonly watermark: number | null;
    readonly latest: number | null;
    /** It is silent, and holds no other stream back. */
    readonly isIdle: boolean;
  }[];
  /** By variable, in order of PATTERN; empty for a plain SELECT. */
  readonly hits: readonly VariableHits[];
  readonly census: Census;
  readonly held: readonly HeldMatch[];
  readonly misses: readonly Miss[];
  /** Starts that gave no match since somebody asks, listed or not. */
  readonly missed: number;
}

export interface VariableHits {
  readonly variable: string;
  /** As SQL; null: every row can be it. */
  readonly condition: string | null;
  /** Rows on which it held where it was asked: rows that can begin a match, and rows that a partial match waited for. */
  readonly rows: number;
}

/** Looks at a rule. `sequencer`: the one that its rows come through. */
export function inspect(rule: RunningRule, sequencer: Sequencer): Inspection {
  const { operator, keyed } = rule;
  const isMatch = operator instanceof MatchOperator;
  return {
    watermark: known(sequencer.watermark),
    waitingRows: sequencer.waiting.size,
    nextDeadline: rule.nextDeadline(),
    streams: sequencer.clocks.map(({ schema, watermark, latest, idle }) => ({
      ...{ stream: schema.name, watermark: known(watermark), latest: known(latest), isIdle: idle },
    })),
    hits: keyed === null ? [] : hitsOf(keyed, namesOf(rule.plan)),
    census: isMatch ? censusOf(operator) : { states: [], isWhole: true },
    held: isMatch ? heldMatches(operator) : [],
    misses: rule.misses?.list() ?? [],
    missed: rule.misses?.total ?? 0,
  };
}

function hitsOf(operator: NonNullable<RunningRule['keyed']>, names: Names): readonly VariableHits[] {
  const hits = operator instanceof MatchOperator ? operator.matcher.hits : operator.hits;
  return operator.plan.variables.map(({ name, condition }, i) => ({
    variable: nameOf(name),
    condition: condition === null ? null : sqlOf(condition, names),
    rows: hits[i] ?? 0,
  }));
}

function known(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
