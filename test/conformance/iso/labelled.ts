import type { Case } from '../published.js';

/**
 * A pattern over rows that each say which variables they can take (`a ab b`), with the labels of each match in order; null is
 * an empty match. The labels were worked out by hand from ISO/IEC 9075-2:2016, 7.9 and 9.41 (as ISO/IEC TR 19075-5 explains them).
 */
export type Labelled = readonly [rows: string, clauses: string, labels: readonly (string | null)[]];

/** `clauses`: a PATTERN's text, or clauses from AFTER MATCH on that have a PATTERN. */
export function labelled([rows, clauses, labels]: Labelled): Case {
  const hasPattern = clauses.includes('PATTERN');
  const text = hasPattern ? clauses : `PATTERN (${clauses})`;
  const variables = [...new Set(/PATTERN (\(.*\))/.exec(text)![1]!.match(/\b[A-E]\b/g) ?? [])];
  const conditions = variables.map((name) => `${name} AS v LIKE '%${name.toLowerCase()}%'`);
  return {
    name: `${clauses} over ${rows}`,
    on: `id:TIMESTAMP v\n${rows
      .split(' ')
      .map((v, i) => `${i + 1} ${v}`)
      .join('\n')}`,
    rule: `SELECT labels FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES ARRAY_AGG(CLASSIFIER()) AS labels
      ${text}
      ${conditions.length > 0 ? `DEFINE ${conditions.join(', ')}` : ''})`,
    gives: `labels\n${labels.map((each) => (each === null ? 'null' : JSON.stringify([...each]))).join('\n')}`,
    ...(clauses.includes('$') ? {} : { eventTime: 'id' }),
  };
}
