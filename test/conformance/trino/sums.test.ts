import { published } from '../published.js';
import { ONE_TO_EIGHT, rows } from './shown_rows.js';

published('Trino tests, TestAggregationsInRowPatternMatching, conditions over sums', [
  rows(
    'sums that balance',
    `id value
    1 4
    2 6
    3 10
    4 1
    5 1
    6 1
    7 10
    8 5
    9 1`,
    'RUNNING sum(A.value) AS running_sum_A, RUNNING sum(B.value) AS running_sum_B, CLASSIFIER() AS classy',
    'PATTERN ((A | B)*) DEFINE A AS sum(A.value) - A.value <= sum(B.value)',
    `id classy running_sum_A running_sum_B
    1 B null 4
    2 A 6 4
    3 B 6 14
    4 A 7 14
    5 A 8 14
    6 A 9 14
    7 A 19 14
    8 B 19 19
    9 A 20 19`,
  ),
  {
    name: 'the length of periods',
    on: `
      user_id minute_of_the_day
      1 3
      1 4
      1 5
      1 8
      1 9
      2 2
      2 3
      2 4`,
    rule: `SELECT user_id, CAST(periods_total AS integer) AS periods_total
      FROM t MATCH_RECOGNIZE (
        PARTITION BY user_id
        ORDER BY minute_of_the_day
        MEASURES COALESCE(sum(C.minute_of_the_day) - sum(A.minute_of_the_day), 0) AS periods_total
        ONE ROW PER MATCH
        PATTERN ((A B* C | D)*)
        DEFINE
          B AS minute_of_the_day = PREV(minute_of_the_day) + 1,
          C AS minute_of_the_day = PREV(minute_of_the_day) + 1)`,
    gives: `
      user_id periods_total
      1 3
      2 2`,
    anyOrder: true,
  },
  rows(
    'two subsets of one sum',
    ONE_TO_EIGHT,
    'RUNNING array_agg(CLASSIFIER()) AS running_labels',
    `PATTERN (^(A | B)* (LAST_A | LAST_B)$)
     DEFINE LAST_A AS sum(A.id) + id = sum(B.id), LAST_B AS sum(B.id) + id = sum(A.id)`,
    `id running_labels
    1 ["A"]
    2 ["A","A"]
    3 ["A","A","A"]
    4 ["A","A","A","A"]
    5 ["A","A","A","A","B"]
    6 ["A","A","A","A","B","B"]
    7 ["A","A","A","A","B","B","B"]
    8 ["A","A","A","A","B","B","B","LAST_A"]`,
  ),
  rows(
    'three subsets of one sum',
    'id\n1\n2\n3\n4\n5\n6',
    'RUNNING array_agg(CLASSIFIER()) AS running_labels',
    `PATTERN (^(A | B | C)* (LAST_A | LAST_B | LAST_C)$)
     DEFINE
       LAST_A AS sum(A.id) + id = sum(B.id) AND sum(B.id) = sum(C.id),
       LAST_B AS sum(B.id) + id = sum(A.id) AND sum(A.id) = sum(C.id),
       LAST_C AS sum(C.id) + id = sum(A.id) AND sum(A.id) = sum(B.id)`,
    `id running_labels
    1 ["A"]
    2 ["A","B"]
    3 ["A","B","C"]
    4 ["A","B","C","C"]
    5 ["A","B","C","C","B"]
    6 ["A","B","C","C","B","LAST_A"]`,
  ),
  {
    name: 'two aggregates of labels and numbers in each condition',
    on: ONE_TO_EIGHT,
    rule: `SELECT m.match_no, m.labels
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES MATCH_NUMBER() AS match_no, array_agg(CLASSIFIER()) AS labels
        ONE ROW PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN ((A | B){4})
        DEFINE
          A AS max(id - 2 * MATCH_NUMBER()) > 1 AND max(CLASSIFIER()) = 'B',
          B AS min(lower(CLASSIFIER())) = 'b' OR min(MATCH_NUMBER() + 100) < 0
      ) AS m`,
    gives: `
      match_no labels
      1 ["B","B","B","A"]
      2 ["B","A","A","A"]`,
  },
  rows(
    'aggregates of labels and numbers, running and final',
    ONE_TO_EIGHT,
    `MATCH_NUMBER() AS match,
     RUNNING array_agg(CLASSIFIER()) AS running_labels,
     FINAL array_agg(lower(CLASSIFIER())) AS final_labels,
     RUNNING sum(MATCH_NUMBER() * 100) AS running_match,
     FINAL sum(-MATCH_NUMBER()) AS final_match`,
    'PATTERN (A B C D) DEFINE A AS true',
    `id match running_labels final_labels running_match final_match
    1 1 ["A"] ["a","b","c","d"] 100 -4
    2 1 ["A","B"] ["a","b","c","d"] 200 -4
    3 1 ["A","B","C"] ["a","b","c","d"] 300 -4
    4 1 ["A","B","C","D"] ["a","b","c","d"] 400 -4
    5 2 ["A"] ["a","b","c","d"] 200 -8
    6 2 ["A","B"] ["a","b","c","d"] 400 -8
    7 2 ["A","B","C"] ["a","b","c","d"] 600 -8
    8 2 ["A","B","C","D"] ["a","b","c","d"] 800 -8`,
  ),
]);
