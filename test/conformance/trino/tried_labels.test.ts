import { type Case, published } from '../published.js';
import { PARTS, rows } from './shown_rows.js';

const CONSTANT = `
  id part value
  1 p1 1
  2 p1 1
  3 p1 1
  4 p1 1
  5 p1 1
  1 p2 2
  2 p2 2
  3 p2 2
  4 p2 2
  5 p2 2`;

const RISING = `
  id part value
  1 p1 1
  2 p1 2
  3 p1 3
  4 p1 4
  5 p1 5
  1 p2 2
  2 p2 4
  3 p2 6
  4 p2 8
  5 p2 10`;

const IN_TRIPLES = `
  partition row_id running_sum
  p1 1 1
  p1 2 2
  p1 3 3
  p1 4 1
  p1 5 2
  p1 6 3
  p2 1 10
  p2 2 20
  p2 3 30
  p3 1 100
  p3 2 200
  p3 3 300`;

const FROM_FIVE_ON = (value: string): string => `
  partition row_id classy ${value}
  p1 1 B 1
  p1 2 B 2
  p1 3 B 3
  p1 4 B 4
  p1 5 A 5
  p2 1 B 2
  p2 2 B 4
  p2 3 A 6
  p2 4 A 8
  p2 5 A 10`;

function inTriples(condition: string): Case {
  return {
    name: `a label that is tried and dropped: ${condition}`,
    on: PARTS,
    rule: `SELECT m.part AS partition, m.id AS row_id, m.running_sum
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES RUNNING sum(value) AS running_sum
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (B (A | B) B)
        DEFINE A AS ${condition}
      ) AS m`,
    gives: IN_TRIPLES,
    anyOrder: true,
  };
}

function fromFiveOn(on: string, measure: string, condition: string): Case {
  return {
    name: `a label that is tried and dropped: ${condition}`,
    on,
    rule: `SELECT m.part AS partition, m.id AS row_id, m.classy, m.measure
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES RUNNING ${measure}(value) AS measure, CLASSIFIER() AS classy
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN ((A | B)*)
        DEFINE A AS ${condition}
      ) AS m`,
    gives: FROM_FIVE_ON('measure'),
    anyOrder: true,
  };
}

published('Trino tests, TestAggregationsInRowPatternMatching, labels that are tried', [
  rows(
    'an average of the other variable',
    `id value
    1 4
    2 6
    3 0`,
    'RUNNING avg(B.value) AS running_avg_B, CLASSIFIER() AS classy',
    'PATTERN ((A | B)*) DEFINE A AS avg(B.value) = 5',
    `id classy running_avg_B
    1 B 4
    2 B 5
    3 A 5`,
  ),
  rows(
    'an average of the variable itself, with the row that is tried',
    `id value
    1 4
    2 6
    3 0
    4 5`,
    'RUNNING avg(A.value) AS running_avg_A, CLASSIFIER() AS classy',
    'PATTERN ((A | B)*) DEFINE A AS avg(A.value) = 5',
    `id classy running_avg_A
    1 B null
    2 B null
    3 B null
    4 A 5`,
  ),
  inTriples('sum(value) > 1000'),
  // Published with arbitrary(), which is ANY_VALUE.
  inTriples('any_value(value) > 1000'),
  fromFiveOn(CONSTANT, 'sum', 'sum(value) > 4'),
  fromFiveOn(RISING, 'max', 'max(value) > 4'),
  fromFiveOn(RISING, 'max', 'max(value + MATCH_NUMBER()) > 5'),
]);
