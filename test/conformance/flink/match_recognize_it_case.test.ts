import { type Case, published } from '../published.js';

/** Published with `D?` and a weighted average that is written out here. */
function aggregates(optional: string, gives: string): Case {
  return {
    name: `aggregates, with ${optional}`,
    on: `
      id name price rate weight
      1 a 1 0.8 1
      2 z 2 0.8 3
      3 b 1 0.8 2
      4 c 1 0.8 5
      5 d 4 0.1 5
      6 a 2 1.5 2
      7 b 2 0.8 3
      8 c 1 0.8 2
      9 h 4 0.8 3
      10 h 4 0.8 3
      11 h 2 0.8 3
      12 h 2 0.8 3`,
    rule: `SELECT * FROM MyTable MATCH_RECOGNIZE (
      MEASURES
        FIRST(id) AS startId,
        SUM(A.price) AS sumA,
        COUNT(D.price) AS countD,
        SUM(D.price) AS sumD,
        SUM(price * weight) / SUM(weight) AS wAvg,
        AVG(B.price) AS avgB,
        ROUND(SUM(B.price * B.rate), 6) AS sumExprB,
        LAST(id) AS endId
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A+ B+ C ${optional} E)
      DEFINE
        A AS SUM(A.price) < 6,
        B AS SUM(B.price * B.rate) < SUM(A.price) AND
          SUM(B.price * B.rate) > 0.2 AND
          SUM(B.price) >= 1 AND
          AVG(B.price) >= 1 AND
          SUM(price * weight) / SUM(weight) > 1
    ) AS T`,
    gives: `startId sumA countD sumD wAvg avgB sumExprB endId\n${gives}`,
  };
}

published('Flink tests, MatchRecognizeITCase', [
  {
    name: 'a simple pattern with quoted names',
    on: `
      id name
      1 a
      2 z
      3 b
      4 c
      5 d
      6 a
      7 b
      8 c
      9 h`,
    // Published with back-quotes around the variable that has a quote in its name.
    rule: `SELECT T.aid, T.bid, T.cid FROM MyTable MATCH_RECOGNIZE (
      MEASURES "A""".id AS aid, l.id AS bid, C.id AS cid
      PATTERN ("A""" l C)
      DEFINE "A""" AS name = 'a', l AS name = 'b', C AS name = 'c'
    ) AS T`,
    gives: `
      aid bid cid
      6 7 8`,
  },
  {
    name: 'NULL in columns that are read',
    on: `
      id name nullField
      1 a null
      2 b null
      3 c null
      4 d null
      5 null null
      6 a null
      7 b null
      8 c null
      9 null null`,
    rule: `SELECT T.aid, T.bNull, T.cid, T.aNull FROM MyTable MATCH_RECOGNIZE (
      MEASURES A.id AS aid, A.nullField AS aNull, LAST(B.nullField) AS bNull, C.id AS cid
      PATTERN (A B C)
      DEFINE
        A AS name = 'a' AND nullField IS NULL,
        B AS name = 'b' AND LAST(A.nullField) IS NULL,
        C AS name = 'c'
    ) AS T`,
    gives: `
      aid bNull cid aNull
      1 null 3 null
      6 null 8 null`,
  },
  {
    name: 'two partition columns',
    on: `
      id name key1 key2
      1 a key1 second_key3
      2 b key1 second_key3
      3 c key1 second_key3
      4 d key second_key
      5 e key second_key
      6 a key2 second_key4
      7 b key2 second_key4
      8 c key2 second_key4
      9 f key second_key`,
    rule: `SELECT * FROM MyTable MATCH_RECOGNIZE (
      PARTITION BY key1, key2
      MEASURES A.id AS aid, A.key1 AS akey1, LAST(B.id) AS bid, C.id AS cid, C.key2 AS ckey2
      PATTERN (A B C)
      DEFINE
        A AS name = 'a' AND key1 LIKE '%key%' AND id > 0,
        B AS name = 'b' AND LAST(A.name, 2) IS NULL,
        C AS name = 'c' AND LAST(A.name) = 'a'
    ) AS T`,
    gives: `
      key1 key2 aid akey1 bid cid ckey2
      key1 second_key3 1 key1 2 3 second_key3
      key2 second_key4 6 key2 7 8 second_key4`,
  },
  {
    name: 'the order of time, then of further columns',
    on: `
      secondaryOrder ternaryOrder name id rowtime:TIMESTAMP
      12 1 a 1 2
      11 2 b 2 1
      10 3 c 3 3
      8 4 a 4 4
      9 5 b 5 4
      7 6 c 6 5
      6 8 a 7 6
      6 7 b 8 6
      4 9 c 9 8
      3 10 a 10 9
      2 11 b 11 10
      1 12 c 12 11`,
    rule: `SELECT T.aid, T.bid, T.cid FROM MyTable MATCH_RECOGNIZE (
      ORDER BY rowtime, secondaryOrder DESC, ternaryOrder ASC
      MEASURES A.id AS aid, B.id AS bid, C.id AS cid
      PATTERN (A B C)
      DEFINE A AS name = 'a', B AS name = 'b', C AS name = 'c'
    ) AS T`,
    gives: `
      aid bid cid
      10 11 12`,
  },
  {
    name: 'logical offsets',
    on: `
      symbol tstamp price tax
      ACME 1 19 1
      ACME 2 17 2
      ACME 3 13 3
      ACME 4 20 4
      ACME 5 20 5
      ACME 6 26 6
      ACME 7 20 7
      ACME 8 25 8`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      MEASURES
        FIRST(DOWN.tstamp) AS start_tstamp,
        LAST(DOWN.tstamp) AS bottom_tstamp,
        UP.tstamp AS end_tstamp,
        FIRST(DOWN.price + DOWN.tax + 1) AS bottom_total,
        UP.price + UP.tax AS end_total
      ONE ROW PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (DOWN{2,} UP)
      DEFINE
        DOWN AS price < LAST(DOWN.price, 1) OR LAST(DOWN.price, 1) IS NULL,
        UP AS price < FIRST(DOWN.price)
    ) AS T`,
    // Flink does not give back a row that a greedy loop took, and publishes the second row alone. ISO finds the first too.
    gives: `
      start_tstamp bottom_tstamp end_tstamp bottom_total end_total
      1 2 3 21 16
      6 7 8 33 33`,
  },
  {
    name: 'a partition',
    on: `
      symbol rowtime:TIMESTAMP price tax
      ACME 1 19 1
      ACME 2 17 2
      ACME 3 13 3
      ACME 4 20 4`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime
      MEASURES DOWN.tax AS bottom_tax, UP.tax AS end_tax
      ONE ROW PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (DOWN UP)
      DEFINE DOWN AS DOWN.price = 13, UP AS UP.price = 20
    ) AS T`,
    gives: `
      symbol bottom_tax end_tax
      ACME 3 4`,
    eventTime: 'rowtime',
  },
  {
    name: 'logical offsets over all rows',
    on: `
      id symbol tstamp price
      1 ACME 1 20
      2 ACME 2 19
      3 ACME 3 18
      4 ACME 4 17
      5 ACME 5 16
      6 ACME 6 15
      7 ACME 7 14
      8 ACME 8 20`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      MEASURES
        FIRST(id, 0) AS id0, FIRST(id, 1) AS id1, FIRST(id, 2) AS id2, FIRST(id, 3) AS id3,
        FIRST(id, 4) AS id4, FIRST(id, 5) AS id5, FIRST(id, 6) AS id6, FIRST(id, 7) AS id7,
        LAST(id, 0) AS id8, LAST(id, 1) AS id9, LAST(id, 2) AS id10, LAST(id, 3) AS id11,
        LAST(id, 4) AS id12, LAST(id, 5) AS id13, LAST(id, 6) AS id14, LAST(id, 7) AS id15
      ONE ROW PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN ("DOWN"""{2,} UP)
      DEFINE
        "DOWN""" AS price < LAST(price, 1) OR LAST(price, 1) IS NULL,
        UP AS price = FIRST(price) AND price > FIRST(price, 3) AND price = LAST(price, 7)
    ) AS T`,
    gives: `
      id0 id1 id2 id3 id4 id5 id6 id7 id8 id9 id10 id11 id12 id13 id14 id15
      1 2 3 4 5 6 7 8 8 7 6 5 4 3 2 1`,
  },
  {
    name: 'an offset out of range in MEASURES',
    on: `
      symbol tstamp price tax
      ACME 1 19 1
      ACME 2 17 2
      ACME 3 13 3
      ACME 4 20 4`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      MEASURES FIRST(DOWN.price) AS first, LAST(DOWN.price) AS last, FIRST(DOWN.price, 5) AS nullPrice
      ONE ROW PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (DOWN{2,} UP)
      DEFINE
        DOWN AS price < LAST(DOWN.price, 1) OR LAST(DOWN.price, 1) IS NULL,
        UP AS price > LAST(DOWN.price)
    ) AS T`,
    gives: `
      first last nullPrice
      19 13 null`,
  },
  // Flink takes the shorter match although D? is greedy; ISO prefers the one with a D (language.md 3.2).
  aggregates('D?', '1 5 1 1 2 3 3.4 9'),
  aggregates('D??', '1 5 0 null 2 3 3.4 8\n9 4 0 null 3 4 3.2 12'),
  {
    name: 'aggregates over NULL',
    on: `
      id name price
      1 a 10
      2 z 10
      3 b null
      4 c null
      5 d 3
      6 c 3
      7 c 3
      8 c 3
      9 c 2`,
    rule: `SELECT * FROM MyTable MATCH_RECOGNIZE (
      MEASURES
        SUM(A.price) AS sumA,
        COUNT(A.id) AS countAId,
        COUNT(A.price) AS countAPrice,
        COUNT(*) AS countAll,
        COUNT(price) AS countAllPrice,
        LAST(id) AS endId
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A+ C)
      DEFINE A AS SUM(A.price) < 30, C AS C.name = 'c'
    ) AS T`,
    gives: `
      sumA countAId countAPrice countAll countAllPrice endId
      29 7 5 8 6 8`,
  },
  {
    name: 'the rows that a window would group (published with TUMBLE behind it)',
    on: `
      symbol rowtime:TIMESTAMP price tax
      ACME 1000 1 1
      ACME 2000 2 2
      ACME 4000 1 4
      ACME 5000 1 3`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime
      MEASURES A.price AS price, A.tax AS tax, MATCH_ROWTIME() AS matchRowtime
      ONE ROW PER MATCH
      PATTERN (A)
      DEFINE A AS A.price > 0
    ) AS T`,
    gives: `
      symbol price tax matchRowtime
      ACME 1 1 1970-01-01T00:00:01.000Z
      ACME 2 2 1970-01-01T00:00:02.000Z
      ACME 1 4 1970-01-01T00:00:04.000Z
      ACME 1 3 1970-01-01T00:00:05.000Z`,
    eventTime: 'rowtime',
  },
]);
