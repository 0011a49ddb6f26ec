import type { Case } from '../published.js';

export const PARTS = `
  id part value
  1 p1 1
  2 p1 1
  6 p1 1
  2 p2 10
  2 p3 100
  1 p3 100
  3 p1 1
  4 p1 1
  5 p1 1
  1 p2 10
  3 p3 100
  3 p2 10`;

export const ONE_TO_EIGHT = 'id\n1\n2\n3\n4\n5\n6\n7\n8';

/** A rule over one partition, its rows all shown: `gives` has the column id, then the measures. */
export function rows(
  name: string,
  on: string,
  measures: string,
  patternAndDefine: string,
  gives: string,
): Case {
  const columns = gives.trim().split('\n')[0]!.trim().split(/\s+/);
  return {
    name,
    on,
    rule: `SELECT ${columns.map((column) => `m.${column}`).join(', ')}
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES ${measures}
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        ${patternAndDefine}
      ) AS m`,
    gives,
  };
}
