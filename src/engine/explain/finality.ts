import type { MatchPlan } from '../../language/plan.js';
import type { MatchOperator, Terms } from '../match/operator.js';
import { nameOf } from './sql.js';
import { type Wait, waitsOf } from './waits.js';

/** When a match is complete, what makes it wait then, and when it is out (`language.md` 19). */
export interface Finality {
  readonly discipline: Terms['discipline'];
  /** `row`: with the last row that it labels; `deadline`: when WITHIN has passed with nothing that must be absent. */
  readonly completes: 'row' | 'deadline';
  /** What a complete match can wait for; null: the pattern is too large to say. */
  readonly waits: readonly Wait[] | null;
  readonly sentences: readonly string[];
}

export function finalityOf({ plan, matcher, terms }: MatchOperator, within: string | null): Finality {
  const completes = plan.absentAfter.length > 0 ? 'deadline' : 'row';
  const isPreferred = matcher.completion === 'preferred' && completes === 'row';
  const waits = isPreferred ? waitsOf(plan, matcher) : [];
  return {
    discipline: terms.discipline,
    completes,
    waits,
    sentences: [
      completion(plan, waits, within),
      ORDER[terms.discipline],
      ...(plan.orderBy.length > 0 && terms.input === 'stream'
        ? ['ORDER BY puts rows of one event time in order: a row waits until the watermark is past its time.']
        : []),
      ...(within === null || completes === 'deadline'
        ? []
        : [
            `WITHIN ends what has not matched: when the watermark is past the first row's time plus ${within}.`,
          ]),
      ...(plan.timedOut ? ['What never completed is given out then, with the status TIMED OUT.'] : []),
    ],
  };
}

function completion(
  { absentAfter, variables, emitEarliest, skip }: MatchPlan,
  waits: readonly Wait[] | null,
  within: string | null,
): string {
  if (absentAfter.length > 0) {
    const names = absentAfter.map((each) => nameOf(variables[each]?.name ?? '?')).join(' or ');
    return `A match is complete, and final, when the watermark is past the first row's time plus ${within ?? 'WITHIN'} and no ${names} came.`;
  }
  if (emitEarliest) return 'EMIT EARLIEST: a match is final at the first row that completes it.';
  if (skip.mode === 'no_skip') return 'NO SKIP: every match is final on the row that completes it.';
  const until = within === null ? '' : ', or when WITHIN is over';
  if (waits === null)
    return `A match is final when nothing that is preferred to it can come any more${until}.`;
  if (waits.length === 0)
    return 'A match is final on the row that completes it: nothing can be preferred to it.';
  const what = waits.map((wait) => WAITS[wait]).join(', or ');
  return `A complete match waits as long as ${what}; it is final when that has failed${until}.`;
}

const WAITS: Readonly<Record<Wait, string>> = {
  longer: 'further rows can make it longer',
  preferred: 'another way, which the pattern prefers, is still open',
};

const ORDER: Readonly<Record<Terms['discipline'], string>> = {
  independent: 'SKIP TO NEXT ROW: the starts of a key do not wait for each other.',
  front:
    'The starts of a key are decided in the order of their rows: a complete match is held while an earlier start of its key can still become one.',
  sequential:
    'A condition reads MATCH_NUMBER(): a start of a key is tried when the one before it is decided.',
  earliest: 'The starts of a key do not wait for each other: what completes first is out first.',
  any: 'The starts of a key do not wait for each other.',
};
