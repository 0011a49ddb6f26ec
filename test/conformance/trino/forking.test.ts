import { type Case, published } from '../published.js';

/** The most preferred labels of three rows for which the condition of X holds. */
function labels(condition: string, [first, second]: string): Case {
  return {
    name: condition,
    on: 'id\n1\n2\n3',
    rule: `SELECT m.id, m.classy
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES CLASSIFIER() AS classy
        ALL ROWS PER MATCH
        PATTERN ((A | B)* X)
        DEFINE X AS ${condition}
      ) AS m`,
    gives: `id classy\n1 ${first}\n2 ${second}\n3 X`,
  };
}

published('Trino tests, TestCopyAggregationStateInRowPatternMatching', [
  labels('avg(CAST(B.id AS decimal(2, 1))) = 1e0', 'BA'),
  labels('avg(CAST(B.id AS decimal(30, 20))) = 1e0', 'BA'),
  labels('sum(CAST(B.id AS decimal(2, 1))) = 1.0', 'BA'),
  labels('sum(CAST(B.id AS decimal(30, 20))) = 1.0', 'BA'),
]);

published('Trino tests, TestExpressionRewriteInRowPatternMatching', [
  labels("PREV(CLASSIFIER()) LIKE '%B' AND count(CASE WHEN CLASSIFIER() LIKE '%A' THEN 1 END) > 0", 'AB'),
  {
    name: 'LIKE in a measure',
    on: 'id\n1\n2\n3',
    rule: `SELECT m.id, m.classy, m.measure_1
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES CLASSIFIER() AS classy, CLASSIFIER() LIKE '%X' AS measure_1
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN ((A | B)* X)
        DEFINE X AS PREV(CLASSIFIER()) LIKE '%B'
      ) AS m`,
    gives: `
      id classy measure_1
      1 A false
      2 B false
      3 X true`,
  },
]);
