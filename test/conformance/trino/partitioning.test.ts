import { published } from '../published.js';

published('Trino tests, TestRowPatternMatching, partitions and order', [
  {
    name: 'several partitions, rows in any order',
    on: `
      id part value
      1 p1 90
      2 p1 80
      6 p1 80
      2 p2 20
      2 p3 60
      1 p3 50
      3 p1 70
      4 p1 80
      5 p1 90
      1 p2 20
      3 p3 70
      3 p2 10`,
    rule: `SELECT m.part AS partition, m.id AS row_id, m.match, m.val, m.label
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES
          match_number() AS match,
          PREV(RUNNING LAST(value)) AS val,
          classifier() AS label
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (B+)
        DEFINE B AS B.value < PREV (B.value)
      ) AS m`,
    gives: `
      partition row_id match val label
      p1 2 1 90 B
      p1 3 1 80 B
      p1 6 2 90 B
      p2 3 1 20 B`,
    anyOrder: true,
  },
  {
    name: 'no rows',
    on: 'id:BIGINT part:VARCHAR value:BIGINT',
    rule: `SELECT m.part AS partition, m.id AS row_id, m.match, m.val, m.label
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES match_number() AS match, PREV(RUNNING LAST(value)) AS val, classifier() AS label
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (B+)
        DEFINE B AS B.value < PREV (B.value)
      ) AS m`,
    gives: '',
  },
  {
    name: 'no partitions, rows in any order',
    on: `
      id value
      5 10
      2 90
      1 80
      4 20
      3 30`,
    rule: `SELECT m.id AS row_id, m.match, m.val, m.label
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES match_number() AS match, RUNNING LAST(value) AS val, classifier() AS label
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (B+)
        DEFINE B AS B.value < PREV (B.value)
      ) AS m`,
    gives: `
      row_id match val label
      3 1 30 B
      4 1 20 B
      5 1 10 B`,
  },
  {
    name: 'no measures',
    on: `
      id part value
      5 p2 10
      2 p1 90
      1 p1 80
      4 p2 20
      3 p1 30`,
    rule: `SELECT m.id AS row_id, m.part AS partition
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (B+)
        DEFINE B AS B.value < PREV (B.value)
      ) AS m`,
    gives: `
      row_id partition
      3 p1
      5 p2`,
    anyOrder: true,
  },
]);
