import { published } from '../published.js';
import { ONE_TO_EIGHT, PARTS, rows } from './shown_rows.js';

const LETTERS = `
  id value
  1 a
  2 b
  3 c
  4 d`;

published('Trino tests, TestAggregationsInRowPatternMatching', [
  rows(
    'a running sum',
    ONE_TO_EIGHT,
    'RUNNING sum(id) AS running_sum',
    'PATTERN (A*) DEFINE A AS true',
    'id running_sum\n1 1\n2 3\n3 6\n4 10\n5 15\n6 21\n7 28\n8 36',
  ),
  rows(
    'the running labels of a variable',
    'id\n1\n2\n3',
    'RUNNING array_agg(CLASSIFIER(A)) AS running_labels',
    'PATTERN (A*) DEFINE A AS true',
    'id running_labels\n1 ["A"]\n2 ["A","A"]\n3 ["A","A","A"]',
  ),
  rows(
    'the running labels of a union, X left out (published joined to one text)',
    ONE_TO_EIGHT,
    'RUNNING array_agg(lower(CLASSIFIER(U))) AS running_labels',
    'PATTERN (M A X X T C H "!") SUBSET U = (M, A, T, C, H, "!") DEFINE M AS true',
    `id running_labels
    1 ["m"]
    2 ["m","a"]
    3 ["m","a"]
    4 ["m","a"]
    5 ["m","a","t"]
    6 ["m","a","t","c"]
    7 ["m","a","t","c","h"]
    8 ["m","a","t","c","h","!"]`,
  ),
  {
    name: 'a rolling sum for each partition',
    on: PARTS,
    rule: `SELECT m.part AS partition, m.id AS row_id, m.running_sum
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES RUNNING sum(value) AS running_sum
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (B+)
        DEFINE B AS true
      ) AS m`,
    gives: `
      partition row_id running_sum
      p1 1 1
      p1 2 2
      p1 3 3
      p1 4 4
      p1 5 5
      p1 6 6
      p2 1 10
      p2 2 20
      p2 3 30
      p3 1 100
      p3 2 200
      p3 3 300`,
    anyOrder: true,
  },
  {
    name: 'a rolling sum for each match',
    on: PARTS,
    rule: `SELECT m.part AS partition, m.match_no, m.id AS row_id, m.running_sum
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES RUNNING sum(value) AS running_sum, MATCH_NUMBER() AS match_no
        ALL ROWS PER MATCH
        AFTER MATCH SKIP TO NEXT ROW
        PATTERN (B+)
        DEFINE B AS true
      ) AS m`,
    gives: `
      partition match_no row_id running_sum
      p1 1 1 1
      p1 1 2 2
      p1 1 3 3
      p1 1 4 4
      p1 1 5 5
      p1 1 6 6
      p1 2 2 1
      p1 2 3 2
      p1 2 4 3
      p1 2 5 4
      p1 2 6 5
      p1 3 3 1
      p1 3 4 2
      p1 3 5 3
      p1 3 6 4
      p1 4 4 1
      p1 4 5 2
      p1 4 6 3
      p1 5 5 1
      p1 5 6 2
      p1 6 6 1
      p2 1 1 10
      p2 1 2 20
      p2 1 3 30
      p2 2 2 10
      p2 2 3 20
      p2 3 3 10
      p3 1 1 100
      p3 1 2 200
      p3 1 3 300
      p3 2 2 100
      p3 2 3 200
      p3 3 3 100`,
    anyOrder: true,
  },
  {
    name: 'an argument of a column and a label',
    on: `
      part id value
      p1 1 a
      p1 2 b
      p1 3 c
      p1 4 d
      p2 1 g
      p2 2 h
      p2 3 i`,
    rule: `SELECT m.part, m.id, m.measure
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES array_agg(value || CLASSIFIER()) AS measure
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (X Y Z+)
        DEFINE X AS true
      ) AS m`,
    gives: `
      part id measure
      p1 1 ["aX"]
      p1 2 ["aX","bY"]
      p1 3 ["aX","bY","cZ"]
      p1 4 ["aX","bY","cZ","dZ"]
      p2 1 ["gX"]
      p2 2 ["gX","hY"]
      p2 3 ["gX","hY","iZ"]`,
    anyOrder: true,
  },
  rows(
    'an argument with a column twice',
    'id value\n1 a\n2 b\n3 c',
    'array_agg(value || value || CLASSIFIER()) AS measure',
    'PATTERN (X Y Z) DEFINE X AS true',
    'id measure\n1 ["aaX"]\n2 ["aaX","bbY"]\n3 ["aaX","bbY","ccZ"]',
  ),
  rows(
    'aggregates over a union variable',
    LETTERS,
    'array_agg(U.id) AS measure_1, array_agg(CLASSIFIER(U)) AS measure_2, array_agg(U.value || CLASSIFIER(U)) AS measure_3',
    'PATTERN (X Y Z Y) SUBSET U = (X, Z) DEFINE X AS true',
    `id measure_1 measure_2 measure_3
    1 [1] ["X"] ["aX"]
    2 [1] ["X"] ["aX"]
    3 [1,3] ["X","Z"] ["aX","cZ"]
    4 [1,3] ["X","Z"] ["aX","cZ"]`,
  ),
  rows(
    'count of rows',
    LETTERS,
    'count(*) AS measure_1',
    'PATTERN (X Y Z) DEFINE X AS id > 1',
    'id measure_1\n2 1\n3 2\n4 3',
  ),
  rows(
    'count of rows, running and final',
    LETTERS,
    'RUNNING count(*) AS measure_1, FINAL count(*) AS measure_2',
    'PATTERN (A B C D) DEFINE A AS true',
    'id measure_1 measure_2\n1 1 4\n2 2 4\n3 3 4\n4 4 4',
  ),
  rows(
    "count of a variable's and of a union's rows",
    LETTERS,
    'count(C.*) AS measure_1, count(U.*) AS measure_2',
    'PATTERN (A B C D) SUBSET U = (B, D) DEFINE A AS true',
    'id measure_1 measure_2\n1 0 0\n2 0 1\n3 1 1\n4 1 2',
  ),
  rows(
    'a column and a variable of one name',
    'id A\n1 p\n2 q\n3 null\n4 s',
    'CLASSIFIER() AS classy, count(A.A) AS measure_1, count(A) AS measure_2, count(A.*) AS measure_3',
    'PATTERN (A B A A) DEFINE A AS true',
    `id classy measure_1 measure_2 measure_3
    1 A 1 1 1
    2 B 1 2 1
    3 A 1 2 2
    4 A 2 3 3`,
  ),
  {
    name: 'ONE ROW PER MATCH',
    on: `
      part id value
      p1 1 a
      p1 2 b
      p1 3 c
      p1 4 d
      p1 5 e
      p1 6 f
      p2 1 g
      p2 2 h
      p2 3 i
      p2 4 j
      p2 5 k
      p2 6 l`,
    rule: `SELECT m.part, m.measure
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES array_agg(value || CLASSIFIER()) AS measure
        ONE ROW PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (X Y Z)
        DEFINE X AS true
      ) AS m`,
    gives: `
      part measure
      p1 ["aX","bY","cZ"]
      p1 ["dX","eY","fZ"]
      p2 ["gX","hY","iZ"]
      p2 ["jX","kY","lZ"]`,
    anyOrder: true,
  },
]);
