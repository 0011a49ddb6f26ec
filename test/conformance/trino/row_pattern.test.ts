import { published } from '../published.js';

const V_SHAPES = `
  id value
  1 90
  2 80
  3 70
  4 80
  5 90
  6 50
  7 40
  8 60`;

const DESCENT = `
  id value
  1 90
  2 80
  3 70
  4 70`;

/** A rule with the given PATTERN and DEFINE over rows that descend. */
function descent(patternAndDefine: string): string {
  return `SELECT m.id AS row_id, m.match, m.val, m.label
    FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES match_number() AS match, RUNNING LAST(value) AS val, classifier() AS label
      ALL ROWS PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      ${patternAndDefine}
    ) AS m`;
}

const LABELS = 'row_id match val label';

published('Trino tests, TestRowPatternMatching', [
  {
    name: 'rows fall, then rise',
    on: V_SHAPES,
    rule: `SELECT m.id, m.match, m.val, m.label
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES MATCH_NUMBER() AS match, RUNNING LAST(value) AS val, CLASSIFIER() AS label
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (A B+ C+)
        DEFINE /* A defaults to true */
          B AS B.value < PREV (B.value),
          C AS C.value > PREV (C.value)
      ) AS m`,
    gives: `
      id match val label
      1 1 90 A
      2 1 80 B
      3 1 70 B
      4 1 80 C
      5 1 90 C
      6 2 50 A
      7 2 40 B
      8 2 60 C`,
  },
  {
    name: 'the empty pattern is preferred',
    on: DESCENT,
    rule: descent('PATTERN (() | A) DEFINE A AS true'),
    gives: `
      ${LABELS}
      1 1 null null
      2 2 null null
      3 3 null null
      4 4 null null`,
  },
  {
    name: 'a partition starts',
    on: DESCENT,
    rule: descent('PATTERN (^A) DEFINE A AS true'),
    gives: `
      ${LABELS}
      1 1 90 A`,
  },
  {
    name: 'a partition does not start behind a row',
    on: DESCENT,
    rule: descent('PATTERN (A^) DEFINE A AS true'),
    gives: LABELS,
  },
  {
    name: 'a partition does not start twice',
    on: DESCENT,
    rule: descent('PATTERN (^A^) DEFINE A AS true'),
    gives: LABELS,
  },
  {
    name: 'a partition ends',
    on: DESCENT,
    rule: descent('PATTERN (A$) DEFINE A AS true'),
    gives: `
      ${LABELS}
      4 1 70 A`,
  },
  {
    name: 'a partition does not end before a row',
    on: DESCENT,
    rule: descent('PATTERN ($A) DEFINE A AS true'),
    gives: LABELS,
  },
  {
    name: 'a partition does not end twice',
    on: DESCENT,
    rule: descent('PATTERN ($A$) DEFINE A AS true'),
    gives: LABELS,
  },
  {
    name: 'concatenation',
    on: DESCENT,
    rule: descent('PATTERN (A B C) DEFINE B AS B.value < PREV (B.value), C AS C.value = PREV (C.value)'),
    gives: `
      ${LABELS}
      2 1 80 A
      3 1 70 B
      4 1 70 C`,
  },
  {
    name: 'alternation prefers the first branch that fits',
    on: DESCENT,
    rule: descent('PATTERN (B | C | A) DEFINE B AS B.value < PREV (B.value), C AS C.value <= PREV (C.value)'),
    gives: `
      ${LABELS}
      1 1 90 A
      2 2 80 B
      3 3 70 B
      4 4 70 C`,
  },
  {
    name: 'permutation prefers the order of its list',
    on: DESCENT,
    rule: descent(
      'PATTERN (PERMUTE(B, C)) DEFINE B AS B.value < PREV (B.value), C AS C.value < PREV (C.value)',
    ),
    gives: `
      ${LABELS}
      2 1 80 B
      3 1 70 C`,
  },
  {
    name: 'groups',
    on: DESCENT,
    rule: descent(
      'PATTERN (((A) (B (C)))) DEFINE B AS B.value < PREV (B.value), C AS C.value = PREV (C.value)',
    ),
    gives: `
      ${LABELS}
      2 1 80 A
      3 1 70 B
      4 1 70 C`,
  },
  {
    name: 'a condition refers to the row of A',
    on: `
      value
      1
      1`,
    rule: `SELECT value, classy FROM t MATCH_RECOGNIZE (
      MEASURES CLASSIFIER() AS classy
      ALL ROWS PER MATCH
      PATTERN ((A | B)* X)
      DEFINE X AS value = A.value)`,
    gives: `
      value classy
      1 A
      1 X`,
  },
  {
    name: 'a condition refers to the row of B',
    on: `
      value
      1
      1`,
    rule: `SELECT value, classy FROM t MATCH_RECOGNIZE (
      MEASURES CLASSIFIER() AS classy
      ALL ROWS PER MATCH
      PATTERN ((A | B)* X)
      DEFINE X AS value = B.value)`,
    gives: `
      value classy
      1 B
      1 X`,
  },
  {
    name: 'a condition refers to the values of A and of B',
    on: `
      value
      1
      2
      3
      4
      5
      6`,
    rule: `SELECT value, classy, defining_condition FROM t MATCH_RECOGNIZE (
      ORDER BY value
      MEASURES
        CLASSIFIER() AS classy,
        PREV(LAST(A.value), 3) + FIRST(A.value) + PREV(LAST(B.value), 2) AS defining_condition
      ALL ROWS PER MATCH
      PATTERN ((A | B)* X)
      DEFINE X AS value = PREV(LAST(A.value), 3) + FIRST(A.value) + PREV(LAST(B.value), 2))`,
    gives: `
      value classy defining_condition
      1 B null
      2 A null
      3 A null
      4 A null
      5 B 6
      6 X 6`,
  },
  {
    name: 'a condition refers to the labels of A and of B',
    on: `
      value
      1
      2
      3
      4
      5`,
    rule: `SELECT value, classy, defining_condition FROM t MATCH_RECOGNIZE (
      ORDER BY value
      MEASURES
        CLASSIFIER() AS classy,
        PREV(CLASSIFIER(U), 1) = 'A' AND LAST(CLASSIFIER(), 3) = 'B' AND FIRST(CLASSIFIER(U)) = 'B' AS defining_condition
      ALL ROWS PER MATCH
      PATTERN ((A | B)* X $)
      SUBSET U = (A, B)
      DEFINE X AS PREV(CLASSIFIER(U), 1) = 'A' AND LAST(CLASSIFIER(), 3) = 'B' AND FIRST(CLASSIFIER(U)) = 'B')`,
    gives: `
      value classy defining_condition
      1 B null
      2 B false
      3 A false
      4 A true
      5 X true`,
  },
  {
    name: 'union variables',
    on: `
      id value
      1 90
      2 80
      3 70
      4 80`,
    rule: `SELECT m.id, m.match, m.val, m.lower_or_higher, m.label
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES
          match_number() AS match,
          RUNNING LAST(value) AS val,
          classifier(U) AS lower_or_higher,
          classifier(W) AS label
        ALL ROWS PER MATCH
        PATTERN ((L | H) A)
        SUBSET U = (L, H), W = (A, L, H)
        DEFINE A AS A.value = 80, L AS L.value < 80, H AS H.value > 80
      ) AS m`,
    gives: `
      id match val lower_or_higher label
      1 1 90 H H
      2 1 80 H A
      3 2 70 L L
      4 2 80 L A`,
  },
  {
    name: 'scalar functions in MEASURES and DEFINE',
    on: `
      id value
      1 90
      2 80
      3 60`,
    rule: `SELECT m.id, m.label
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES CAST(lower(LAST(CLASSIFIER())) || '_label' AS varchar(7)) AS label
        ALL ROWS PER MATCH
        PATTERN (A B+)
        DEFINE B AS B.value + 10 < abs(PREV (B.value))
      ) AS m`,
    gives: `
      id label
      2 a_label
      3 b_label`,
  },
  ...[
    ['FIRST(A.value) IN (300, LAST(A.value))', 'false false true true'],
    ["CLASSIFIER() IN ('X', lower(CLASSIFIER()))", 'false false false false'],
    ['MATCH_NUMBER() IN (0, MATCH_NUMBER())', 'true true true true'],
  ].map(([measure = '', values = '']) => ({
    name: `a measure ${measure}`,
    on: `
      id value
      1 100
      2 200
      3 300
      4 400`,
    rule: `SELECT m.val FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES ${measure} AS val
      ONE ROW PER MATCH
      AFTER MATCH SKIP TO NEXT ROW
      PATTERN (A+)
      DEFINE A AS true) AS m`,
    gives: `val\n${values.replaceAll(' ', '\n')}`,
  })),
  {
    name: 'nested loops that find nothing',
    on: `value\n${'1\n'.repeat(20)}`,
    rule: `SELECT m.classy FROM t MATCH_RECOGNIZE (
      MEASURES CLASSIFIER() AS classy
      PATTERN ((A+)+ B)
      DEFINE A AS value = 1, B AS value = 2) AS m`,
    gives: 'classy',
  },
  {
    name: 'the last of 512 ways is the one',
    on: `
      value
      1
      2
      3
      4
      5
      6
      7
      8
      9`,
    rule: `SELECT m.classy FROM t MATCH_RECOGNIZE (
      ORDER BY value
      MEASURES CLASSIFIER() AS classy
      ALL ROWS PER MATCH
      PATTERN ((A | B)+ LAST)
      DEFINE LAST AS FIRST(CLASSIFIER()) = 'B' AND
        FIRST(CLASSIFIER(), 1) = 'B' AND
        FIRST(CLASSIFIER(), 2) = 'B' AND
        FIRST(CLASSIFIER(), 3) = 'B' AND
        FIRST(CLASSIFIER(), 4) = 'B' AND
        FIRST(CLASSIFIER(), 5) = 'B' AND
        FIRST(CLASSIFIER(), 6) = 'B' AND
        FIRST(CLASSIFIER(), 7) = 'B') AS m`,
    gives: `
      classy
      B
      B
      B
      B
      B
      B
      B
      B
      LAST`,
  },
]);
