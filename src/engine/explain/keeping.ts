import type { MatchPlan } from '../../language/plan.js';
import type { Limits } from '../limits.js';
import { AnyOperator } from '../match/any/operator.js';
import { MOST_VARIABLES } from '../match/determinised.js';
import type { MatchOperator } from '../match/operator.js';
import { whyKeysStay } from './index_use.js';

/** What a pattern holds in memory, for each key and for the rule. */
export interface Keeping {
  /** Milliseconds that a partial match is kept, at most; null: as long as it can still become a match. */
  readonly within: number | null;
  /** Rows before a start that can still be read. */
  readonly lookback: number;
  /** Rows are kept that no partial match labelled. */
  readonly keepsRows: boolean;
  /** State of a key stays when it has no partial match. */
  readonly keepsKeys: boolean;
  /** Partial matches that stand in the same states are one, whatever rows they took. */
  readonly isMerged: boolean;
  readonly limits: Limits;
  readonly sentences: readonly string[];
}

/** `earlier`: what conditions read of earlier rows, as SQL; `within`: as it is written. */
export function keepingOf(
  operator: MatchOperator,
  limits: Limits,
  earlier: readonly string[],
  within: string | null,
): Keeping {
  const { terms, plan, matcher } = operator;
  const { lookback, keepsRows, keepsKeys } = terms;
  const { rowOnly, readsMatchNumber } = matcher.conditions;
  const isWindow = AnyOperator.takes(plan, terms.input);
  const isMerged = isWindow || (rowOnly.every(Boolean) && !readsMatchNumber && plan.skip.mode !== 'no_skip');
  const isTable = isMerged && plan.variables.length <= MOST_VARIABLES;
  return {
    ...{ within: plan.within, lookback, keepsRows, keepsKeys, isMerged, limits },
    sentences: [
      duration(plan, within),
      isWindow
        ? 'The rows that a match can take are kept once, however many partial matches there are: what a row completes is listed, and the rest counted, from them.'
        : plan.skip.mode === 'no_skip'
          ? 'Every distinct set of labelled rows is a partial match of its own.'
          : isMerged
            ? `Conditions read the row alone: what matters of a start is its states${isTable ? ', and one look into a table moves all of them' : ''}.`
            : `Of each partial match is kept what conditions can still read of its rows: ${earlier.join(', ') || 'nothing'}. Those that agree in it are one.`,
      rows(operator),
      ...(terms.input === 'bounded' ? [] : [keys(operator)]),
      `At most ${shown(limits.partialMatchesPerKey)} ${isWindow ? 'such rows' : 'partial matches'} a key, ${shown(limits.partialMatchesPerRule)} for the rule and ${shown(limits.keysPerRule)} keys: past that the oldest are dropped, and counted.`,
      ...(plan.skip.mode === 'no_skip'
        ? [
            `At most ${shown(limits.matchesPerRow)} matches come of one row, of ${shown(limits.matchedRowsPerRow)} rows together: the rest are counted.`,
          ]
        : []),
    ],
  };
}

function duration({ within }: MatchPlan, text: string | null): string {
  if (within === null) return 'Without WITHIN a partial match is kept until a row of its key ends it.';
  return `A partial match is kept until the watermark is past its first row's time plus ${text ?? within}.`;
}

function keys(operator: MatchOperator): string {
  return operator.terms.keepsKeys
    ? `State of a key stays when it has no partial match: ${whyKeysStay(operator)}.`
    : 'A key without a partial match takes no memory.';
}

function rows({ terms, plan }: MatchOperator): string {
  if (terms.input === 'bounded') return 'All rows are kept: the input is read to its end.';
  if (!terms.keepsRows) return 'Of the rows of a key only those with a label are kept.';
  const before = terms.lookback === 0 ? '' : `, and ${terms.lookback} before it`;
  return plan.skip.mode === 'no_skip' || terms.discipline !== 'sequential'
    ? `All rows of a key are kept from its earliest start on${before}.`
    : `All rows of a key are kept from the start that is being tried on${before}.`;
}

function shown(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
