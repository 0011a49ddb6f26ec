import { type Case, published } from '../published.js';

const ROWS = `
  id v
  1 10
  2 20
  3 30
  4 40
  5 50
  6 60`;

/** What a measure gives over rows 2 to 5, A A B A, of six. */
function measure([expression, ...values]: readonly [string, ...unknown[]]): Case {
  return {
    name: `the measure ${expression}`,
    on: ROWS,
    rule: `SELECT id, m FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES ${expression} AS m
      ALL ROWS PER MATCH
      PATTERN (A A B A C*)
      DEFINE A AS id BETWEEN 2 AND 5, B AS id = 4, C AS false)`,
    gives: `id m\n${values.map((value, i) => `${i + 2} ${value}`).join('\n')}`,
  };
}

const MEASURES: readonly (readonly [string, ...unknown[]])[] = [
  ['v', 20, 30, 40, 50],
  ['A.v', 20, 30, 30, 50],
  ['B.v', null, null, 40, 40],
  ['C.v', null, null, null, null],
  ['FIRST(A.v, 1)', null, 30, 30, 30],
  ['FINAL FIRST(A.v, 2)', 50, 50, 50, 50],
  ['LAST(A.v, 1)', null, 20, 20, 30],
  ['FINAL LAST(A.v, 1)', 30, 30, 30, 30],
  ['PREV(v, 0)', 20, 30, 40, 50],
  ['PREV(v, 2)', null, 10, 20, 30],
  ['PREV(A.v)', 10, 20, 20, 40],
  ['NEXT(A.v)', 30, 40, 40, 60],
  ['NEXT(B.v, 2)', null, null, 60, 60],
  ['PREV(FIRST(A.v))', 10, 10, 10, 10],
  ['NEXT(FIRST(A.v, 1), 2)', null, 50, 50, 50],
  ['PREV(LAST(B.v, 0), 3)', null, null, 10, 10],
  ['NEXT(FINAL LAST(v))', 60, 60, 60, 60],
  ['PREV(FIRST(B.v), 4)', null, null, null, null],
  ['CLASSIFIER()', 'A', 'A', 'B', 'A'],
  ['CLASSIFIER(A)', 'A', 'A', 'A', 'A'],
  ['CLASSIFIER(B)', null, null, 'B', 'B'],
  ['LAST(CLASSIFIER(), 1)', null, 'A', 'A', 'B'],
  ['PREV(CLASSIFIER())', null, 'A', 'A', 'B'],
  ['NEXT(CLASSIFIER(), 2)', 'B', 'A', null, null],
  ['COUNT(*)', 1, 2, 3, 4],
  ['FINAL COUNT(*)', 4, 4, 4, 4],
  ['COUNT(B.*)', 0, 0, 1, 1],
  ['SUM(A.v)', 20, 50, 50, 100],
  ['FINAL SUM(A.v) - SUM(A.v)', 80, 50, 50, 0],
  ['SUM(C.v)', null, null, null, null],
  ['COUNT(C.v)', 0, 0, 0, 0],
  ['MAX(B.v) - MIN(v)', null, null, 20, 20],
  ['SUM(A.v * 2 + 1)', 41, 102, 102, 203],
  ['LAST(A.v + 1) - FIRST(A.v + 1)', 0, 10, 10, 30],
];

published('ISO/IEC TR 19075-5, expressions of MEASURES', MEASURES.map(measure));

/** The label of the last row of three, where A and B are as the condition of X says. */
function condition([expression, labels]: readonly [string, string]): Case {
  return {
    name: `the condition ${expression}`,
    on: ROWS,
    rule: `SELECT labels FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES ARRAY_AGG(CLASSIFIER()) AS labels
      PATTERN (^ (A | B)+ X)
      DEFINE X AS ${expression})`,
    gives: labels === '' ? 'labels' : `labels\n${JSON.stringify([...labels])}`,
  };
}

const CONDITIONS: readonly (readonly [string, string])[] = [
  ['v = 60', 'AAAAAX'],
  ['v = LAST(v, 1) + 10 AND id = 3', 'AAX'],
  // The candidate is labelled already: it is the last X, and the last row of all.
  ['X.v > LAST(X.v)', ''],
  ['LAST(v) = v AND id = 2', 'AX'],
  ['COUNT(X.*) = 1 AND COUNT(*) = 3', 'AAX'],
  ['PREV(v) = 30', 'AAAX'],
  ['PREV(X.v) = 30', 'AAAX'],
  ['PREV(A.v) = 20 AND id = 5', 'AAABX'],
  ['NEXT(v) IS NULL', 'AAAAAX'],
  ['NEXT(A.v) = 40 AND id = 6', 'AAABBX'],
  ['FIRST(B.v) = 30 AND id = 5', 'AABAX'],
  ['LAST(B.v) = 30 AND id = 5', 'AABAX'],
  ['FIRST(B.v, 1) = 30 AND id = 5', 'ABBAX'],
  ['LAST(A.v, 1) = 20 AND id = 5', 'AAABX'],
  ['PREV(LAST(B.v), 2) = 20 AND id = 6', 'AAABAX'],
  ['NEXT(FIRST(B.v), 2) = 40 AND id = 6', 'ABAAAX'],
  ['SUM(B.v) = 50 AND id = 5', 'ABBAX'],
  ['SUM(B.v) IS NULL AND id = 3', 'AAX'],
  ['AVG(A.v) = 25 AND id = 5', 'AAAAX'],
  ["PREV(CLASSIFIER()) = 'B' AND id = 4", 'AABX'],
  ["PREV(CLASSIFIER(), 2) = 'B' AND id = 4", 'ABAX'],
  ["FIRST(CLASSIFIER()) = 'B' AND id = 4", 'BAAX'],
  ["NEXT(FIRST(CLASSIFIER())) = 'B' AND id = 5", 'ABAAX'],
  ["NEXT(LAST(CLASSIFIER(), 2)) = 'B' AND id = 5", 'AAABX'],
  ["NEXT(FIRST(CLASSIFIER()), 3) = 'X' AND id = 4", 'AAAX'],
  ["NEXT(CLASSIFIER(B)) = 'A' AND id = 4", ''],
  ["CLASSIFIER(B) = 'B' AND id = 3", 'ABX'],
  ['CLASSIFIER(A) IS NULL AND id = 3', 'BBX'],
];

published('ISO/IEC TR 19075-5, expressions of DEFINE', CONDITIONS.map(condition));
