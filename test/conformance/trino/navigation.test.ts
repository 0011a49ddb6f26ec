import { type Case, published } from '../published.js';

const MEASURES: readonly (readonly [measure: string, one: unknown, two: unknown, three: unknown])[] = [
  ['value', 10, 20, 30],
  ['LAST(value)', 10, 20, 30],
  ['RUNNING LAST(value)', 10, 20, 30],
  ['FINAL LAST(value)', 30, 30, 30],
  ['FIRST(value)', 10, 10, 10],
  ['RUNNING FIRST(value)', 10, 10, 10],
  ['FINAL FIRST(value)', 10, 10, 10],
  ['FINAL LAST(value, 2)', 10, 10, 10],
  // Trino publishes 30 for each row: it looks for FIRST past the current row. Running, ISO does not (language.md 3.5).
  ['FIRST(value, 2)', null, null, 30],
  ['FINAL FIRST(value, 2)', 30, 30, 30],
  ['LAST(value, 10)', null, null, null],
  ['FIRST(value, 10)', null, null, null],
  ['PREV(value)', null, 10, 20],
  ['NEXT(value)', 20, 30, null],
  ['NEXT(FIRST(value), 2)', 30, 30, 30],
  ['NEXT(FIRST(value), 10)', null, null, null],
  ['PREV(FIRST(value), 10)', null, null, null],
  ['PREV(FIRST(value, 10), 2)', null, null, null],
  ['PREV(LAST(value, 10), 2)', null, null, null],
];

published(
  'Trino tests, TestRowPatternMatching, navigation',
  MEASURES.map(
    ([measure, ...values]): Case => ({
      name: measure,
      on: `
        id value
        1 10
        2 20
        3 30`,
      rule: `SELECT m.id, m.measure FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES ${measure} AS measure
        ALL ROWS PER MATCH
        PATTERN (A+)
        DEFINE A AS true) AS m`,
      gives: `id measure\n${values.map((value, i) => `${i + 1} ${value}`).join('\n')}`,
    }),
  ),
);

const OUTSIDE: readonly (readonly [measure: string, value: unknown])[] = [
  ['PREV(B.value, 4)', null],
  ['PREV(B.value, 3)', 10],
  ['PREV(B.value, 2)', 20],
  ['NEXT(B.value, 1)', 40],
  ['NEXT(B.value, 2)', null],
];

published(
  'Trino tests, TestRowPatternMatching, navigation out of the match',
  OUTSIDE.map(
    ([measure, value]): Case => ({
      name: measure,
      on: `
        id value
        1 10
        2 20
        3 30
        4 30
        5 40`,
      rule: `SELECT m.measure FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES ${measure} AS measure
        ONE ROW PER MATCH
        PATTERN (A B)
        DEFINE B AS B.value = PREV(B.value)) AS m`,
      gives: `measure\n${value}`,
    }),
  ),
);

const VALUES = `
  id value
  1 90
  2 80
  3 70
  4 80`;

published('Trino tests, TestRowPatternMatching, labels', [
  {
    name: 'the label of the row after the current one is known in MEASURES',
    on: VALUES,
    rule: `SELECT m.id, m.value, m.label, m.next_label FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES CLASSIFIER() AS label, NEXT(CLASSIFIER()) AS next_label
      ALL ROWS PER MATCH
      PATTERN (A B+ C+)
      DEFINE B AS B.value < PREV(B.value), C AS C.value > PREV(C.value)) AS m`,
    gives: `
      id value label next_label
      1 90 A B
      2 80 B B
      3 70 B C
      4 80 C null`,
  },
  {
    name: 'the label of the row after the current one is not known in DEFINE',
    on: VALUES,
    rule: `SELECT m.id, m.val FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES value AS val
      ALL ROWS PER MATCH
      PATTERN (A+)
      DEFINE A AS NEXT(CLASSIFIER()) = 'A') AS m`,
    gives: 'id val',
  },
  {
    name: 'a quoted variable keeps its case (unquoted ones keep theirs too here, language.md 2)',
    on: VALUES,
    rule: `SELECT m.id, m.label FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES CLASSIFIER() AS label
      ALL ROWS PER MATCH
      PATTERN (a "b"+ C+)
      DEFINE "b" AS "b".value < PREV("b".value), C AS C.value > PREV(C.value)) AS m`,
    gives: `
      id label
      1 a
      2 b
      3 b
      4 C`,
  },
  {
    name: 'RUNNING and FINAL',
    on: `
      id value
      1 90
      2 80
      3 70
      4 100
      5 200`,
    rule: `SELECT id, label, final_label, running_value, final_value, A_running_value, A_final_value,
        B_running_value, B_final_value, C_running_value, C_final_value
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES
          CLASSIFIER() AS label,
          FINAL LAST(CLASSIFIER()) AS final_label,
          RUNNING LAST(value) AS running_value,
          FINAL LAST(value) AS final_value,
          RUNNING LAST(A.value) AS A_running_value,
          FINAL LAST(A.value) AS A_final_value,
          RUNNING LAST(B.value) AS B_running_value,
          FINAL LAST(B.value) AS B_final_value,
          RUNNING LAST(C.value) AS C_running_value,
          FINAL LAST(C.value) AS C_final_value
        ALL ROWS PER MATCH
        PATTERN (A B+ C+)
        DEFINE B AS B.value < PREV (B.value), C AS C.value > PREV (C.value))`,
    gives: `
      id label final_label running_value final_value A_running_value A_final_value B_running_value B_final_value C_running_value C_final_value
      1 A C 90 200 90 90 null 70 null 200
      2 B C 80 200 90 90 80 70 null 200
      3 B C 70 200 90 90 70 70 null 200
      4 C C 100 200 90 90 70 70 100 200
      5 C C 200 200 90 90 70 70 200 200`,
  },
]);
