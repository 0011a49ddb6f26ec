/** Why each warning is given, at more length than its message: what the rule will do, by the code of the diagnostic. */
const REASONS: Readonly<Record<string, string>> = {
  never_true:
    'A condition is asked with the row already labelled, and a comparison with NULL is neither true nor false: such a condition is true of no row, so that no match can take it.',
  unbounded_pattern:
    'A partial match is kept until a row ends it or its deadline has passed. Without WITHIN, and with a part of the pattern that can go on for ever, nothing but the limits of the rule ends it: past them the oldest are dropped.',
  greedy_gap_loop:
    'A greedy loop prefers one more round, and with a gap in it any later row can be the next one: the match is over only when WITHIN is.',
  greedy_end:
    'The longer match is preferred, and whether there is one is known only when a row comes that does not fit, or WITHIN is over: until then the alert waits.',
  held_match:
    'Matches of a key come in the order of their first rows, and one that begins earlier takes the rows of a later one. As long as an earlier start can still match, the later one is not final.',
  counted_gap_loop:
    'With a gap each row of the kind can be taken or passed over, and where a condition reads earlier rows it matters which: for each start and each number of rounds so far there is a partial match. So many rounds need as many rows, which are as many starts, and the product is more than one key may hold. The oldest go first, and they are those that were nearest to a match.',
  undeclared_stream:
    'Of a stream without a declaration no column is known: a name that is spelled wrong reads as NULL, the event time is the arrival, and values are compared only with those of their own JSON type.',
};

/** Null for a code that needs no more words than its message. */
export function warningReason(code: string): string | null {
  return Object.hasOwn(REASONS, code) ? (REASONS[code] ?? null) : null;
}
